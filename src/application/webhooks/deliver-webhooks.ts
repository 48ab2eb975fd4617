import { ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { DeliveryId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import {
  type Delivery,
  defer,
  endDelivery,
  type PendingDelivery,
  saysGone,
} from '../../domain/webhooks/delivery.ts';
import {
  afterFailure,
  afterSuccess,
  type EndpointHealth,
  UNKNOWN_HEALTH,
} from '../../domain/webhooks/endpoint-health.ts';
import { type OpenEndpoint, startsAnew } from '../../domain/webhooks/webhook-endpoint.ts';
import type { Guarded } from '../../ports/commits.ts';
import { type Deliveries, deliveryShardOf } from '../../ports/deliveries.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { MovePorts } from '../kernel/aggregate-change.ts';

import { type AttemptEnd, type AttemptPorts, attemptDelivery } from './attempt-delivery.ts';
import { deliveryLanes, type Lane, type LaneBounds } from './delivery-lanes.ts';
import { nextTry, nextTurn } from './delivery-turns.ts';
import { failingSince } from './failing-since.ts';
import { recallDeliveries } from './recall-deliveries.ts';
import { type ObservedHealth, recordEndpointHealth } from './record-endpoint-health.ts';
import { type ClosedLane, reopenLanes } from './reopen-lanes.ts';
import { updateEndpoint } from './update-endpoint.ts';

export type DeliverPorts = MovePorts &
  AttemptPorts &
  Readonly<{ deliveries: Pick<Deliveries, 'due' | 'save' | 'find' | 'list'> }>;

export type DeliverTerms = Readonly<{
  disableAfterMs: number;
  bounds?: Partial<LaneBounds>;
  /** What came of each attempt. */
  onEnd?: (end: AttemptEnd) => void;
  /** A defect, or a store that went away in the middle of an attempt. */
  onFault?: (fault: unknown) => void;
}>;

/** Counts of a round. `left`: due, and not even looked at because there was no room. `more`: another round finds work at once. */
export type DeliveryRound = Readonly<{
  taken: number;
  deferred: number;
  expired: number;
  left: number;
  more: boolean;
}>;

/**
 * Sends what is due. A round reads, and starts as much as there is room for, without waiting for any of it: attempts end
 * on their own, each starting what waits behind it. So an endpoint that is slow or silent holds up itself and no other,
 * and memory is bounded whatever waits in the store.
 *
 * What is promised: every delivery is attempted until it ends, whenever this or any rival dies; after a death, or when two
 * work on one shard, an attempt may be made again. To one endpoint, deliveries of one payment start in the order of their
 * events, each after the attempt of the one before has ended, as long as none fails: one that has to wait for its retry is
 * overtaken.
 */
export type DeliverWebhooks = Readonly<{
  /** Rounds must not overlap. */
  round(shards: readonly number[]): ResultAsync<DeliveryRound, StorageUnavailable>;
  /** Resolves when an attempt ends; at once when none is under way. */
  change(): Promise<void>;
  /**
   * Calls `wake` when a round would find more: an endpoint that had no room has sent half of what waited, or what was held
   * for it is recalled. Gives back what ends that.
   */
  subscribe(wake: () => void): () => void;
  underWay(): number;
  /** Starts nothing more. What is under way is recorded when it ends. */
  stop(): void;
  /** To be called before what is under way is cut off from outside: then it is not recorded, and will be made again. */
  abandon(): void;
}>;

const BOUNDS: LaneBounds = { mostUnderWay: 1_024, mostOfOne: 8, mostHeld: 4_096 };
/** How deep a shard is read, beyond what is in memory already: deeper while those in front find no room. */
const LEAST_DEPTH = 128;
const MOST_DEPTH = 2_048;
/** Of all shards together. */
const MOST_READ = 8_192;
const FAULT_REST_MS = 2_000;
/** How often a paused or disabled endpoint is looked at while deliveries wait for it. */
const NOT_ENABLED_MS = 60_000;

const NOTHING: DeliveryRound = { taken: 0, deferred: 0, expired: 0, left: 0, more: false };

export function deliverWebhooks(ports: DeliverPorts, terms: DeliverTerms): DeliverWebhooks {
  const { deliveries, clock } = ports;
  const bounds = { ...BOUNDS, ...terms.bounds };
  const { onEnd = () => {}, onFault = () => {} } = terms;
  const { attempt, forget, abandon } = attemptDelivery(ports);
  const recordHealth = recordEndpointHealth({ ids: ports.ids, updateEndpoint: updateEndpoint(ports) }, terms);
  const recall = recallDeliveries(ports);
  const sinceWhen = failingSince(ports);
  const reopen = reopenLanes(ports);
  const lanes = deliveryLanes(bounds, (delivery, lane) => void run(delivery, lane));
  /** Those that ended since the round under way began to read: what it read of them is old. */
  let ended = new Set<DeliveryId>();
  let changed = Promise.withResolvers<void>();
  const listeners = new Set<() => void>();
  let isStopped = false;
  let depth = LEAST_DEPTH;

  return {
    round,
    change: () => (lanes.underWay() === 0 ? Promise.resolve() : changed.promise),
    subscribe(wake) {
      listeners.add(wake);
      return () => void listeners.delete(wake);
    },
    underWay: lanes.underWay,
    stop() {
      isStopped = true;
      lanes.keepOnly([]);
    },
    abandon,
  };

  function round(shards: readonly number[]): ResultAsync<DeliveryRound, StorageUnavailable> {
    lanes.keepOnly(shards);
    if (isStopped || shards.length === 0) return okAsync(NOTHING);
    const deepest = Math.min(MOST_DEPTH, Math.ceil(MOST_READ / shards.length));
    const limit = Math.min(depth, deepest) + lanes.mostHeldOfAShard();
    return safeTry(async function* () {
      ended = new Set();
      const due = yield* deliveries.due(shards, clock.now(), limit);
      const closed = closedAmong(due, clock.now());
      if (closed.length > 0) yield* reopen(closed);
      if (isStopped) return ok(NOTHING);
      const now = clock.now();
      const { changes, ...counts } = place(due, limit, depth >= deepest, now);
      lanes.pump(now);
      lanes.sweep(now);
      if (changes.length > 0) yield* deliveries.save(changes);
      return ok(counts);
    });
  }

  function closedAmong(due: readonly PendingDelivery[], now: Instant): readonly ClosedLane[] {
    const closed = new Map<Lane, ClosedLane>();
    for (const { id, merchantId, endpointId } of due) {
      const lane = lanes.laneOf(endpointId);
      if (lane.health.closedUntil > now && !lanes.isHeld(id)) closed.set(lane, { lane, merchantId });
    }
    return [...closed.values()];
  }

  /** Gives each its place: a lane, or another time. */
  function place(due: readonly PendingDelivery[], limit: number, isDeepest: boolean, now: Instant) {
    const perShard = new Map<number, number>();
    for (const { endpointId } of due) {
      const shard = deliveryShardOf(endpointId);
      perShard.set(shard, (perShard.get(shard) ?? 0) + 1);
    }
    const changes: Guarded<Delivery>[] = [];
    const counts = { taken: 0, deferred: 0, expired: 0, left: 0 };
    let old = 0;
    for (const delivery of due) {
      if (lanes.isHeld(delivery.id)) continue;
      if (ended.has(delivery.id)) {
        old += 1;
        continue;
      }
      const change = (next: Delivery) => changes.push({ expected: delivery.version, next });
      const lane = lanes.laneOf(delivery.endpointId);
      if (delivery.expiresAt <= now) {
        change(endDelivery(delivery, 'expired', now));
        counts.expired += 1;
      } else if (lane.health.closedUntil > now) {
        change(defer(delivery, nextTry(lane, lane.health.closedUntil, now), now));
        counts.deferred += 1;
      } else if (lanes.hasRoom(lane)) {
        lanes.add(delivery, lane);
        counts.taken += 1;
      } else {
        lane.deniedAt = lane.waiting.length;
        // There may be others behind, which no round would read while these stand in front.
        if (isDeepest && (perShard.get(lane.shard) ?? 0) >= limit && !lanes.isFull()) {
          change(defer(delivery, nextTurn(lane, bounds, now), now));
          counts.deferred += 1;
        } else counts.left += 1;
      }
    }
    const isFull = [...perShard.values()].some((count) => count >= limit);
    const isDeeper = isFull && counts.left > 0 && !isDeepest;
    depth = isDeeper ? 2 * depth : isFull ? depth : LEAST_DEPTH;
    const more = isDeeper || (isFull && counts.taken + counts.deferred + counts.expired + old > 0);
    return { ...counts, more, changes };
  }

  async function run(delivery: PendingDelivery, lane: Lane): Promise<void> {
    try {
      const end = await attempt(delivery);
      if (end.isErr()) {
        onFault(end.error);
        // The store still has all of it, and is asked again a little later.
        lanes.empty(lane);
        lane.health = { ...lane.health, closedUntil: clock.now() + FAULT_REST_MS };
      } else {
        onEnd(end.value);
        await takeNote(delivery, lane, end.value);
      }
    } catch (defect) {
      onFault(defect);
    } finally {
      ended.add(delivery.id);
      lanes.done(delivery, lane);
      const { resolve } = changed;
      changed = Promise.withResolvers();
      if (!isStopped) lanes.pump(clock.now());
      resolve();
      if (lane.deniedAt !== undefined && 2 * lane.waiting.length <= lane.deniedAt) {
        delete lane.deniedAt;
        for (const wake of listeners) wake();
      }
    }
  }

  async function takeNote(delivery: PendingDelivery, lane: Lane, end: AttemptEnd): Promise<void> {
    const now = clock.now();
    switch (end.kind) {
      case 'sent':
        return end.succeeded ? noteSuccess(lane, end, now) : noteFailure(delivery, lane, end, now);
      case 'not_enabled':
        lane.health = { ...UNKNOWN_HEALTH, pauseMs: NOT_ENABLED_MS };
        lane.isHolding = true;
        return hold([delivery, ...lanes.empty(lane)], lane, now + NOT_ENABLED_MS, now);
      case 'abandoned':
      case 'dropped':
        lane.health = UNKNOWN_HEALTH;
    }
  }

  async function noteSuccess(lane: Lane, { endpoint, attempt: made }: Sent, now: Instant): Promise<void> {
    lane.health = afterSuccess(healthAt(lane, endpoint), made.durationMs, bounds.mostOfOne);
    if (lane.isHolding || endpoint.failingSince !== undefined) {
      const recalled = await recall(endpoint).orTee(onFault);
      for (const wake of listeners) wake();
      // That the endpoint has failed stays on record until all is recalled: another worker goes on with it.
      if (recalled.isErr() || recalled.value.more) return;
      lane.isHolding = false;
    }
    await record(endpoint, { failingFrom: undefined, isGone: false }, now);
  }

  async function noteFailure(delivery: PendingDelivery, lane: Lane, end: Sent, now: Instant): Promise<void> {
    const { endpoint, attempt: made, retryAfterMs } = end;
    const failure = { now, durationMs: made.durationMs, ...present({ retryAfterMs }) };
    const since =
      lane.url === undefined ? await sinceWhen(delivery, endpoint, now).orTee(onFault).unwrapOr(now) : now;
    lane.health = afterFailure({ failingFrom: since, ...healthAt(lane, endpoint) }, failure);
    lane.isHolding = endpoint.failingSince !== undefined;
    lanes.trim(lane);
    const { failingFrom, closedUntil } = lane.health;
    if (closedUntil > now) await hold(lanes.empty(lane), lane, closedUntil, now);
    await record(endpoint, { failingFrom, isGone: saysGone(made) }, now);
  }

  /** Another URL is another receiver, and one that was enabled again starts anew: what was seen before says nothing. */
  function healthAt(lane: Lane, endpoint: OpenEndpoint): EndpointHealth {
    const { url, health } = lane;
    lane.url = endpoint.url;
    const isOld = health.failingFrom !== undefined && startsAnew(endpoint, health.failingFrom);
    return url === endpoint.url && !isOld ? health : UNKNOWN_HEALTH;
  }

  async function hold(those: readonly PendingDelivery[], lane: Lane, until: Instant, now: Instant) {
    const changes = those.map((each) => ({
      expected: each.version,
      next: defer(each, nextTry(lane, until, now), now),
    }));
    if (changes.length > 0) await deliveries.save(changes).orTee(onFault);
  }

  function record(endpoint: OpenEndpoint, health: ObservedHealth, now: Instant): Promise<void> {
    return recordHealth(endpoint, health, now).match((isWritten) => {
      if (isWritten) forget(endpoint.id);
    }, onFault);
  }
}

type Sent = Extract<AttemptEnd, { kind: 'sent' }>;
