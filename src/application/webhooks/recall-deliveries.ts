import { ok, type ResultAsync, safeTry } from 'neverthrow';
import { type DeliveryId, firstIdAt } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import { DELIVERY_LIFETIME_MS, type Delivery, defer, dueByItself } from '../../domain/webhooks/delivery.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Guarded } from '../../ports/commits.ts';
import type { Deliveries } from '../../ports/deliveries.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { EndpointTarget } from './update-endpoint.ts';

/** `more`: so many were held that some are left; the same again goes on with those. */
export type Recalled = Readonly<{ recalled: number; more: boolean }>;

/**
 * Makes due at once what was held for an endpoint, up to 10 000 deliveries in one call. Those that were attempted wait to the end of
 * what their own attempts have them wait, as when they were not held. Reads the endpoint's pending deliveries of two days, in pages, and writes those it recalls.
 */
export type RecallDeliveries = (target: EndpointTarget) => ResultAsync<Recalled, StorageUnavailable>;

const MOST_RECALLED = 10_000;
const PAGE = 200;

export const recallDeliveries =
  ({
    deliveries,
    clock,
  }: Readonly<{ deliveries: Pick<Deliveries, 'list' | 'save'>; clock: Clock }>): RecallDeliveries =>
  ({ merchantId, id: endpointId }) =>
    safeTry(async function* () {
      const since = firstIdAt('whd', clock.now() - 2 * DELIVERY_LIFETIME_MS);
      let recalled = 0;
      let last: DeliveryId | undefined;
      for (let more = true; more; ) {
        if (recalled >= MOST_RECALLED) return ok({ recalled, more: true });
        const page = { limit: PAGE, since, ...present({ before: last }) };
        const found = yield* deliveries.list(merchantId, { endpointId, status: 'pending' }, page);
        const now = clock.now();
        const changes = found.flatMap((each): readonly Guarded<Delivery>[] => {
          if (each.status !== 'pending') return [];
          const dueAt = dueByItself(each, now);
          return each.dueAt > dueAt ? [{ expected: each.version, next: defer(each, dueAt, now) }] : [];
        });
        if (changes.length > 0) recalled += (yield* deliveries.save(changes)).filter(Boolean).length;
        last = found.at(-1)?.id;
        more = found.length === PAGE;
      }
      return ok({ recalled, more: false });
    });
