import type { ResultAsync } from 'neverthrow';
import { jobState } from '../../../application/files/open-jobs.ts';
import type { ApprovalMessage } from '../../../domain/approvals/approval-message.ts';
import { dueAt, type OpenJob } from '../../../domain/files/job.ts';
import { JOBS_TENANT } from '../../../domain/kernel/ids.ts';
import { type Instant, rfc3339 } from '../../../domain/kernel/instant.ts';
import { type Json, jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { PendingDelivery } from '../../../domain/webhooks/delivery.ts';
import type { StorageUnavailable } from '../../../ports/unavailable.ts';
import { type AdminHandler, forAdmins } from '../server/authorization.ts';
import { parseQuery } from '../server/list-input.ts';
import { answerJson } from '../server/request-context.ts';
import { answer } from '../server/route.ts';
import { refuseRoute } from '../server/service-app.ts';
import type { ParkedEvent, ServedSystem, SystemParts, WaitingEvent } from './served-system.ts';
import { refuse } from './system-problems.ts';
import { DEFAULT_LISTED, eventsQuery, rowLists, rowsQuery } from './system-schemas.ts';

/** The first rows, and whether there are more. */
const listed = <Row>(
  read: (limit: number) => ResultAsync<readonly Row[], StorageUnavailable>,
  limit: number,
  recordOf: (row: Row) => Json,
) =>
  read(limit + 1).map((rows) => ({
    items: rows.slice(0, limit).map(recordOf),
    has_more: rows.length > limit,
  }));

type List = ReturnType<typeof listed>;

const limitOf = ({ limit }: Readonly<{ limit?: string | undefined }>): number =>
  Number(limit ?? DEFAULT_LISTED);

const getRows =
  (list: (system: ServedSystem, limit: number) => List) =>
  ({ system }: SystemParts): AdminHandler =>
  async (c) => {
    if (system === undefined) return refuseRoute(c);
    return parseQuery(rowsQuery, new URL(c.req.url).searchParams)
      .asyncAndThen((query) => list(system, limitOf(query)))
      .match(
        (found) => answerJson(200, jsonText(found)),
        (failure) => refuse(c, failure),
      );
  };

const getEvents =
  (list: (system: ServedSystem, service: 'platform' | 'approvals', limit: number) => List) =>
  ({ system }: SystemParts): AdminHandler =>
  async (c) => {
    if (system === undefined) return refuseRoute(c);
    return parseQuery(eventsQuery, new URL(c.req.url).searchParams)
      .asyncAndThen(({ service = 'platform', ...query }) => list(system, service, limitOf(query)))
      .match(
        (found) => answerJson(200, jsonText(found)),
        (failure) => refuse(c, failure),
      );
  };

const eventRecord = ({ id, type, merchantId, paymentId, created }: WaitingEvent) => ({
  id,
  type,
  ...present({ merchant_id: merchantId, payment_id: paymentId }),
  created: rfc3339(created),
});

/** As it is shown: without what it tells of. */
export const parkedRecord = ({ tries, error, ...event }: ParkedEvent) => ({
  ...eventRecord(event),
  tries,
  ...present({ error }),
});

const jobRecord =
  (now: Instant) =>
  (job: OpenJob): Json => ({
    id: job.id,
    work: job.work,
    state: jobState(job, now),
    ...present({ merchant_id: job.subject.merchantId === JOBS_TENANT ? undefined : job.subject.merchantId }),
    subject: job.subject.id,
    due_at: rfc3339(dueAt(job)),
    attempts: job.attempts,
    ...present({ last_error: job.lastError }),
    done: job.progress.done,
    ...present({ total: job.progress.total }),
    created: rfc3339(job.createdAt),
  });

const deliveryRecord = (delivery: PendingDelivery): Json => ({
  id: delivery.id,
  merchant_id: delivery.merchantId,
  endpoint_id: delivery.endpointId,
  event_id: delivery.eventId,
  event_type: delivery.eventType,
  due_at: rfc3339(delivery.dueAt),
  tries: delivery.tries,
  created: rfc3339(delivery.createdAt),
});

const letterRecord = ({ body, attributes: { priority } }: ApprovalMessage): Json => ({
  payment_id: body.paymentId,
  incident_id: body.incidentId,
  vendor_id: body.vendorId,
  amount_cents: body.amountCents,
  priority,
  created: body.createdAt,
});

/** What documents every route of operators begins with. */
export const ADMIN = 'Needs the permission `admin`. There is no such route at functions of AWS Lambda.';

const OLDEST = 'The oldest of them.';

/** The rows that make the numbers of `GET /system`. */
export const systemRows = [
  forAdmins(
    getEvents((system, service, limit) => listed(system.unsent[service], limit, eventRecord)),
    {
      method: 'get',
      path: '/outbox/unsent',
      operationId: 'listUnsentEvents',
      summary: 'List events that wait to be sent, the oldest first',
      description: `${ADMIN} Those that wait for another try are among them.`,
      query: eventsQuery,
      responses: { 200: answer(OLDEST, rowLists.unsent) },
      refusals: [404],
    },
  ),
  forAdmins(
    getEvents((system, service, limit) => listed(system.parked[service], limit, parkedRecord)),
    {
      method: 'get',
      path: '/outbox/parked',
      operationId: 'listParkedEvents',
      summary: 'List events that are not tried any more, the oldest first',
      description: `${ADMIN} An event is parked when a sink has refused it five times.`,
      query: eventsQuery,
      responses: { 200: answer(OLDEST, rowLists.parked) },
      refusals: [404],
    },
  ),
  forAdmins(
    getRows((system, limit) =>
      listed(() => system.jobs().map(({ jobs }) => jobs), limit, jobRecord(system.now())),
    ),
    {
      method: 'get',
      path: '/system/jobs',
      operationId: 'listOpenJobs',
      summary: 'List jobs of files that have not ended, the longest due first',
      description: `${ADMIN} Of the first thousand that were begun. What a job ended with is told by what it makes: its export or its reconciliation.`,
      query: rowsQuery,
      responses: { 200: answer('Those that are due longest.', rowLists.jobs) },
      refusals: [404],
    },
  ),
  forAdmins(
    getRows((system, limit) => listed(system.dueDeliveries, limit, deliveryRecord)),
    {
      method: 'get',
      path: '/system/webhook_deliveries',
      operationId: 'listDueDeliveries',
      summary: 'List webhook deliveries that are due, of all merchants, the longest due first',
      description: `${ADMIN} Their attempts are at \`GET /webhook_deliveries/{id}\` of their merchant.`,
      query: rowsQuery,
      responses: { 200: answer('Those that are due longest.', rowLists.deliveries) },
      refusals: [404],
    },
  ),
  forAdmins(
    getRows((system, limit) => listed(system.deadLetters, limit, letterRecord)),
    {
      method: 'get',
      path: '/system/dead_letters',
      operationId: 'listDeadLetters',
      summary: 'List dead letters of the approval queue',
      description: `${ADMIN} Messages that consumers received three times and did not remove; they stay. \`paywright approval-queue redrive\` makes them wait again.`,
      query: rowsQuery,
      responses: { 200: answer('The first of them, in the order of the queue.', rowLists.deadLetters) },
      refusals: [404],
    },
  ),
];
