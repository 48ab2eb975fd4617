import { ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { DeliveryId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { type Delivery, defer, endDelivery, type PendingDelivery } from '../../domain/webhooks/delivery.ts';
import { afterFailure, afterSuccess, UNKNOWN_HEALTH } from '../../domain/webhooks/endpoint-health.ts';
import type { Guarded } from '../../ports/commits.ts';
import { type Deliveries, deliveryShardOf } from '../../ports/deliveries.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { MovePorts } from '../kernel/aggregate-change.ts';

import { type AttemptEnd, type AttemptPorts, attemptDelivery } from './attempt-delivery.ts';
import { deliveryLanes, type Lane, type LaneBounds } from './delivery-lanes.ts';
import { recordEndpointHealth } from './record-endpoint-health.ts';
import { updateEndpoint } from './update-endpoint.ts';

export type DeliverPorts = MovePorts &
  AttemptPorts &
  Readonly<{ deliveries: Pick<Deliveries, 'due' | 'save' | 'find'> }>;

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
 * on their own, each starting what waits behind it. So an endpoint that is slow or silent holds up itself and nobody else,
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
  /** Calls `wake` whenever an endpoint that had no room for more has sent half of what it held; gives back what ends that. */
  subscribeToRoom(wake: () => void): () => void;
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
const SHORTEST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 60_000;
/** While nothing is known of an endpoint, and it has not been silent for a while. */
const LONGEST_GUESS_MS = 200;
const SILENT_MS = 1_000;

const NOTHING: DeliveryRound = { taken: 0, deferred: 0, expired: 0, left: 0, more: false };

export function deliverWebhooks(ports: DeliverPorts, terms: DeliverTerms): DeliverWebhooks {
  const { deliveries, clock } = ports;
  const bounds = { ...BOUNDS, ...terms.bounds };
  const { onEnd = () => {}, onFault = () => {} } = terms;
  const { attempt, forget, abandon } = attemptDelivery(ports);
  const note = recordEndpointHealth({ ids: ports.ids, updateEndpoint: updateEndpoint(ports) }, terms);
  const lanes = deliveryLanes(bounds, (delivery, lane) => void run(delivery, lane));
  /** Those that ended since the round under way began to read: what it read of them is old. */
  let ended = new Set<DeliveryId>();
  let changed = Promise.withResolvers<void>();
  const roomListeners = new Set<() => void>();
  let isStopped = false;
  let depth = LEAST_DEPTH;

  return {
    round,
    change: () => (lanes.underWay() === 0 ? Promise.resolve() : changed.promise),
    subscribeToRoom(wake) {
      roomListeners.add(wake);
      return () => void roomListeners.delete(wake);
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
      if (isStopped) return ok(NOTHING);
      const now = clock.now();
      const { changes, ...counts } = place(due, limit, depth >= deepest, now);
      lanes.pump(now);
      lanes.sweep(now);
      if (changes.length > 0) yield* deliveries.save(changes);
      return ok(counts);
    });
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
        change(defer(delivery, Math.max(lane.health.closedUntil, now + SHORTEST_WAIT_MS), now));
        counts.deferred += 1;
      } else if (lanes.hasRoom(lane)) {
        lanes.add(delivery, lane);
        counts.taken += 1;
      } else {
        lane.deniedAt = lane.waiting.length;
        // There may be others behind, which nobody would ever see while these stand in front.
        if (isDeepest && (perShard.get(lane.shard) ?? 0) >= limit && !lanes.isFull()) {
          change(defer(delivery, nextTurn(lane, now), now));
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

  /** When the lane will get to one more, if it is twice as fast as it was; in order, and within a minute. */
  function nextTurn(lane: Lane, now: Instant): Instant {
    const isGuess = lane.url === undefined && now - lane.startedAt < SILENT_MS;
    const paceMs = lane.health.meanMs / (lane.health.failures > 0 ? 1 : bounds.mostOfOne);
    const first = now + Math.max(SHORTEST_WAIT_MS, (lane.waiting.length * paceMs) / 2);
    const last = now + (isGuess ? LONGEST_GUESS_MS : LONGEST_WAIT_MS);
    lane.tail = Math.min(Math.max(lane.tail, first) + paceMs / 2, last);
    return Math.ceil(lane.tail);
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
        await takeNote(lane, end.value);
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
        for (const wake of roomListeners) wake();
      }
    }
  }

  async function takeNote(lane: Lane, end: AttemptEnd): Promise<void> {
    const now = clock.now();
    if (end.kind !== 'sent') {
      lane.health = UNKNOWN_HEALTH;
      return;
    }
    const { endpoint, attempt: made, succeeded, retryAfterMs } = end;
    if (lane.url !== endpoint.url) lane.health = UNKNOWN_HEALTH;
    lane.url = endpoint.url;
    lane.health = succeeded
      ? afterSuccess(lane.health, made.durationMs, bounds.mostOfOne)
      : afterFailure(lane.health, {
          now,
          durationMs: made.durationMs,
          ...present({ retryAfterMs }),
        });
    if (!succeeded) lanes.trim(lane);
    const { failingFrom, closedUntil } = lane.health;
    if (closedUntil > now) {
      const changes = lanes
        .empty(lane)
        .map((each) => ({ expected: each.version, next: defer(each, closedUntil, now) }));
      if (changes.length > 0) await deliveries.save(changes).orTee(onFault);
    }
    await note(endpoint, failingFrom, now).match((isWritten) => {
      if (isWritten) forget(endpoint.id);
    }, onFault);
  }
}
