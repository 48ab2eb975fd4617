import { type Delivery, forgettableAt } from '../../domain/delivery.ts';
import {
  type DeliveryInside,
  type DeliveryRecord,
  deliveryInside,
  deliveryRecord,
  restoreDelivery,
} from '../../domain/delivery-record.ts';
import { jsonText, parseJson } from '../../domain/json.ts';
import type { Item } from './items.ts';
import { deliveryDueShardOf, deliveryKey, TTL_ATTRIBUTE } from './table.ts';

/** The record as one attribute of JSON text, beside what is not published and copies of what guards and filters ask for. */
export function deliveryItem(delivery: Delivery): Item {
  const forgettable = forgettableAt(delivery);
  return {
    ...deliveryKey(delivery.merchantId, delivery.id),
    ...deliveryInside(delivery),
    record: jsonText(deliveryRecord(delivery)),
    endpoint_id: delivery.endpointId,
    status: delivery.status,
    event_type: delivery.eventType,
    ...(delivery.status === 'pending'
      ? { due_shard: deliveryDueShardOf(delivery.endpointId), due_at: delivery.dueAt }
      : {}),
    ...(forgettable === undefined ? {} : { [TTL_ATTRIBUTE]: Math.ceil(forgettable / 1_000) }),
  };
}

export function deliveryOf(item: Item): Delivery {
  const stored = item as DeliveryInside & Readonly<{ record: string }>;
  return restoreDelivery(parseJson(stored.record) as unknown as DeliveryRecord, stored);
}
