import { ok, type ResultAsync, safeTry } from 'neverthrow';
import { type DomainEvent, EVENTS_KEPT_MS, type EventType } from '../../domain/kernel/events.ts';
import { type DeliveryId, type EventId, firstIdAt } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { bodyOf, type Delivery, openDelivery, replayDelivery } from '../../domain/webhooks/delivery.ts';
import {
  type EndpointNotEnabled,
  enabledEndpoint,
  type OpenEndpoint,
} from '../../domain/webhooks/webhook-endpoint.ts';
import type { Deliveries } from '../../ports/deliveries.ts';
import type { Digests } from '../../ports/digests.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { ReplayPorts } from './replay-delivery.ts';
import { type EndpointNotFound, type EndpointTarget, findEndpoint } from './update-endpoint.ts';

export type ReplayFailedRequest = EndpointTarget &
  Readonly<{
    /** Of events made from `since` to `until`, both inclusive; without an end, to now. */
    since: Instant;
    until?: Instant;
    /** Of these types only. */
    eventTypes?: readonly EventType[];
    /** Counts, and writes nothing. */
    dryRun?: boolean;
  }>;

/** `more`: some are left; the same request again goes on with them, to be ended at `until` where that is given. */
export type FailedReplayed = Readonly<{ replayed: number; more: boolean; until?: Instant }>;

/**
 * Delivers what an endpoint did not get, the newest first: deliveries that failed or expired, as `ReplayDelivery` does
 * one, and then events without a delivery that it subscribes to, such as those of a pause, from its creation on. Up to
 * 10 000 in one call, and no more than 50 000 events are looked at. A rival's replays are left to it, and may be counted
 * by both.
 */
export type ReplayFailed = (
  request: ReplayFailedRequest,
) => ResultAsync<FailedReplayed, EndpointNotFound | EndpointNotEnabled | StorageUnavailable>;

export type ReplayFailedPorts = ReplayPorts & Readonly<{ eventLog: EventLog; digests: Digests }>;

const MOST_REPLAYED = 10_000;
const MOST_LOOKED_AT = 50_000;
const PAGE = 200;
const ENDED = ['failed', 'expired'] as const;

export const replayFailed =
  (ports: ReplayFailedPorts): ReplayFailed =>
  (request) =>
    safeTry(async function* () {
      const endpoint = yield* enabledEndpoint(yield* findEndpoint(ports.aggregates, request));
      const ended = yield* replayEnded(ports, request);
      if (ended.more) return ok(ended);
      return deliverMissing(ports, request, endpoint, ended.replayed);
    }).andTee(() => {
      if (request.dryRun !== true) ports.wakeUps.signal('deliveries');
    });

/** One read and one write for each 200 that failed or expired. */
const replayEnded = (
  { deliveries, clock }: ReplayFailedPorts,
  { merchantId, id: endpointId, since, until, eventTypes, dryRun = false }: ReplayFailedRequest,
): ResultAsync<FailedReplayed, StorageUnavailable> =>
  safeTry(async function* () {
    const now = clock.now();
    let replayed = 0;
    for (const status of ENDED) {
      let last = until === undefined ? undefined : firstIdAt('whd', until + 1);
      for (let more = true; more; ) {
        if (replayed >= MOST_REPLAYED) return ok({ replayed, more: true });
        const page = { limit: PAGE, since: firstIdAt('whd', since), ...present({ before: last }) };
        const found = yield* deliveries.list(merchantId, { endpointId, status }, page);
        const wanted = found.filter(({ eventType }) => includes(eventTypes, eventType));
        replayed += dryRun ? wanted.length : yield* replayAll(deliveries, wanted, now);
        last = found.at(-1)?.id;
        more = found.length === PAGE;
      }
    }
    return ok({ replayed, more: false });
  });

const replayAll = (deliveries: Deliveries, wanted: readonly Delivery[], now: Instant) =>
  deliveries
    .save(wanted.map((each) => ({ expected: each.version, next: replayDelivery(each, now) })))
    .map((saved) => saved.filter(Boolean).length);

/** Two reads and one write for each 200 events. */
const deliverMissing = (
  { deliveries, eventLog, clock, digests }: ReplayFailedPorts,
  { since, until, eventTypes, dryRun = false }: ReplayFailedRequest,
  endpoint: OpenEndpoint,
  before: number,
): ResultAsync<FailedReplayed, StorageUnavailable> =>
  safeTry(async function* () {
    const now = clock.now();
    const { sha256 } = digests;
    const types = subscribedTypes(endpoint, eventTypes);
    const from = Math.max(since, endpoint.createdAt, now - EVENTS_KEPT_MS);
    const filter = { from, ...present({ types, to: until }) };
    let replayed = before;
    let last: DomainEvent | undefined;
    for (let lookedAt = 0, more = true; more; lookedAt += PAGE) {
      if (last !== undefined && (replayed >= MOST_REPLAYED || lookedAt >= MOST_LOOKED_AT))
        return ok({ replayed, more: true, until: last.created });
      const page = { limit: PAGE, ...present({ before: last?.id }) };
      const events = yield* eventLog.list(endpoint.merchantId, filter, page);
      const there = yield* deliveredOf(deliveries, endpoint, events);
      const missing = events.filter(({ id }) => !there.has(id));
      const added = missing.map((event) =>
        openDelivery(event, endpoint, { body: bodyOf(event), now, sha256 }),
      );
      if (!dryRun && added.length > 0) yield* deliveries.addAll(added);
      replayed += added.length;
      last = events.at(-1) ?? last;
      more = events.length === PAGE;
    }
    return ok({ replayed, more: false });
  });

/** The events among these that have a delivery to the endpoint, however that ended. */
const deliveredOf = (
  deliveries: Deliveries,
  { merchantId, id: endpointId }: OpenEndpoint,
  events: readonly DomainEvent[],
): ResultAsync<ReadonlySet<EventId>, StorageUnavailable> =>
  safeTry(async function* () {
    const there = new Set<EventId>();
    const [newest, oldest] = [events[0], events.at(-1)];
    if (newest === undefined || oldest === undefined) return ok(there);
    const since = firstIdAt('whd', oldest.created);
    let last: DeliveryId = firstIdAt('whd', newest.created + 1);
    for (let more = true; more; ) {
      const found = yield* deliveries.list(merchantId, { endpointId }, { limit: PAGE, since, before: last });
      for (const { eventId } of found) there.add(eventId);
      last = found.at(-1)?.id ?? last;
      more = found.length === PAGE;
    }
    return ok(there);
  });

/** Undefined: all of them. */
function subscribedTypes(
  { events }: OpenEndpoint,
  wanted: readonly EventType[] | undefined,
): readonly EventType[] | undefined {
  const subscribed = events.filter((each) => each !== '*');
  if (subscribed.length < events.length) return wanted;
  return subscribed.filter((each) => includes(wanted, each));
}

const includes = (wanted: readonly string[] | undefined, type: string): boolean =>
  wanted === undefined || wanted.includes(type);
