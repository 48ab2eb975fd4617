import type { ResultAsync } from 'neverthrow';
import type { PendingDelivery } from '../../domain/webhooks/delivery.ts';
import type { Clock } from '../../ports/clock.ts';
import { DELIVERY_SHARDS, type Deliveries } from '../../ports/deliveries.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** The deliveries of all merchants that are due longest, up to `limit`. One read, of as many in each shard. */
export type ReadDueDeliveries = (
  limit: number,
) => ResultAsync<readonly PendingDelivery[], StorageUnavailable>;

export const readDueDeliveries =
  ({
    deliveries,
    clock,
  }: Readonly<{ deliveries: Pick<Deliveries, 'due'>; clock: Clock }>): ReadDueDeliveries =>
  (limit) =>
    deliveries.due(EVERY_SHARD, clock.now(), limit).map((found) => found.slice(0, limit));

const EVERY_SHARD = Array.from({ length: DELIVERY_SHARDS }, (_, shard) => shard);
