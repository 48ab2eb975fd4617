import { okAsync, type ResultAsync } from 'neverthrow';
import { firstIdAt } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { failingFrom, type PendingDelivery } from '../../domain/webhooks/delivery.ts';
import type { OpenEndpoint } from '../../domain/webhooks/webhook-endpoint.ts';
import type { Deliveries } from '../../ports/deliveries.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { WORTH_NOTING_MS } from './record-endpoint-health.ts';

/**
 * Since when nothing has succeeded at an endpoint where a delivery has just failed at `now`, for a worker that has seen no other
 * attempt there: a function of Lambda sees few. The delivery's own attempts say since when, unless one of a younger event
 * has been delivered. One read where that is worth noting and not noted, of the deliveries of events since; otherwise none.
 */
export type FailingSince = (
  delivery: PendingDelivery,
  endpoint: OpenEndpoint,
  now: Instant,
) => ResultAsync<Instant, StorageUnavailable>;

export const failingSince =
  ({ deliveries }: Readonly<{ deliveries: Pick<Deliveries, 'list'> }>): FailingSince =>
  (delivery, endpoint, now) => {
    const from = failingFrom(delivery, endpoint);
    if (from === undefined || endpoint.failingSince !== undefined || now - from < WORTH_NOTING_MS)
      return okAsync(from ?? now);
    const { merchantId, id: endpointId } = endpoint;
    return deliveries
      .list(merchantId, { endpointId, status: 'delivered' }, { limit: 1, since: firstIdAt('whd', from) })
      .map(({ length }) => (length === 0 ? from : now));
  };
