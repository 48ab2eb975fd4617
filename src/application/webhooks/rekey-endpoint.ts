import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import { type OpenEndpoint, rekeyEndpoint as rekeyed } from '../../domain/webhooks/webhook-endpoint.ts';
import type { SecretKeys } from '../../ports/secret-keys.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { ownerOfSecrets } from './endpoint-secrets.ts';
import type { UpdateEndpoint } from './update-endpoint.ts';

export type RekeyEndpointFailure = ChangedMeanwhile | KeysUnavailable | StorageUnavailable;

export type RekeyEndpointPorts = Readonly<{ secretKeys: SecretKeys; updateEndpoint: UpdateEndpoint }>;

/** Wraps an endpoint's data key by the current key. False when there is nothing to do, or it was removed meanwhile. */
export const rekeyEndpoint = (
  { secretKeys, updateEndpoint }: RekeyEndpointPorts,
  { merchantId, id, version }: OpenEndpoint,
  origin: Origin,
): ResultAsync<boolean, RekeyEndpointFailure> =>
  updateEndpoint<OpenEndpoint, KeysUnavailable>({ merchantId, id }, origin, (endpoint, now) =>
    secretKeys
      .rewrap(ownerOfSecrets(endpoint), endpoint.dataKey)
      .map((dataKey) =>
        dataKey.keyId === endpoint.dataKey.keyId
          ? undefined
          : { next: rekeyed(endpoint, dataKey, now), action: 'webhook_endpoint.rekeyed' },
      ),
  )
    .map((endpoint) => endpoint.version !== version)
    .orElse((failure) =>
      failure.kind === 'EndpointNotFound'
        ? okAsync<boolean, RekeyEndpointFailure>(false)
        : errAsync<boolean, RekeyEndpointFailure>(failure),
    );
