import { err, errAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import { activeMerchant, type MerchantInactive } from '../../domain/merchants/merchant.ts';
import {
  type EventFilter,
  MOST_ENDPOINTS,
  type OpenEndpoint,
  openEndpoint,
} from '../../domain/webhooks/webhook-endpoint.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import type { WebhookSecrets } from '../../ports/webhook-secrets.ts';
import type { WebhookSender, WebhookUrlRefused } from '../../ports/webhook-sender.ts';
import { aggregateChange, type ClaimWith, type MovePorts, unclaimed } from '../kernel/aggregate-change.ts';

import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { sealSecret } from './endpoint-secrets.ts';
import { listEndpoints } from './read-endpoints.ts';

export type CreateEndpointRequest = Readonly<{
  merchantId: MerchantId;
  url: string;
  events: readonly EventFilter[];
  description?: string;
  origin: Origin;
}>;

/** The secret in plain text: for this one answer to the client, and for nothing that is kept. */
export type EndpointWithSecret = Readonly<{ endpoint: OpenEndpoint; secret: string }>;

/** Requests that come at once may each get their endpoint past this number. */
export type TooManyEndpoints = Readonly<{ kind: 'TooManyEndpoints'; most: number }>;

export type CreateEndpointFailure =
  | MerchantInactive
  | TooManyEndpoints
  | WebhookUrlRefused
  | ChangedMeanwhile
  | KeysUnavailable
  | StorageUnavailable;

const tooMany: TooManyEndpoints = { kind: 'TooManyEndpoints', most: MOST_ENDPOINTS };

/** Opens an endpoint, which gets every event that it subscribes to and that is made after this resolves. */
export type CreateEndpoint = (
  request: CreateEndpointRequest,
  claimWith?: ClaimWith<EndpointWithSecret>,
) => ResultAsync<EndpointWithSecret, CreateEndpointFailure>;

export type EndpointPorts = MovePorts &
  Readonly<{
    merchants: Merchants;
    vault: Vault;
    webhookSecrets: WebhookSecrets;
    webhookSender: Pick<WebhookSender, 'accepts'>;
  }>;

export const createEndpoint = (ports: EndpointPorts): CreateEndpoint => {
  const endpointsOf = listEndpoints(ports);
  return ({ merchantId, url, events, description, origin }, claimWith = unclaimed) =>
    safeTry<EndpointWithSecret, CreateEndpointFailure>(async function* () {
      yield* activeMerchant(yield* ports.merchants.find(merchantId), merchantId);
      const accepted = yield* ports.webhookSender.accepts(url);
      const others = yield* endpointsOf(merchantId);
      if (others.length >= MOST_ENDPOINTS) return err(tooMany);
      const at = ports.clock.now();
      const id = ports.ids.webhookEndpoint(at);
      const owner = { merchantId, entityId: id };
      const dataKey = yield* ports.vault.newKey(owner);
      const secret = ports.webhookSecrets.newSecret();
      const next = openEndpoint({
        id,
        merchantId,
        url: accepted,
        events,
        ...present({ description }),
        dataKey,
        secret: yield* sealSecret(ports.vault, owner, dataKey, secret),
        createdAt: at,
      });
      const done = { endpoint: next, secret };
      const move = { at, origin, action: 'webhook_endpoint.created', next };
      const change = yield* claimWith(aggregateChange(ports, move), done);
      return ports.commits
        .commit(change)
        .map(() => done)
        .orElse((failure) =>
          errAsync<EndpointWithSecret, CreateEndpointFailure>(
            failure.kind === 'StorageUnavailable' ? failure : { kind: 'ChangedMeanwhile' },
          ),
        );
    });
};
