import { okAsync, type ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import {
  changeEndpoint as changed,
  type EndpointChange,
  type OpenEndpoint,
  type RemovedEndpoint,
  removeEndpoint as removed,
} from '../../domain/webhooks/webhook-endpoint.ts';
import type { WebhookSender, WebhookUrlRefused } from '../../ports/webhook-sender.ts';
import type { EndpointTarget, UpdateEndpoint, UpdateEndpointFailure } from './update-endpoint.ts';

export type ChangeEndpointRequest = EndpointTarget & EndpointChange & Readonly<{ origin: Origin }>;

/** Changes what is named; `status` pauses or resumes. Rival changes of different fields both stand. */
export type ChangeEndpoint = (
  request: ChangeEndpointRequest,
) => ResultAsync<OpenEndpoint, WebhookUrlRefused | UpdateEndpointFailure>;

export const changeEndpoint =
  (
    ports: Readonly<{ webhookSender: Pick<WebhookSender, 'accepts'>; updateEndpoint: UpdateEndpoint }>,
  ): ChangeEndpoint =>
  ({ merchantId, id, origin, url, ...change }) => {
    const accepted: ResultAsync<Pick<EndpointChange, 'url'>, WebhookUrlRefused> = url === undefined
      ? okAsync({})
      : ports.webhookSender.accepts(url).map((href) => ({ url: href }));
    return accepted.andThen((to) =>
      ports.updateEndpoint({ merchantId, id }, origin, (endpoint, now) => {
        const next = changed(endpoint, { ...change, ...to }, now);
        return okAsync(next === endpoint ? undefined : { next, action: actionOf(endpoint, next) });
      }),
    );
  };

function actionOf(before: OpenEndpoint, next: OpenEndpoint): string {
  if (next.status === before.status) return 'webhook_endpoint.changed';
  return next.status === 'paused' ? 'webhook_endpoint.paused' : 'webhook_endpoint.resumed';
}

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
