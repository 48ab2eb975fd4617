import { NumberValue } from '@aws-sdk/lib-dynamodb';
import { jsonText, parseJson } from '../../domain/kernel/json.ts';
import { type Delivery, forgettableAt, type PendingDelivery } from '../../domain/webhooks/delivery.ts';
import {
  type DeliveryInside,
  deliveryInside,
  restoreDelivery,
  type StoredDelivery,
  storedDelivery,
} from '../../domain/webhooks/delivery-record.ts';
import { type Item, sealedItem } from './items.ts';
import { deliveryDueShardOf, deliveryKey, TTL_ATTRIBUTE } from './table.ts';

/** The record as one attribute of JSON text, beside what is not published and copies of what guards and filters ask for. */
export function deliveryItem(delivery: Delivery): Item {
  const forgettable = forgettableAt(delivery);
  return sealedItem('webhook_delivery', {
    ...deliveryKey(delivery.merchantId, delivery.id),
    ...deliveryInside(delivery),
    record: jsonText(storedDelivery(delivery)),
    endpoint_id: delivery.endpointId,
    status: delivery.status,
    event_type: delivery.eventType,
    ...(delivery.status === 'pending'
      ? { due_shard: deliveryDueShardOf(delivery.endpointId), due_at: dueOrder(delivery) }
      : {}),
    ...(forgettable === undefined ? {} : { [TTL_ATTRIBUTE]: Math.ceil(forgettable / 1_000) }),
  });
}

/**
 * When it is due, and behind the decimal point where its event stands among others: by the time and the counter that its
 * id begins with. Together they are the 38 digits that a number may have.
 */
function dueOrder({ dueAt, eventId }: PendingDelivery): NumberValue {
  const hex = eventId.slice(eventId.indexOf('_') + 1);
  const millisecond = BigInt(`0x${hex.slice(0, 12)}`);
  const counterHigh = BigInt(`0x${hex.slice(13, 16)}`);
  // The first two bits of the sixteenth digit are the same in every UUID.
  const counterLow = BigInt(`0x${hex.slice(16, 22)}`) & 0x3fffffn;
  const place = (millisecond << 34n) | (counterHigh << 22n) | counterLow;
  return NumberValue.from(`${dueAt}.${`${place}`.padStart(25, '0')}`);
}

export function deliveryOf(item: Item): Delivery {
  const stored = item as DeliveryInside & Readonly<{ record: string }>;
  return restoreDelivery(parseJson(stored.record) as unknown as StoredDelivery, stored);
}
