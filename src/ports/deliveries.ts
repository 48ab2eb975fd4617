import type { ResultAsync } from 'neverthrow';
import type { DeliveryId, MerchantId, WebhookEndpointId } from '../domain/kernel/ids.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type {
  DeliveredType,
  Delivery,
  DeliveryStatus,
  PendingDelivery,
} from '../domain/webhooks/delivery.ts';
import type { Guarded } from './commits.ts';
import type { StorageUnavailable } from './unavailable.ts';

/**
 * Into how many shards deliveries fall. One process at a time works on a shard. Stored keys depend on it: changing it
 * needs a migration that moves the deliveries.
 */
export const DELIVERY_SHARDS = 16;

/** An endpoint's deliveries are in one shard. Ids end in hex digits that are random, so the last one is a hash. */
export const deliveryShardOf = (endpointId: WebhookEndpointId): number =>
  Number.parseInt(endpointId.slice(-1), 16) % DELIVERY_SHARDS;

export type DeliveryFilter = Readonly<{
  endpointId?: WebhookEndpointId;
  status?: DeliveryStatus;
  eventType?: DeliveredType;
}>;

/** Where a count of due deliveries ends. */
export const MOST_DUE_COUNTED = 1_000;

/** How many deliveries are due, counted up to `MOST_DUE_COUNTED`, and since when the one that waits longest is. */
export type DueDeliveries = Readonly<{ due: number; oldestDueAt?: Instant }>;

/**
 * Deliveries of webhooks, in no commit with anything else. Those of one endpoint are in one shard of `DELIVERY_SHARDS`.
 * Adapters must pass `test/contract/deliveries.contract.ts`.
 */
export interface Deliveries {
  /** Adds those whose ids are not there yet, durably, and leaves the others as they are. After an Err any may be there. */
  addAll(deliveries: readonly PendingDelivery[]): ResultAsync<void, StorageUnavailable>;
  /**
   * Pending deliveries of the shards with `dueAt` ≤ `now`, by `dueAt`, then event id, up to `limit` of each shard. May lag
   * behind the newest writes by moments: an older state may be among them, whose `save` is then refused.
   */
  due(
    shards: readonly number[],
    now: Instant,
    limit: number,
  ): ResultAsync<readonly PendingDelivery[], StorageUnavailable>;
  /**
   * What waits in all shards with `dueAt` ≤ `now`. Reads no delivery, and lags as `due` does: one that has just ended, or moved on,
   * may be counted for moments.
   */
  backlog(now: Instant): ResultAsync<DueDeliveries, StorageUnavailable>;
  /**
   * Writes each whose stored version is `expected`, and says in the order given which those are. Each is decided by
   * itself. Saving the same again, or after a lost reply, may say false although it was written.
   */
  save(changes: readonly Guarded<Delivery>[]): ResultAsync<readonly boolean[], StorageUnavailable>;
  /** Strongly consistent. Another tenant's delivery is not there. */
  find(merchantId: MerchantId, id: DeliveryId): ResultAsync<Delivery | undefined, StorageUnavailable>;
  /**
   * Newest first by id, up to `limit`; fewer only at the end. `before` is exclusive, `since` inclusive; nothing beyond
   * them is read. Strongly consistent.
   */
  list(
    merchantId: MerchantId,
    filter: DeliveryFilter,
    page: Readonly<{ limit: number; before?: DeliveryId; since?: DeliveryId }>,
  ): ResultAsync<readonly Delivery[], StorageUnavailable>;
}
