import { ok, type Result } from 'neverthrow';
import type { Logger } from 'pino';
import {
  type EventStreams,
  STREAM_LIMITS,
  type TooManyStreams,
} from '../../../application/webhooks/event-streams.ts';
import { type EventId, parseId } from '../../../domain/kernel/ids.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { StorageUnavailable } from '../../../ports/unavailable.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { malformed } from '../server/list-input.ts';
import { problemTable } from '../server/problem-table.ts';
import type { MalformedRequest } from '../server/request-problems.ts';
import { resource } from '../server/route.ts';
import { text } from '../server/route-description.ts';
import { NO_ROUTE, refuseRoute } from '../server/service-app.ts';
import { aBell, streamBody } from './event-stream-body.ts';
import { WEBHOOKS_TAG } from './webhook-problems.ts';

/** The streams of a process that keeps connections; `heartbeatMs` unless a silent connection may last as long as anywhere. */
export type ServedStreams = Pick<EventStreams, 'open'> & Readonly<{ heartbeatMs?: number }>;

const problems = problemTable<TooManyStreams | StorageUnavailable>({
  TooManyStreams: {
    status: 429,
    code: 'too_many_streams',
    title: 'Too many streams are open',
    detail: `A merchant has at most ${STREAM_LIMITS.mostOfMerchant} streams open with one server. Repeat the request when one of them has ended.`,
    retryAfterS: 30,
  },
});

/** Shorter than any proxy takes a silent connection for a dead one. */
const HEARTBEAT_MS = 15_000;

const getEventStream =
  ({ eventStreams, log }: Readonly<{ eventStreams?: ServedStreams; log: Logger }>): TenantHandler =>
  async (c, merchantId) => {
    if (eventStreams === undefined) return refuseRoute(c);
    const after = lastEventId(c.req.header('last-event-id'));
    if (after.isErr()) return problems.refuse(c, after.error);
    const headers = { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' };
    // HEAD has no body, so no stream is opened for it.
    if (c.req.method === 'HEAD') return new Response(null, { headers });
    const bell = aBell();
    const opened = await eventStreams.open({
      merchantId,
      wake: bell.ring,
      ...present({ after: after.value }),
    });
    if (opened.isErr()) return problems.refuse(c, opened.error);
    const { heartbeatMs = HEARTBEAT_MS } = eventStreams;
    return new Response(streamBody(opened.value, { bell, heartbeatMs, c, log }), { headers });
  };

/** The last that the client has, as far as it says. */
function lastEventId(header: string | undefined): Result<EventId | undefined, MalformedRequest> {
  if (header === undefined || header === '') return ok(undefined);
  const id = parseId('evt', header);
  return id === undefined ? malformed('Last-Event-ID', 'must be the id of an event') : ok(id);
}

/** Events as they happen. */
export const eventStream = resource({
  tag: WEBHOOKS_TAG,
  problems: { rows: { ...problems.rows, ...NO_ROUTE } },
  routes: [
    forTenants('webhooks', getEventStream, {
      method: 'get',
      path: '/events/stream',
      operationId: 'streamEvents',
      summary: 'Hear of events as they happen',
      description:
        'Server-sent events, of what `GET /events` lists. Each message has the event’s id (`id`), its type (`event`) and a line of JSON (`data`) with ' +
        '`id`, `event_type`, `created` and the ids of what it is about, such as `payment_id`, and nothing more: read what you need. Events come in the order of their ids, each once, some 3 s after they were made. ' +
        'A client that connects again with the header `Last-Event-ID`, as browsers do, is sent what came after that event first, up to 30 days back; without it a stream begins now. The comment `live` follows when ' +
        'all that there was is sent, and a comment every 15 s. A stream ends with its token, after an hour, or with the server: connect again. There is no such route at functions of AWS Lambda, where `GET /events` is to be asked.',
      lastEventId: true,
      responses: {
        200: { description: 'The events, until the stream ends.', content: text('text/event-stream') },
      },
      refusals: [404, 429],
    }),
  ],
});
