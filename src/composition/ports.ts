import type { RingSource } from '../adapters/keys/ring.ts';
import { ringKeys } from '../adapters/keys/secret-keys.ts';
import { localVault } from '../adapters/keys/vault.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { systemDigests } from '../adapters/system/digests.ts';
import { systemIds } from '../adapters/system/ids.ts';
import { systemSeals } from '../adapters/system/seals.ts';
import { type AdmitPayment, rateLimit } from '../application/rate-limit.ts';
import { resolvePaymentMethod } from '../application/resolve-payment-method.ts';
import type { ClaimTerms } from '../domain/claim.ts';
import { httpAnswers } from '../entrypoints/http/answers.ts';
import type { Answers } from '../ports/answers.ts';
import type { Clock } from '../ports/clock.ts';
import type { Digests } from '../ports/digests.ts';
import type { Ids } from '../ports/ids.ts';
import type { PaymentMethods } from '../ports/payment-methods.ts';
import type { Processor } from '../ports/processor.ts';
import type { Seals } from '../ports/seals.ts';
import type { KeyRotation, SecretKeys } from '../ports/secret-keys.ts';
import type { Storage } from '../ports/storage.ts';
import type { Vault } from '../ports/vault.ts';

/** All the world that a use case can ask, as one value: each takes from it what it names. */
export type Ports = Omit<Storage, 'close' | 'health'> &
  Readonly<{
    claimTerms: ClaimTerms;
    clock: Clock;
    ids: Ids;
    digests: Digests;
    seals: Seals;
    answers: Answers;
    processor: Processor;
    secretKeys: SecretKeys;
    keyRotation: KeyRotation;
    vault: Vault;
    paymentMethods: PaymentMethods;
    admit: AdmitPayment;
  }>;

/** One storage, one processor and one ring of keys, with the system's own adapters. */
export function portsOf(
  storage: Storage,
  processor: Processor,
  ring: RingSource,
  { secret, claimTerms }: Readonly<{ secret: string; claimTerms: ClaimTerms }>,
): Ports {
  const secretKeys = ringKeys(ring);
  const vault = localVault(secretKeys, systemClock);
  return {
    ...storage,
    claimTerms,
    clock: systemClock,
    ids: systemIds,
    digests: systemDigests(secret),
    seals: systemSeals(secret),
    answers: httpAnswers,
    processor,
    secretKeys,
    keyRotation: ring.rotation,
    vault,
    paymentMethods: resolvePaymentMethod({ aggregates: storage.aggregates, vault }),
    admit: rateLimit({ quotas: storage.quotas, clock: systemClock }),
  };
}
