import type { ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { Expecting, VersionMismatch } from '../../domain/kernel/expected-version.ts';
import {
  type OpenEndpoint,
  rotateSecret,
  type TooManySecrets,
} from '../../domain/webhooks/webhook-endpoint.ts';
import type { KeysUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import type { WebhookSecrets } from '../../ports/webhook-secrets.ts';
import { type ClaimWith, unclaimed } from '../kernel/aggregate-change.ts';
import { onExpectedVersion } from '../kernel/update-aggregate.ts';
import type { EndpointWithSecret } from './create-endpoint.ts';
import { ownerOfSecrets, sealSecret } from './endpoint-secrets.ts';
import type { EndpointTarget, UpdateEndpoint, UpdateEndpointFailure } from './update-endpoint.ts';

export type RotateSecretFailure = TooManySecrets | VersionMismatch | KeysUnavailable;

/** A new secret, which signs at once; every secret before it signs to the end of its 24 h, five in all at most. */
export type RotateEndpointSecret = (
  request: EndpointTarget & Expecting & Readonly<{ origin: Origin }>,
  claimWith?: ClaimWith<EndpointWithSecret>,
) => ResultAsync<EndpointWithSecret, RotateSecretFailure | UpdateEndpointFailure>;

export const rotateEndpointSecret =
  (
    ports: Readonly<{ vault: Vault; webhookSecrets: WebhookSecrets; updateEndpoint: UpdateEndpoint }>,
  ): RotateEndpointSecret =>
  ({ origin, ...target }, claimWith = unclaimed) => {
    const secret = ports.webhookSecrets.newSecret();
    return ports
      .updateEndpoint<OpenEndpoint, RotateSecretFailure>(
        target,
        origin,
        onExpectedVersion(target, (endpoint, now) =>
          sealSecret(ports.vault, ownerOfSecrets(endpoint), endpoint.dataKey, secret)
            .andThen((sealed) => rotateSecret(endpoint, sealed, now))
            .map((next) => ({
              next,
              action: 'webhook_endpoint.secret_rotated',
              claimed: (change) => claimWith(change, { endpoint: next, secret }),
            })),
        ),
      )
      .map((endpoint) => ({ endpoint, secret }));
  };
