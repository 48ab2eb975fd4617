import { createHash } from 'node:crypto';
import {
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateMacCommand,
  type KMSClient,
  ReEncryptCommand,
} from '@aws-sdk/client-kms';
import { err, ok, okAsync, type Result, ResultAsync } from 'neverthrow';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { canonicalJson } from '../../domain/kernel/json.ts';
import type { BlindIndex, WrappedKey } from '../../domain/kernel/sealed.ts';
import type { KeyOwner, KeyRotation, SecretKeys } from '../../ports/secret-keys.ts';
import type { KeysUnavailable } from '../../ports/unavailable.ts';
import { attempt, keysUnavailable } from './kms-faults.ts';

/** A ring that was in use before the keys came to KMS: it unwraps and indexes what it did, and wraps nothing any more. */
export type FormerKeys = Pick<SecretKeys, 'unwrap' | 'blindIndexes'> & Readonly<{ ids: readonly string[] }>;

export type KmsKeys = Readonly<{
  client: KMSClient;
  /** Id or ARN of the symmetric key that wraps; every process has the same. */
  keyId: string;
  /** Ids or ARNs of HMAC keys, the current one first. */
  indexKeyIds: readonly [string, ...string[]];
  former?: FormerKeys;
}>;

/**
 * Keys that never leave KMS. A data key is wrapped there for one tenant and record (its encryption context), and a blind index is
 * the MAC of a hash, so KMS sees no text. What KMS does to a key by itself once a year changes nothing here: it unwraps with
 * every version it had. One call each, and one for each index key.
 */
export function kmsSecretKeys(kms: KmsKeys): SecretKeys {
  const { client, keyId, indexKeyIds, former } = kms;
  const current = bareId(keyId);

  const wrappedBy = (blob: Uint8Array | undefined): WrappedKey => ({
    keyId: current,
    wrapped: Buffer.from(blob ?? []).toString('base64url'),
  });

  const unwrap = (owner: KeyOwner, key: WrappedKey): ResultAsync<Uint8Array, KeysUnavailable> => {
    if (former?.ids.includes(key.keyId)) return former.unwrap(owner, key);
    return keyNamed(kms, key.keyId).asyncAndThen((KeyId) =>
      attempt(async () => {
        const { Plaintext } = await client.send(
          new DecryptCommand({ KeyId, CiphertextBlob: bytesOf(key), EncryptionContext: contextOf(owner) }),
        );
        return bytes(Plaintext);
      }),
    );
  };

  return {
    newDataKey: (owner) =>
      attempt(async () => {
        const EncryptionContext = contextOf(owner);
        const made = await client.send(
          new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext }),
        );
        return { bytes: bytes(made.Plaintext), wrapped: wrappedBy(made.CiphertextBlob) };
      }),
    unwrap,
    rewrap: (owner, key) => {
      if (key.keyId === current) return okAsync(key);
      const EncryptionContext = contextOf(owner);
      if (former?.ids.includes(key.keyId))
        return former.unwrap(owner, key).andThen((Plaintext) =>
          attempt(async () => {
            const wrapped = await client.send(
              new EncryptCommand({ KeyId: keyId, Plaintext, EncryptionContext }),
            );
            Plaintext.fill(0);
            return wrappedBy(wrapped.CiphertextBlob);
          }),
        );
      return keyNamed(kms, key.keyId).asyncAndThen((SourceKeyId) =>
        attempt(async () => {
          const wrapped = await client.send(
            new ReEncryptCommand({
              CiphertextBlob: bytesOf(key),
              SourceKeyId,
              SourceEncryptionContext: EncryptionContext,
              DestinationKeyId: keyId,
              DestinationEncryptionContext: EncryptionContext,
            }),
          );
          return wrappedBy(wrapped.CiphertextBlob);
        }),
      );
    },
    blindIndexes: (merchantId, text) =>
      ResultAsync.combine(indexKeyIds.map((each) => blindIndex(client, each, merchantId, text))).andThen(
        (indexes) =>
          (former?.blindIndexes(merchantId, text) ?? okAsync<readonly BlindIndex[], KeysUnavailable>([])).map(
            (more) => [...indexes, ...more],
          ),
      ),
  };
}

/** People keep these keys: they put a new one in front in the settings, and are told which to take out. */
export const kmsRotation = ({ indexKeyIds, former }: KmsKeys): KeyRotation => ({
  begin: () => okAsync(undefined),
  retire: () => okAsync([...indexKeyIds.slice(1), ...(former?.ids ?? [])]),
  end: () => okAsync(undefined),
});

const contextOf = ({ merchantId, entityId }: KeyOwner) => ({ tenant: merchantId, record: entityId });

const bytesOf = ({ wrapped }: WrappedKey): Uint8Array => Buffer.from(wrapped, 'base64url');

/** A copy that is its holder's to overwrite; the SDK's is overwritten here. */
function bytes(plaintext: Uint8Array | undefined): Uint8Array {
  const copy = Uint8Array.from(plaintext ?? []);
  plaintext?.fill(0);
  return copy;
}

const blindIndex = (client: KMSClient, KeyId: string, merchantId: MerchantId, text: string) =>
  attempt(async (): Promise<BlindIndex> => {
    const place = canonicalJson({ index: 1, tenant: merchantId, text });
    const Message = createHash('sha256').update(place).digest();
    const { Mac } = await client.send(
      new GenerateMacCommand({ KeyId, Message, MacAlgorithm: 'HMAC_SHA_256' }),
    );
    return `${bareId(KeyId)}:${Buffer.from(Mac ?? []).toString('base64url')}`;
  });

/** What is stored with a data key: the same for a multi-region key in each of its regions. */
const bareId = (keyId: string): string => keyId.slice(keyId.lastIndexOf('/') + 1);

const KEY_ID = /^(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** A key of the account and region of the current one, whatever a stored row says: no other account's key is asked. */
function keyNamed({ keyId }: KmsKeys, id: string): Result<string, KeysUnavailable> {
  if (!KEY_ID.test(id)) return err(keysUnavailable('missing', new Error(`no key ${id}`)));
  return ok(`${keyId.slice(0, keyId.lastIndexOf('/') + 1)}${id}`);
}
