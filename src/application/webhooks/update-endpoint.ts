import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { MerchantId, WebhookEndpointId } from '../../domain/kernel/ids.ts';
import type { OpenEndpoint, WebhookEndpoint } from '../../domain/webhooks/webhook-endpoint.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { MovePorts } from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { type DecideUpdate, updateAggregate } from '../kernel/update-aggregate.ts';

/** Unknown, another merchant's, or removed. */
export type EndpointNotFound = Readonly<{ kind: 'EndpointNotFound' }>;

export type EndpointTarget = Readonly<{ merchantId: MerchantId; id: WebhookEndpointId }>;

export type UpdateEndpointFailure = EndpointNotFound | ChangedMeanwhile | StorageUnavailable;

/** Changes an endpoint that is not removed, as `UpdateAggregate` does. One read, one commit. */
export type UpdateEndpoint = <
  Next extends WebhookEndpoint,
  Failure extends Readonly<{ kind: string }> = never,
>(
  target: EndpointTarget,
  origin: Origin,
  decide: DecideUpdate<OpenEndpoint, Next, Failure>,
) => ResultAsync<OpenEndpoint | Next, Failure | UpdateEndpointFailure>;

export function updateEndpoint(ports: MovePorts): UpdateEndpoint {
  const update = updateAggregate(ports);
  return <Next extends WebhookEndpoint, Failure extends Readonly<{ kind: string }>>(
    { merchantId, id }: EndpointTarget,
    origin: Origin,
    decide: DecideUpdate<OpenEndpoint, Next, Failure>,
  ) =>
    update<OpenEndpoint, Next, Failure | UpdateEndpointFailure>(
      { merchantId, id, origin, find: () => findEndpoint(ports.aggregates, { merchantId, id }) },
      decide,
    );
}

export const findEndpoint = (
  aggregates: Aggregates,
  { merchantId, id }: EndpointTarget,
): ResultAsync<OpenEndpoint, EndpointNotFound | StorageUnavailable> =>
  aggregates
    .find(merchantId, 'webhook_endpoint', id)
    .andThen((found) =>
      found === undefined || found.status === 'removed'
        ? errAsync({ kind: 'EndpointNotFound' as const })
        : okAsync(found),
    );
