import type { Approver } from '../../domain/approvals/approver.ts';
import { identitiesOf } from '../../domain/kernel/identity.ts';
import { parseWorkCompleted } from '../http/approvals/work-completed.ts';
import { readJson } from '../http/server/read-json.ts';
import { eachEvent } from './events/queued-events.ts';
import { approvalsFunction } from './function/approvals-function.ts';

/** Who brings the event: the rule of the bus, whose policy says who may put events there. */
const BUS: Approver = {
  id: 'event-bus',
  identities: identitiesOf({ subject: 'event-bus' }),
  roles: ['system'],
};

/**
 * Vendor payments from `WorkCompleted` of EventBridge, by itself or through a queue. The same event again makes nothing twice;
 * one that is malformed or from a source that is not believed fails alone.
 */
export const handler = approvalsFunction(({ useCases, log, metrics }) => {
  const { recordWorkCompleted } = useCases();
  const recorded = metrics.counted('work_completed', 'outcome');
  return (event, invocation) => {
    const { requestId } = invocation;
    const deal = async (text: string) => {
      const origin = { actor: { id: BUS.id, type: 'system' }, requestId } as const;
      const done = await readJson(asRequest(text))
        .andThen(parseWorkCompleted)
        .andThen((work) => recordWorkCompleted({ by: BUS, origin, work }));
      recorded.inc({ outcome: done.isOk() ? (done.value.created ? 'created' : 'known') : 'failed' });
      if (done.isErr()) throw new Error(`an event was not recorded: ${done.error.kind}`);
    };
    return eachEvent(event, deal, {
      invocation,
      onFailure: (defect, event_id) => log.error({ defect, event_id }, 'a message was not dealt with'),
    });
  };
});

/** Read as what comes over HTTP is: the same bounds and the same refusals. */
const asRequest = (body: string): Request =>
  new Request('https://event.invalid/', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
