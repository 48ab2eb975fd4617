import { createHmac, randomBytes } from 'node:crypto';
import { err, ok, Result, ResultAsync } from 'neverthrow';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { canonicalJson } from '../../domain/kernel/json.ts';
import type { BlindIndex, WrappedKey } from '../../domain/kernel/sealed.ts';
import type { KeyOwner, SecretKeys } from '../../ports/secret-keys.ts';
import type { KeysUnavailable } from '../../ports/unavailable.ts';
import type { Ring, RingKey, RingSource } from './ring.ts';
import { decrypt, encrypt } from './sealing.ts';

/** Wraps and indexes in this process, with a ring that it can read. */
export function ringKeys(source: RingSource): SecretKeys {
  const ring = Result.fromThrowable((fresh?: boolean): Ring => source.read(fresh), unavailable);

  /** An id that the ring of a moment ago lacks may be in the one of now: another process has rotated. */
  const keyOf = (id: string): Result<RingKey, KeysUnavailable> =>
    ring()
      .map((keys) => named(keys, id))
      .andThen((known) => (known === undefined ? ring(true).map((keys) => named(keys, id)) : ok(known)))
      .andThen((key) => (key === undefined ? err(unavailable(new Error(`no key ${id}`))) : ok(key)));

  const unwrap = (owner: KeyOwner, { keyId, wrapped }: WrappedKey) =>
    keyOf(keyId).map((key): Uint8Array => decrypt(key.wrapping, wrapped, placeOf(owner)));

  return {
    newDataKey: (owner) =>
      later(() =>
        ring().map(([current]) => {
          const bytes = randomBytes(32);
          return { bytes, wrapped: wrap(current, owner, bytes) };
        }),
      ),
    unwrap: (owner, key) => later(() => unwrap(owner, key)),
    rewrap: (owner, key) =>
      later(() =>
        ring().andThen(([current]) =>
          current.id === key.keyId ? ok(key) : unwrap(owner, key).map((bytes) => wrap(current, owner, bytes)),
        ),
      ),
    blindIndexes: (merchantId, text) =>
      later(() =>
        ring().map((keys) =>
          keys.filter(({ leaving }) => !leaving).map((key) => blindIndex(key, merchantId, text)),
        ),
      ),
  };
}

function blindIndex({ id, indexing }: RingKey, merchantId: MerchantId, text: string): BlindIndex {
  const place = canonicalJson({ index: 1, tenant: merchantId, text });
  return `${id}:${createHmac('sha256', indexing).update(place).digest('base64url')}`;
}

const wrap = ({ id, wrapping }: RingKey, owner: KeyOwner, bytes: Uint8Array): WrappedKey => ({
  keyId: id,
  wrapped: encrypt(wrapping, bytes, placeOf(owner)),
});

const named = (keys: Ring, id: string) => keys.find((key) => key.id === id);

const placeOf = ({ merchantId, entityId }: KeyOwner): string =>
  canonicalJson({ data_key: 1, tenant: merchantId, entity: entityId });

const unavailable = (cause: unknown): KeysUnavailable => ({ kind: 'KeysUnavailable', cause });

/** A defect rejects, as it would where a service keeps the keys. */
const later = <T>(work: () => Result<T, KeysUnavailable>): ResultAsync<T, KeysUnavailable> =>
  new ResultAsync(Promise.resolve().then(work));
