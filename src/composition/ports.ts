import type { RingSource } from '../adapters/keys/ring.ts';
import { ringKeys } from '../adapters/keys/secret-keys.ts';
import { localVault } from '../adapters/keys/vault.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { systemDigests } from '../adapters/system/digests.ts';
import { systemIds } from '../adapters/system/ids.ts';
import { systemSeals } from '../adapters/system/seals.ts';
import type { Ports } from '../application/use-cases.ts';
import { httpAnswers } from '../entrypoints/http/answers.ts';
import { httpTransferAnswers } from '../entrypoints/http/transfer-answers.ts';
import type { Processor } from '../ports/processor.ts';
import type { Storage } from '../ports/storage.ts';
import { signallingCommits } from './signalling-commits.ts';

/** One storage, one processor and one ring of keys, with the system's own adapters. */
export function portsOf(storage: Storage, processor: Processor, ring: RingSource, secret: string): Ports {
  const secretKeys = ringKeys(ring);
  return {
    ...storage,
    commits: signallingCommits(storage.commits, storage.wakeUps),
    clock: systemClock,
    ids: systemIds,
    digests: systemDigests(secret),
    seals: systemSeals(secret),
    answers: httpAnswers,
    transferAnswers: httpTransferAnswers,
    processor,
    secretKeys,
    keyRotation: ring.rotation,
    vault: localVault(secretKeys, systemClock),
  };
}
