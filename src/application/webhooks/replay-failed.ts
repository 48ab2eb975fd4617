import { ok, type ResultAsync, safeTry } from 'neverthrow';
import { type DomainEvent, EVENTS_KEPT_MS, type EventType } from '../../domain/kernel/events.ts';
import { type DeliveryId, type EventId, firstIdAt } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { type Begun, timeIn } from '../../domain/kernel/work-claim.ts';
import {
  bodyOf,
  type Delivery,
  isReplayedSince,
  openDelivery,
  replayDelivery,
} from '../../domain/webhooks/delivery.ts';
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
    /** The work of which this is a part, when it may be done again. */
    begun?: Begun;
  }>;

/** `more`: some are left; the same request again goes on with them, to be ended at `until` where that is given. */
export type FailedReplayed = Readonly<{ replayed: number; more: boolean; until?: Instant }>;

/**
 * Delivers what an endpoint did not get, the newest first: deliveries that failed or expired, as `ReplayDelivery` does
 * one, and then events without a delivery that it subscribes to, such as those of a pause, from its creation on. Up to
 * 10 000 in one call, and no more than 50 000 events are looked at. A rival's replays are left to it, and may be counted
 * by both. Work that is done again is of the events until it began, replays none that was replayed since, and counts those.
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
  ({ begun, until, ...asked }) =>
    safeTry(async function* () {
      const request = { ...asked, ...present({ begun, until: endOf(until, begun) }) };
      const endpoint = yield* enabledEndpoint(yield* findEndpoint(ports.aggregates, request));
      const ended = yield* replayEnded(ports, request);
      const all = ended.more ? ended : yield* deliverMissing(ports, request, endpoint, ended.replayed);
      if (begun === undefined || asked.dryRun === true || ports.clock.now() < begun.aloneUntil)
        return ok(all);
      return ok({ ...all, replayed: yield* countReplayed(ports, request) });
    }).andTee(() => {
      if (asked.dryRun !== true) ports.wakeUps.signal('deliveries');
    });

/** Work that is done again is of the same events, whatever was made since it began. */
const endOf = (until: Instant | undefined, begun: Begun | undefined): Instant | undefined =>
  begun === undefined ? until : Math.min(until ?? begun.at, begun.at);

/** How many were replayed or made since the work began, by whichever process did it. One read for each 200. */
const countReplayed = (
  { deliveries, clock }: ReplayFailedPorts,
  { merchantId, id: endpointId, since, until, eventTypes, begun }: ReplayFailedRequest,
): ResultAsync<number, StorageUnavailable> =>
  safeTry(async function* () {
    const now = clock.now();
    let replayed = 0;
    let last = until === undefined ? undefined : firstIdAt('whd', until + 1);
    for (let more = true; more; ) {
      const page = { limit: PAGE, since: firstIdAt('whd', since), ...present({ before: last }) };
      const found = yield* deliveries.list(merchantId, { endpointId }, page);
      replayed += found.filter(
        (each) => includes(eventTypes, each.eventType) && isReplayedSince(each, begun, now),
      ).length;
      last = found.at(-1)?.id;
      more = found.length === PAGE;
    }
    return ok(replayed);
  });

/** One read and one write for each 200 that failed or expired. */
const replayEnded = (
  { deliveries, clock }: ReplayFailedPorts,
  { merchantId, id: endpointId, since, until, eventTypes, dryRun = false, begun }: ReplayFailedRequest,
): ResultAsync<FailedReplayed, StorageUnavailable> =>
  safeTry(async function* () {
    let replayed = 0;
    for (const status of ENDED) {
      let last = until === undefined ? undefined : firstIdAt('whd', until + 1);
      for (let more = true; more; ) {
        if (replayed >= MOST_REPLAYED) return ok({ replayed, more: true });
        const page = { limit: PAGE, since: firstIdAt('whd', since), ...present({ before: last }) };
        const found = yield* deliveries.list(merchantId, { endpointId, status }, page);
        const wanted = found.filter(
          (each) => includes(eventTypes, each.eventType) && !isReplayedSince(each, begun, clock.now()),
        );
        const now = timeIn(begun, clock.now());
        replayed += dryRun ? wanted.length : yield* replayAll(deliveries, wanted, now);
        last = found.at(-1)?.id;
        more = found.length === PAGE;
      }
    }
    return ok({ replayed, more: false });
  });

/** What a rival or an earlier try of the same write replayed counts as well: it is on its way. */
const replayAll = (deliveries: Deliveries, wanted: readonly Delivery[], now: Instant) =>
  deliveries
    .save(wanted.map((each) => ({ expected: each.version, next: replayDelivery(each, now) })))
    .map(() => wanted.length);

/** Two reads and one write for each 200 events. */
const deliverMissing = (
  { deliveries, eventLog, clock, digests }: ReplayFailedPorts,
  { since, until, eventTypes, dryRun = false, begun }: ReplayFailedRequest,
  endpoint: OpenEndpoint,
  before: number,
): ResultAsync<FailedReplayed, StorageUnavailable> =>
  safeTry(async function* () {
    const now = timeIn(begun, clock.now());
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
