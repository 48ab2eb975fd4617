import type { ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import { type Merchant, type MerchantChange, openMerchant } from '../../domain/merchants/merchant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CommitRefused, Commits } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import { aggregateChange, type ClaimWith, unclaimed } from '../kernel/aggregate-change.ts';
import { type ProcessorConfig, sealProcessorConfig } from './merchant-secrets.ts';

/** The id is the tenant's own; what else is not named is as for a merchant without limits or features, active. */
export type NewMerchant = Omit<MerchantChange, 'processorConfig' | 'name' | 'email'> &
  Readonly<{ id: MerchantId; name: string; email: string; processorConfig?: ProcessorConfig }>;

export type MerchantExists = Readonly<{ kind: 'MerchantExists'; id: MerchantId }>;

export type CreateMerchantFailure = MerchantExists | KeysUnavailable | StorageUnavailable;

/** Opens a tenant, with its audit link. Of several under one id the first stays; the others are refused. */
export type CreateMerchant = (
  request: NewMerchant & Readonly<{ origin: Origin }>,
  claimWith?: ClaimWith<Merchant>,
) => ResultAsync<Merchant, CreateMerchantFailure>;

export type MerchantPorts = Readonly<{
  commits: Commits;
  vault: Vault;
  clock: Clock;
  ids: Ids;
  digests: Digests;
}>;

export const createMerchant =
  (ports: MerchantPorts): CreateMerchant =>
  ({ origin, processorConfig, ...terms }, claimWith = unclaimed) =>
    sealProcessorConfig(ports.vault, terms.id, processorConfig).andThen((config) => {
      const at = ports.clock.now();
      const next = openMerchant({
        ...terms,
        createdAt: at,
        ...present({ processorConfig: config }),
      });
      const change = aggregateChange(ports, { at, origin, action: 'merchant.created', next });
      return claimWith(change, next).andThen((claimed) =>
        ports.commits
          .commit(claimed)
          .map(() => next)
          .mapErr((failure) => existing(failure, next.id)),
      );
    });

/** The id of a new merchant is in the way of another; or the same request came twice, and the other was faster. */
const existing = (
  failure: CommitRefused | StorageUnavailable,
  id: MerchantId,
): MerchantExists | StorageUnavailable =>
  failure.kind === 'StorageUnavailable' ? failure : { kind: 'MerchantExists', id };
