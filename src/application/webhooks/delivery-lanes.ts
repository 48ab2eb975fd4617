import type { DeliveryId, PaymentId, WebhookEndpointId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { PendingDelivery } from '../../domain/webhooks/delivery.ts';
import { type EndpointHealth, UNKNOWN_HEALTH } from '../../domain/webhooks/endpoint-health.ts';
import { deliveryShardOf } from '../../ports/deliveries.ts';

export type LaneBounds = Readonly<{
  /** Attempts under way at once, of all endpoints and of one. */
  mostUnderWay: number;
  mostOfOne: number;
  /** Deliveries in memory, of all endpoints. */
  mostHeld: number;
}>;

/** One endpoint's deliveries in this process, those under way and those that wait, oldest first. */
export type Lane = {
  readonly endpointId: WebhookEndpointId;
  readonly shard: number;
  waiting: PendingDelivery[];
  underWay: number;
  /** Payments with an attempt under way: another of the same payment waits for it. */
  readonly payments: Set<PaymentId>;
  health: EndpointHealth;
  /** Where health was seen: that of another URL says nothing. */
  url?: string;
  /** How many waited when another found no room. */
  deniedAt?: number;
  /** When the newest attempt began. */
  startedAt: Instant;
  /** When the newest of the deliveries that were deferred behind others is due. */
  tail: Instant;
  /** Its deliveries are held while it takes none: see `nextTry`. */
  isHolding: boolean;
  /** When the delivery that tries it next is due. */
  nextTryAt: Instant;
};

/** What waits in memory is what can be sent in so long, so that a slow endpoint holds little. */
const WAIT_MS = 1_000;
/** A share of the room that is left, so that there is always some for others. */
const MOST_OF_ROOM = 0.125;

/** How long an idle endpoint's troubles are remembered. */
const REMEMBERED_MS = 600_000;
const MOST_LANES = 20_000;

/**
 * Who may send what next. Every endpoint has a lane of its own with bounded room, and lanes take turns while all together
 * have more to send than may be under way.
 */
export function deliveryLanes(bounds: LaneBounds, start: (delivery: PendingDelivery, lane: Lane) => void) {
  const lanes = new Map<WebhookEndpointId, Lane>();
  const held = new Map<DeliveryId, Lane>();
  /** Lanes with deliveries that wait, in the order of their turns. */
  const ready = new Set<Lane>();
  let underWay = 0;

  return {
    underWay: () => underWay,
    isHeld: (id: DeliveryId) => held.has(id),
    isFull: () => held.size >= bounds.mostHeld,
    hasRoom: (lane: Lane) => held.size < bounds.mostHeld && lane.waiting.length < roomOf(lane),
    /** Lets go of what a lane holds beyond its room. */
    trim(lane: Lane): void {
      for (const { id } of lane.waiting.splice(roomOf(lane))) held.delete(id);
      if (lane.waiting.length === 0) ready.delete(lane);
    },
    laneOf,
    /** How many of a shard's are in memory, of the shard that has most. */
    mostHeldOfAShard(): number {
      const counts = new Map<number, number>();
      for (const { shard } of held.values()) counts.set(shard, (counts.get(shard) ?? 0) + 1);
      return Math.max(0, ...counts.values());
    },
    add(delivery: PendingDelivery, lane: Lane): void {
      held.set(delivery.id, lane);
      lane.waiting.push(delivery);
      ready.add(lane);
    },
    /** Starts whatever may be, a turn for each lane at a time. */
    pump,
    /** An attempt is over. What waits behind it may start. */
    done(delivery: PendingDelivery, lane: Lane): void {
      underWay -= 1;
      lane.underWay -= 1;
      held.delete(delivery.id);
      if (delivery.paymentId !== undefined) lane.payments.delete(delivery.paymentId);
    },
    /** Lets go of all that waits in a lane, and gives it. */
    empty,
    /** Lets go of what waits in shards that are others' now. */
    keepOnly(shards: readonly number[]): void {
      const own = new Set(shards);
      for (const lane of ready) if (!own.has(lane.shard)) empty(lane);
    },
    /** Forgets idle lanes that have nothing to remember. */
    sweep(now: Instant): void {
      for (const [id, lane] of lanes) {
        if (lane.underWay > 0 || lane.waiting.length > 0) continue;
        const isTroubled = lane.health.failures > 0 || lane.isHolding;
        const lastPause = Math.max(lane.health.closedUntil, lane.nextTryAt);
        const isMemorable = isTroubled && lastPause + REMEMBERED_MS > now;
        if (!isMemorable || lanes.size > MOST_LANES) lanes.delete(id);
      }
    },
  };

  function roomOf({ health }: Lane): number {
    const inTime = Math.ceil((WAIT_MS * health.allowed) / Math.max(1, health.meanMs));
    return Math.max(1, Math.min(inTime, (bounds.mostHeld - held.size) * MOST_OF_ROOM));
  }

  function laneOf(endpointId: WebhookEndpointId): Lane {
    const found = lanes.get(endpointId);
    if (found !== undefined) return found;
    const lane: Lane = {
      endpointId,
      shard: deliveryShardOf(endpointId),
      waiting: [],
      underWay: 0,
      payments: new Set(),
      health: UNKNOWN_HEALTH,
      startedAt: 0,
      tail: 0,
      isHolding: false,
      nextTryAt: 0,
    };
    lanes.set(endpointId, lane);
    return lane;
  }

  function empty(lane: Lane): readonly PendingDelivery[] {
    const { waiting } = lane;
    lane.waiting = [];
    ready.delete(lane);
    for (const { id } of waiting) held.delete(id);
    return waiting;
  }

  function pump(now: Instant): void {
    for (let progress = true; progress; ) {
      progress = false;
      // As they stand now: a lane that has had its turn comes again in the next pass.
      for (const lane of Array.from(ready)) {
        if (underWay >= bounds.mostUnderWay) return;
        const next = nextOf(lane, now);
        if (next === undefined) continue;
        progress = true;
        underWay += 1;
        lane.underWay += 1;
        lane.startedAt = now;
        if (next.paymentId !== undefined) lane.payments.add(next.paymentId);
        // Its next turn is after all others'.
        ready.delete(lane);
        if (lane.waiting.length > 0) ready.add(lane);
        start(next, lane);
      }
    }
  }

  function nextOf(lane: Lane, now: Instant): PendingDelivery | undefined {
    const { health, waiting, payments } = lane;
    if (health.closedUntil > now || lane.underWay >= Math.min(health.allowed, bounds.mostOfOne))
      return undefined;
    const index = waiting.findIndex(({ paymentId }) => paymentId === undefined || !payments.has(paymentId));
    return index < 0 ? undefined : waiting.splice(index, 1)[0];
  }
}
