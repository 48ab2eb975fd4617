import { errAsync, ok, okAsync, ResultAsync, safeTry } from 'neverthrow';
import { type DomainEvent, EVENTS_KEPT_MS } from '../../domain/kernel/events.ts';
import {
  type DeliveryId,
  instantInId,
  type MerchantId,
  type PaymentId,
  parseId,
} from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import { type Delivery, deliveryId } from '../../domain/webhooks/delivery.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Deliveries, DeliveryFilter } from '../../ports/deliveries.ts';
import type { Digests } from '../../ports/digests.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, paging } from '../kernel/cursor.ts';
import { listEndpoints } from './read-endpoints.ts';

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
  filter: DeliveryFilter & Readonly<{ paymentId?: PaymentId }>;
  limit: number;
  cursor?: string;
}>;

export type DeliveryReads = Readonly<{
  deliveries: Deliveries;
  eventLog: Pick<EventLog, 'list'>;
  aggregates: Pick<Aggregates, 'list'>;
  signedTokens: SignedTokens;
  digests: Digests;
  clock: Clock;
}>;

/**
 * A page of a merchant's deliveries, newest first. The cursor is good for this tenant and this filter only. Those of a payment are found by key, to
 * the endpoints that are still there: one read for each hundred of its events, one of the endpoints, and one for each delivery that the two can have.
 */
export type ListDeliveries = (
  request: ListDeliveriesRequest,
) => ResultAsync<Page<Delivery>, CursorInvalid | StorageUnavailable>;

export const listDeliveries = (ports: DeliveryReads): ListDeliveries => {
  const pages = paging(ports, (text) => parseId('whd', text));
  return ({ merchantId, filter, ...page }) => {
    const { paymentId, ...others } = filter;
    return pages({ ...page, context: { list: 'webhook_deliveries', merchantId, filter } }, (part) =>
      paymentId === undefined
        ? ports.deliveries.list(merchantId, others, part)
        : deliveriesOfPayment(ports, { merchantId, paymentId, filter: others }, part),
    );
  };
};

const EVENTS_AT_ONCE = 100;
const AT_ONCE = 100;

/** An event has one delivery to an endpoint, whose id follows from both. */
function deliveriesOfPayment(
  ports: DeliveryReads,
  {
    merchantId,
    paymentId,
    filter,
  }: Readonly<{ merchantId: MerchantId; paymentId: PaymentId; filter: DeliveryFilter }>,
  { limit, before = 'whd_g' }: Readonly<{ limit: number; before?: string }>,
): ResultAsync<readonly Delivery[], StorageUnavailable> {
  const { deliveries, eventLog, digests } = ports;
  return safeTry(async function* () {
    const endpoints = yield* listEndpoints(ports)(merchantId);
    const kept = { entityId: paymentId, from: ports.clock.now() - EVENTS_KEPT_MS };
    const found: Delivery[] = [];
    let to = before === 'whd_g' ? undefined : instantInId(before);
    for (let more = true; more && found.length < limit; ) {
      const page = { limit: EVENTS_AT_ONCE };
      const events = yield* eventLog.list(merchantId, { ...kept, ...present({ to }) }, page);
      more = events.length === EVENTS_AT_ONCE;
      const whole = more ? withoutOldest(events) : events;
      const oldest = events.at(-1)?.created ?? 0;
      to = whole === events ? oldest - 1 : oldest;
      const possible = whole.flatMap((event) =>
        endpoints.map(({ id }) => deliveryId(event, id, digests.sha256)),
      );
      const ids = possible.filter((id) => id < before).toSorted((a, b) => (a < b ? 1 : -1));
      for (let from = 0; from < ids.length && found.length < limit; from += AT_ONCE) {
        const some = ids.slice(from, from + AT_ONCE).map((id) => deliveries.find(merchantId, id));
        for (const each of yield* ResultAsync.combine(some))
          if (each !== undefined && isWanted(each, filter)) found.push(each);
      }
    }
    return ok(found.slice(0, limit));
  });
}

const isWanted = (delivery: Delivery, { endpointId, status, eventType }: DeliveryFilter): boolean =>
  (endpointId === undefined || delivery.endpointId === endpointId) &&
  (status === undefined || delivery.status === status) &&
  (eventType === undefined || delivery.eventType === eventType);

/**
 * Without those of the oldest moment, of which there may be more: within a moment deliveries are in another order than their
 * events. Where all are of one moment, which no payment's are, the very same.
 */
function withoutOldest(events: readonly DomainEvent[]): readonly DomainEvent[] {
  const oldest = events.at(-1)?.created;
  return events[0]?.created === oldest ? events : events.filter(({ created }) => created !== oldest);
}
