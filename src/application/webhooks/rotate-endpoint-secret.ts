import type { ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import { type OpenEndpoint, rotateSecret } from '../../domain/webhooks/webhook-endpoint.ts';
import type { KeysUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import type { WebhookSecrets } from '../../ports/webhook-secrets.ts';
import type { EndpointWithSecret } from './create-endpoint.ts';
import { ownerOfSecrets, sealSecret } from './endpoint-secrets.ts';
import type { EndpointTarget, UpdateEndpoint, UpdateEndpointFailure } from './update-endpoint.ts';

/** A new secret, which signs at once; the one so far signs beside it for 24 h. */
export type RotateEndpointSecret = (
  request: EndpointTarget & Readonly<{ origin: Origin }>,
) => ResultAsync<EndpointWithSecret, KeysUnavailable | UpdateEndpointFailure>;

export const rotateEndpointSecret =
  (
    ports: Readonly<{ vault: Vault; webhookSecrets: WebhookSecrets; updateEndpoint: UpdateEndpoint }>,
  ): RotateEndpointSecret =>
  ({ origin, ...target }) => {
    const secret = ports.webhookSecrets.newSecret();
    return ports
      .updateEndpoint<OpenEndpoint, KeysUnavailable>(target, origin, (endpoint, now) =>
        sealSecret(ports.vault, ownerOfSecrets(endpoint), endpoint.dataKey, secret).map((sealed) => ({
          next: rotateSecret(endpoint, sealed, now),
          action: 'webhook_endpoint.secret_rotated',
        })),
      )
      .map((endpoint) => ({ endpoint, secret }));
  };
