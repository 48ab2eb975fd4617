import { okAsync, type ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { Expecting, VersionMismatch } from '../../domain/kernel/expected-version.ts';
import { present } from '../../domain/kernel/present.ts';
import {
  changeEndpoint as changed,
  type EndpointChange,
  keysOfEndpoint,
  type OpenEndpoint,
  type RemovedEndpoint,
  removeEndpoint as removed,
} from '../../domain/webhooks/webhook-endpoint.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Deliveries } from '../../ports/deliveries.ts';
import type { WakeUps } from '../../ports/wake-ups.ts';
import type { WebhookSender, WebhookUrlRefused } from '../../ports/webhook-sender.ts';
import { onExpectedVersion } from '../kernel/update-aggregate.ts';
import { recallDeliveries } from './recall-deliveries.ts';
import type { EndpointTarget, UpdateEndpoint, UpdateEndpointFailure } from './update-endpoint.ts';

export type ChangeEndpointRequest = EndpointTarget &
  EndpointChange &
  Expecting &
  Readonly<{ origin: Origin }>;

/**
 * Changes what is named; `status` pauses or resumes. Rival changes of different fields both stand. What was held while it
 * took none is recalled when it is enabled or moved, unless the store fails just then: it comes within two hours anyway.
 */
export type ChangeEndpoint = (
  request: ChangeEndpointRequest,
) => ResultAsync<OpenEndpoint, WebhookUrlRefused | VersionMismatch | UpdateEndpointFailure>;

export type ChangeEndpointPorts = Readonly<{
  webhookSender: Pick<WebhookSender, 'accepts'>;
  updateEndpoint: UpdateEndpoint;
  deliveries: Pick<Deliveries, 'list' | 'save'>;
  wakeUps: WakeUps;
  clock: Clock;
}>;

export const changeEndpoint = (ports: ChangeEndpointPorts): ChangeEndpoint => {
  const recall = recallDeliveries(ports);
  return ({ merchantId, id, origin, url, expectedVersions, ...change }) => {
    let takesAgain = false;
    const accepted: ResultAsync<Pick<EndpointChange, 'url'>, WebhookUrlRefused> = url === undefined
      ? okAsync({})
      : ports.webhookSender.accepts(url).map((href) => ({ url: href }));
    return accepted.andThen((to) =>
      ports
        .updateEndpoint<OpenEndpoint, VersionMismatch>(
          { merchantId, id },
          origin,
          onExpectedVersion(present({ expectedVersions }), (endpoint, now) => {
            const next = changed(endpoint, { ...change, ...to }, now);
            takesAgain =
              next.status === 'enabled' && (endpoint.status !== 'enabled' || endpoint.url !== next.url);
            return okAsync(next === endpoint ? undefined : { next, action: actionOf(endpoint, next) });
          }),
        )
        .andThen((endpoint) => {
          if (!takesAgain) return okAsync(endpoint);
          return recall(endpoint)
            .andTee(() => ports.wakeUps.signal('deliveries'))
            .map(() => endpoint)
            .orElse(() => okAsync(endpoint));
        }),
    );
  };
};

function actionOf(before: OpenEndpoint, next: OpenEndpoint): string {
  if (next.status === before.status) return 'webhook_endpoint.changed';
  return next.status === 'paused' ? 'webhook_endpoint.paused' : 'webhook_endpoint.resumed';
}

/** For good, secrets included. What was still on its way to it fails; what was delivered stays listed. */
export type RemoveEndpoint = (
  request: EndpointTarget & Expecting & Readonly<{ origin: Origin }>,
) => ResultAsync<void, VersionMismatch | UpdateEndpointFailure>;

export const removeEndpoint =
  ({ updateEndpoint }: Readonly<{ updateEndpoint: UpdateEndpoint }>): RemoveEndpoint =>
  ({ origin, ...target }) =>
    updateEndpoint<RemovedEndpoint, VersionMismatch>(
      target,
      origin,
      onExpectedVersion(target, (endpoint, now) =>
        okAsync({
          next: removed(endpoint, now),
          action: 'webhook_endpoint.removed',
          releases: keysOfEndpoint(endpoint),
        }),
      ),
    ).map(() => undefined);
