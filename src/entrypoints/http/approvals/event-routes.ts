import type { ApprovalsUseCases } from '../../../application/approvals/approvals-use-cases.ts';
import { recordFor } from '../../../domain/approvals/vendor-payment-record.ts';
import { jsonText } from '../../../domain/json.ts';
import { parseBody } from '../body-input.ts';
import type { PersonHandler } from '../gates.ts';
import { readJson } from '../read-json.ts';
import { answerJson, refuse } from '../request-context.ts';
import { askedBy } from './vendor-payment-routes.ts';
import { workCompleted, workFrom } from './work-completed-schemas.ts';

export const postEventHandler =
  ({ recordWorkCompleted }: Pick<ApprovalsUseCases, 'recordWorkCompleted'>): PersonHandler =>
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
