import type { ResultAsync } from 'neverthrow';
import type { EventNotParked, ReleaseEvent } from '../../../application/outbox/release-event.ts';
import { type EventId, parseId } from '../../../domain/kernel/ids.ts';
import { type Instant, rfc3339 } from '../../../domain/kernel/instant.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { Backlog, OutboxEvent, Outgoing } from '../../../ports/outbox.ts';
import type { StorageUnavailable } from '../../../ports/unavailable.ts';
import { INSTALLATION } from '../merchants/merchants.ts';
import { type AdminHandler, forAdmins } from '../server/authorization.ts';
import { type WorkingParts, workedOnce } from '../server/keyed-post.ts';
import { parseQuery } from '../server/list-input.ts';
import { problemTable } from '../server/problem-table.ts';
import { answerJson, originOf } from '../server/request-context.ts';
import { answer, resource } from '../server/route.ts';
import { NO_ROUTE, refuseRoute } from '../server/service-app.ts';
import {
  DEFAULT_LISTED,
  parkedEvent,
  parkedList,
  parkedQuery,
  type SERVICES,
  systemState,
} from './system-schemas.ts';

type ServiceName = (typeof SERVICES)[number];
type OfService<Value> = Readonly<Record<ServiceName, Value>>;

/** An event that is not tried any more; only the platform's say whose it is. */
export type ParkedEvent = OutboxEvent<Outgoing> & Readonly<{ merchantId?: string }>;

/** What a process that lasts shows operators of itself and of both services. */
export type ServedSystem = Readonly<{
  version: string;
  node: string;
  startedAt: Instant;
  circuit: () => string;
  backlogs: () => ResultAsync<OfService<Backlog>, StorageUnavailable>;
  parked: OfService<(limit: number) => ResultAsync<readonly ParkedEvent[], StorageUnavailable>>;
  release: ReleaseEvent;
}>;

type SystemParts = Readonly<{ system?: ServedSystem }>;

const problems = problemTable<EventNotParked>({
  EventNotParked: {
    status: 404,
    code: 'event_not_parked',
    title: 'No such event is parked',
    detail:
      'It was sent, is on its way or never was. Events of approvals are unparked with `paywright outbox unpark`.',
  },
});

const { refuse } = problems;

const getSystem =
  ({ system }: SystemParts): AdminHandler =>
  async (c) => {
    if (system === undefined) return refuseRoute(c);
    const { version, node, startedAt, circuit, backlogs } = system;
    return backlogs().match(
      ({ platform, approvals }) =>
        answerJson(
          200,
          jsonText({
            version,
            node,
            started_at: rfc3339(startedAt),
            processor_circuit: circuit(),
            outboxes: { platform: backlogRecord(platform), approvals: backlogRecord(approvals) },
          }),
        ),
      (failure) => refuse(c, failure),
    );
  };

const backlogRecord = ({ unsent, parked, oldestAt }: Backlog) => ({
  unsent,
  parked,
  ...present({ oldest_at: oldestAt === undefined ? undefined : rfc3339(oldestAt) }),
});

const getParked =
  ({ system }: SystemParts): AdminHandler =>
  async (c) => {
    if (system === undefined) return refuseRoute(c);
    return parseQuery(parkedQuery, new URL(c.req.url).searchParams)
      .map(({ service = 'platform', limit }) => ({ service, limit: Number(limit ?? DEFAULT_LISTED) }))
      .asyncAndThen(({ service, limit }) =>
        system.parked[service](limit + 1).map((events) => ({
          items: events.slice(0, limit).map(eventRecord),
          has_more: events.length > limit,
        })),
      )
      .match(
        (list) => answerJson(200, jsonText(list)),
        (failure) => refuse(c, failure),
      );
  };

const eventRecord = ({ id, type, merchantId, paymentId, created, tries, error }: ParkedEvent) => ({
  id,
  type,
  ...present({ merchant_id: merchantId, payment_id: paymentId }),
  created: rfc3339(created),
  tries,
  ...present({ error }),
});

const postUnpark =
  ({ system, ...parts }: SystemParts & WorkingParts): AdminHandler =>
  async (c) => {
    if (system === undefined) return refuseRoute(c);
    const id: EventId | undefined = parseId('evt', c.req.param('id') ?? '');
    if (id === undefined) return refuse(c, { kind: 'EventNotParked' });
    return workedOnce(c, parts, {
      merchantId: INSTALLATION,
      operation: 'unpark_event',
      payload: { event_id: id },
      respond: (event: OutboxEvent) => ({ status: 202, body: jsonText(eventRecord(event)) }),
      work: () => system.release({ id, origin: originOf(c, 'admin') }),
    }).match(
      (response) => response,
      (failure) => refuse(c, failure),
    );
  };

const ADMIN = 'Needs the permission `admin`. There is no such route at functions of AWS Lambda.';

/** How the parts of a running system are, for those who look after it. */
export const system = resource({
  tag: { name: 'system', description: 'What waits in the system, and what stands still.' },
  problems: { rows: { ...problems.rows, ...NO_ROUTE } },
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
    forAdmins(getParked, {
      method: 'get',
      path: '/outbox/parked',
      operationId: 'listParkedEvents',
      summary: 'List events that are not tried any more, the oldest first',
      description: `${ADMIN} An event is parked when a sink has refused it five times.`,
      query: parkedQuery,
      responses: { 200: answer('The oldest of them.', parkedList) },
      refusals: [404],
    }),
    forAdmins(postUnpark, {
      method: 'post',
      path: '/outbox/{id}/unpark',
      operationId: 'unparkEvent',
      summary: 'Put a parked event back on its way',
      description: `${ADMIN} An event of the platform, with no tries behind it. Who did it is in the audit trail of its merchant (\`event_release\`).`,
      responses: { 202: answer('The event as it was parked.', parkedEvent) },
      refusals: [404, 409],
    }),
  ],
});
