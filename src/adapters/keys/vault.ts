import { okAsync, type ResultAsync } from 'neverthrow';
import { canonicalJson } from '../../domain/kernel/json.ts';
import type { WrappedKey } from '../../domain/kernel/sealed.ts';
import type { Clock } from '../../ports/clock.ts';
import type { KeyOwner, SecretKeys } from '../../ports/secret-keys.ts';
import type { KeysUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import { decrypt, encrypt } from './sealing.ts';

/** How long a data key is kept in memory after it was unwrapped. */
export type CacheBounds = Readonly<{ ageMs: number; uses: number; keys: number }>;

const BOUNDS: CacheBounds = { ageMs: 300_000, uses: 1_000, keys: 1_000 };

/** Part of what each field is bound to: a later way of writing fields cannot be taken for this one. */
const SCHEMA_VERSION = 1;

type Kept = { readonly bytes: Uint8Array; readonly until: number; uses: number };

/** A vault whose data keys are wrapped by `keys`. Unwrapped ones are kept for a bounded time, number and uses. */
export function localVault(keys: SecretKeys, clock: Clock, bounds: CacheBounds = BOUNDS): Vault {
  const kept = new Map<string, Kept>();

  function dataKey(owner: KeyOwner, key: WrappedKey): ResultAsync<Uint8Array, KeysUnavailable> {
    const name = canonicalJson({ ...owner, ...key });
    const known = kept.get(name);
    const now = clock.now();
    // A clock that was set back must not make a key last longer.
    if (known && now < known.until && known.until - now <= bounds.ageMs && known.uses < bounds.uses) {
      known.uses += 1;
      return okAsync(known.bytes);
    }
    kept.delete(name);
    return keys.unwrap(owner, key).map((bytes) => {
      keep(name, bytes);
      return bytes;
    });
  }

  function keep(name: string, bytes: Uint8Array): void {
    const oldest = kept.keys().next().value;
    if (kept.size >= bounds.keys && oldest !== undefined) kept.delete(oldest);
    kept.set(name, { bytes, until: clock.now() + bounds.ageMs, uses: 1 });
  }

  return {
    newKey: (owner) =>
      keys.newDataKey(owner).map(({ bytes, wrapped }) => {
        keep(canonicalJson({ ...owner, ...wrapped }), bytes);
        return wrapped;
      }),
    seal: (owner, key, fields) =>
      dataKey(owner, key).map((bytes) =>
        mapFields(fields, (text, field) => encrypt(bytes, text, placeOf(owner, field))),
      ),
    open: (owner, key, fields) =>
      dataKey(owner, key).map((bytes) =>
        mapFields(fields, (sealed, field) => decrypt(bytes, sealed, placeOf(owner, field)).toString()),
      ),
  };
}

const mapFields = (
  fields: Readonly<Record<string, string>>,
  change: (text: string, field: string) => string,
) => Object.fromEntries(Object.entries(fields).map(([field, text]) => [field, change(text, field)]));

const placeOf = ({ merchantId, entityId }: KeyOwner, field: string): string =>
  canonicalJson({ sealed: SCHEMA_VERSION, tenant: merchantId, entity: entityId, field });
