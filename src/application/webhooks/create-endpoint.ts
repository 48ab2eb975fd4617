import { err, errAsync, ok, type ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import { activeMerchant, type MerchantInactive } from '../../domain/merchants/merchant.ts';
import {
  type EventFilter,
  freePlaces,
  keysOfEndpoint,
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

/** Every place among the merchant's endpoints is taken, however many are made at once. */
export type TooManyEndpoints = Readonly<{ kind: 'TooManyEndpoints'; most: number }>;

export type CreateEndpointFailure =
  | MerchantInactive
  | TooManyEndpoints
  | WebhookUrlRefused
  | ChangedMeanwhile
  | KeysUnavailable
  | StorageUnavailable;

const tooMany: TooManyEndpoints = { kind: 'TooManyEndpoints', most: MOST_ENDPOINTS };

/**
 * Opens an endpoint, which gets every event that it subscribes to and that is made after this resolves. The places of a merchant's
 * endpoints are unique keys, so that no number of processes gives it more than there are: a read and a commit, and both again for
 * each place that a rival took between them.
 */
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
  return ({ merchantId, url, events, description, origin }, claimWith = unclaimed) => {
    return safeTry<EndpointWithSecret, CreateEndpointFailure>(async function* () {
      yield* activeMerchant(yield* ports.merchants.find(merchantId), merchantId);
      const accepted = yield* ports.webhookSender.accepts(url);
      const free = freePlaces(yield* endpointsOf(merchantId));
      if (free.length === 0) return err(tooMany);
      const at = ports.clock.now();
      const id = ports.ids.webhookEndpoint(at);
      const owner = { merchantId, entityId: id };
      const dataKey = yield* ports.vault.newKey(owner);
      const secret = ports.webhookSecrets.newSecret();
      const endpoint = openEndpoint({
        id,
        merchantId,
        url: accepted,
        events,
        ...present({ description }),
        dataKey,
        secret: yield* sealSecret(ports.vault, owner, dataKey, secret),
        createdAt: at,
      });
      return inPlace({ endpoint, secret }, free);
    });

    /** Rivals who read the same free places seldom choose the same one. Of those that `lost` names, rivals were faster. */
    function inPlace(
      { endpoint, secret }: EndpointWithSecret,
      free: readonly number[],
      lost: readonly number[] = [],
    ): ReturnType<CreateEndpoint> {
      const place = free[Number.parseInt(endpoint.id.slice(-8), 16) % free.length];
      if (place === undefined) return errAsync(tooMany);
      return safeTry<EndpointWithSecret, CreateEndpointFailure>(async function* () {
        const next = { ...endpoint, place };
        const done = { endpoint: next, secret };
        const takes = keysOfEndpoint(next);
        const move = { at: next.createdAt, origin, action: 'webhook_endpoint.created', next, takes };
        const change = yield* claimWith(aggregateChange(ports, move), done);
        const committed = await ports.commits.commit(change);
        if (committed.isOk()) return ok(done);
        if (committed.error.kind !== 'KeyTaken')
          return err<never, CreateEndpointFailure>(
            committed.error.kind === 'StorageUnavailable' ? committed.error : { kind: 'ChangedMeanwhile' },
          );
        const lostNow = [...lost, place];
        const left = freePlaces(yield* endpointsOf(merchantId)).filter((each) => !lostNow.includes(each));
        return inPlace({ endpoint, secret }, left, lostNow);
      });
    }
  };
};
