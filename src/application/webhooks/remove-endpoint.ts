import { okAsync, type ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import { type RemovedEndpoint, removeEndpoint as removed } from '../../domain/webhooks/webhook-endpoint.ts';
import type { EndpointTarget, UpdateEndpoint, UpdateEndpointFailure } from './update-endpoint.ts';

/** For good, secrets included. What was still on its way to it fails; what was delivered stays listed. */
export type RemoveEndpoint = (
  request: EndpointTarget & Readonly<{ origin: Origin }>,
) => ResultAsync<void, UpdateEndpointFailure>;

export const removeEndpoint =
  ({ updateEndpoint }: Readonly<{ updateEndpoint: UpdateEndpoint }>): RemoveEndpoint =>
  ({ origin, ...target }) =>
    updateEndpoint<RemovedEndpoint>(target, origin, (endpoint, now) =>
      okAsync({ next: removed(endpoint, now), action: 'webhook_endpoint.removed' }),
    ).map(() => undefined);
