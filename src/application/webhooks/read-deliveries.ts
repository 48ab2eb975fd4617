import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import { type DeliveryId, type MerchantId, parseId } from '../../domain/kernel/ids.ts';
import type { Delivery } from '../../domain/webhooks/delivery.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Deliveries, DeliveryFilter } from '../../ports/deliveries.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, paging } from '../kernel/cursor.ts';

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

export type ListDeliveriesRequest = Readonly<{
  merchantId: MerchantId;
  filter: DeliveryFilter;
  limit: number;
  cursor?: string;
}>;

/** A page of a merchant's deliveries, newest first. The cursor is good for this tenant and this filter only. */
export type ListDeliveries = (
  request: ListDeliveriesRequest,
) => ResultAsync<Page<Delivery>, CursorInvalid | StorageUnavailable>;

export const listDeliveries = (
  ports: Readonly<{ deliveries: Deliveries; signedTokens: SignedTokens; clock: Clock }>,
): ListDeliveries => {
  const pages = paging(ports, (text) => parseId('whd', text));
  return ({ merchantId, filter, ...page }) =>
    pages({ ...page, context: { list: 'webhook_deliveries', merchantId, filter } }, (part) =>
      ports.deliveries.list(merchantId, filter, part),
    );
};
