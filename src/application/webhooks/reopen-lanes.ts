import { okAsync, type ResultAsync } from 'neverthrow';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { UNKNOWN_HEALTH } from '../../domain/webhooks/endpoint-health.ts';
import { startsAnew, type WebhookEndpoint } from '../../domain/webhooks/webhook-endpoint.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import { inParallel } from '../kernel/in-parallel.ts';
import type { Lane } from './delivery-lanes.ts';

/** A lane that is closed, though deliveries are due in it. */
export type ClosedLane = Readonly<{ lane: Lane; merchantId: MerchantId }>;

/**
 * Opens those whose endpoint was moved or enabled again after it had failed: the pause that it earned before is over. One read
 * for each, beside the writes that put its deliveries off; of so many in one round, and the others wait for their pause.
 */
export type ReopenLanes = (closed: readonly ClosedLane[]) => ResultAsync<void, never>;

const MOST_READ = 256;
const READS_AT_ONCE = 16;

export const reopenLanes =
  ({ aggregates }: Readonly<{ aggregates: Pick<Aggregates, 'find'> }>): ReopenLanes =>
  (closed) =>
    inParallel(closed.slice(0, MOST_READ), READS_AT_ONCE, ({ lane, merchantId }) =>
      aggregates
        .find(merchantId, 'webhook_endpoint', lane.endpointId)
        .map((endpoint) => {
          if (endpoint === undefined || !isChanged(lane, endpoint)) return;
          lane.health = UNKNOWN_HEALTH;
          lane.isHolding = false;
          lane.nextTryAt = 0;
          lane.tail = 0;
        })
        // What cannot be read stays closed for its pause.
        .orElse(() => okAsync<void, never>(undefined)),
    ).map(() => undefined);

function isChanged({ health: { failingFrom }, url }: Lane, endpoint: WebhookEndpoint): boolean {
  if (failingFrom === undefined || endpoint.status !== 'enabled') return false;
  return url !== endpoint.url || startsAnew(endpoint, failingFrom);
}
