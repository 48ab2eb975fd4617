import { GenerateDataKeyCommand, GenerateMacCommand } from '@aws-sdk/client-kms';
import { ResultAsync } from 'neverthrow';
import type { Clock } from '../../ports/clock.ts';
import type { KeysHealth, KeysUnusable } from '../../ports/keys-health.ts';
import { nameOf } from './faults.ts';
import { reasonOf } from './kms-faults.ts';
import type { KmsKeys } from './secret-keys.ts';

const KNOWN_MS = 30_000;

/** Asks KMS whether it would do what serving needs, without having it done (a dry run). */
export function kmsHealth({ client, keyId, indexKeyIds }: KmsKeys, clock: Clock): KeysHealth {
  let known: Readonly<{ at: number; state: ResultAsync<void, KeysUnusable> }> | undefined;
  return {
    check() {
      const at = clock.now();
      // A clock that was set back must not make an answer last longer.
      if (known === undefined || at >= known.at + KNOWN_MS || at < known.at) known = { at, state: asked() };
      return known.state;
    },
  };

  function asked(): ResultAsync<void, KeysUnusable> {
    const EncryptionContext = { tenant: 'readiness', record: 'readiness' };
    return ResultAsync.fromThrowable(
      async () => {
        await dryRun(
          client.send(
            new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext, DryRun: true }),
          ),
        );
        for (const KeyId of indexKeyIds)
          await dryRun(
            client.send(
              new GenerateMacCommand({ KeyId, Message: MESSAGE, MacAlgorithm: 'HMAC_SHA_256', DryRun: true }),
            ),
          );
      },
      (cause): KeysUnusable => ({ kind: 'KeysUnusable', reason: reasonOf(cause), cause }),
    )();
  }
}

const MESSAGE = new TextEncoder().encode('readiness');

/** KMS refuses what it would have done. */
async function dryRun(asked: Promise<unknown>): Promise<void> {
  try {
    await asked;
  } catch (fault) {
    if (nameOf(fault) !== 'DryRunOperationException') throw fault;
  }
}
