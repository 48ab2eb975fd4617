import type { ApprovalsUseCases } from '../../../application/approvals/approvals-use-cases.ts';
import { recordFor } from '../../../domain/approvals/vendor-payment-record.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import type { ApproverHandler } from '../server/authorization.ts';
import { parseBody } from '../server/body-input.ts';
import { readJson } from '../server/read-json.ts';
import { answerJson, refuse } from '../server/request-context.ts';
import { askedBy } from './vendor-payment-routes.ts';
import { workCompleted, workFrom } from './work-completed-schemas.ts';

export const postEventHandler =
  ({ recordWorkCompleted }: Pick<ApprovalsUseCases, 'recordWorkCompleted'>): ApproverHandler =>
  (c, by) =>
    readJson(c.req.raw)
      .andThen((json) => parseBody(workCompleted, json))
      .andThen((envelope) => recordWorkCompleted({ ...askedBy(c, by), work: workFrom(envelope) }))
      .match(
        ({ created, payment }) => {
          const body = { created, ...(payment === undefined ? {} : { payment: recordFor(by, payment) }) };
          const location = c.req.path.replace(/events$/, `payments/${payment?.id ?? ''}`);
          return answerJson(created ? 201 : 200, jsonText(body), created ? { Location: location } : {});
        },
        (failure) => refuse(c, failure),
      );
