import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { DeliveryId, MerchantId } from '../../domain/kernel/ids.ts';
import type { Delivery } from '../../domain/webhooks/delivery.ts';
import type { Deliveries } from '../../ports/deliveries.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** Unknown, another merchant's, or forgotten. */
export type DeliveryNotFound = Readonly<{ kind: 'DeliveryNotFound' }>;

export type DeliveryTarget = Readonly<{ merchantId: MerchantId; id: DeliveryId }>;

export type GetDelivery = (
  target: DeliveryTarget,
) => ResultAsync<Delivery, DeliveryNotFound | StorageUnavailable>;

export const getDelivery =
  ({ deliveries }: Readonly<{ deliveries: Deliveries }>): GetDelivery =>
  ({ merchantId, id }) =>
    deliveries
      .find(merchantId, id)
      .andThen((found) =>
        found === undefined ? errAsync({ kind: 'DeliveryNotFound' as const }) : okAsync(found),
      );
