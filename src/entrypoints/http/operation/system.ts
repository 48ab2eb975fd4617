import { type EventId, parseId } from '../../../domain/kernel/ids.ts';
import { type Instant, rfc3339 } from '../../../domain/kernel/instant.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { Backlog } from '../../../ports/outbox.ts';
import { INSTALLATION } from '../merchants/merchants.ts';
import { type AdminHandler, forAdmins } from '../server/authorization.ts';
import { readNothing } from '../server/body-input.ts';
import { type WorkingParts, workedOnce } from '../server/keyed-post.ts';
import { answerJson, originOf } from '../server/request-context.ts';
import { answer, resource } from '../server/route.ts';
import { nothing } from '../server/schemas.ts';
import { NO_ROUTE, refuseRoute } from '../server/service-app.ts';
import type { ParkedEvent, SystemBacklogs, SystemParts } from './served-system.ts';
import { refuse, systemProblems } from './system-problems.ts';
import { ADMIN, parkedRecord, systemRows } from './system-rows.ts';
import { parkedEvent, systemState } from './system-schemas.ts';

const getSystem =
  ({ system }: SystemParts): AdminHandler =>
  async (c) => {
    if (system === undefined) return refuseRoute(c);
    const { version, node, startedAt, circuit, backlogs } = system;
    return backlogs().match(
      (waiting) =>
        answerJson(
          200,
          jsonText({
            version,
            node,
            started_at: rfc3339(startedAt),
            processor_circuit: circuit(),
            ...waitingRecord(waiting),
          }),
        ),
      (failure) => refuse(c, failure),
    );
  };

const waitingRecord = ({ outboxes: { platform, approvals }, queue, jobs, deliveries }: SystemBacklogs) => ({
  outboxes: { platform: backlogRecord(platform), approvals: backlogRecord(approvals) },
  ...present({ approval_queue: queue }),
  jobs: {
    due: jobs.due,
    running: jobs.running,
    later: jobs.later,
    ...present({ oldest_due_at: timeOf(jobs.oldestDueAt) }),
  },
  webhook_deliveries: {
    due: deliveries.due,
    ...present({ oldest_due_at: timeOf(deliveries.oldestDueAt) }),
  },
});

const timeOf = (at: Instant | undefined): string | undefined => (at === undefined ? undefined : rfc3339(at));

const backlogRecord = ({ unsent, parked, oldestAt }: Backlog) => ({
  unsent,
  parked,
  ...present({ oldest_at: timeOf(oldestAt) }),
});

const postUnpark =
  ({ system, ...parts }: SystemParts & WorkingParts): AdminHandler =>
  async (c) => {
    if (system === undefined) return refuseRoute(c);
    const id: EventId | undefined = parseId('evt', c.req.param('id') ?? '');
    if (id === undefined) return refuse(c, { kind: 'EventNotParked' });
    return readNothing(c.req.raw)
      .andThen(() =>
        workedOnce(c, parts, {
          merchantId: INSTALLATION,
          operation: 'unpark_event',
          payload: { event_id: id },
          respond: (event: ParkedEvent) => ({ status: 202, body: jsonText(parkedRecord(event)) }),
          work: () => system.release({ id, origin: originOf(c, 'admin') }),
        }),
      )
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );
  };

/** How the parts of a running system are, for those who look after it. */
export const system = resource({
  tag: { name: 'system', description: 'What waits in the system, and what stands still.' },
  problems: { rows: { ...systemProblems.rows, ...NO_ROUTE } },
  routes: [
    forAdmins(getSystem, {
      method: 'get',
      path: '/system',
      operationId: 'readSystem',
      summary: 'Read versions, the circuit to the processor and what waits to be sent',
      description: `${ADMIN} Whether the storage and the keys can be used is at \`GET /readyz\`.`,
      responses: { 200: answer('The system.', systemState) },
      refusals: [404],
    }),
    ...systemRows,
    forAdmins(postUnpark, {
      method: 'post',
      path: '/outbox/{id}/unpark',
      operationId: 'unparkEvent',
      summary: 'Put a parked event back on its way',
      description: `${ADMIN} An event of either service, with no tries behind it. Who did it is in the audit trail of its merchant (\`event_release\`), of an event of approvals in the audit log of its payment (\`event.unparked\`).`,
      body: nothing,
      bodyOptional: true,
      responses: { 202: answer('The event as it was parked.', parkedEvent) },
      refusals: [404, 409],
    }),
  ],
});
