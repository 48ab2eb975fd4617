import { ok, ResultAsync } from 'neverthrow';
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

/**
 * A vault whose data keys are wrapped by `keys`. Unwrapped ones are kept for a bounded time, number and uses, and overwritten when
 * they are dropped.
 */
export function localVault(keys: SecretKeys, clock: Clock, bounds: CacheBounds = BOUNDS): Vault {
  /** In the order in which they end. */
  const kept = new Map<string, Kept>();
  let sweeping = false;

  /** The work is done in the turn in which it gets the key: between two turns the key may be overwritten. */
  function withKey<T>(
    owner: KeyOwner,
    key: WrappedKey,
    work: (bytes: Uint8Array) => T,
  ): ResultAsync<T, KeysUnavailable> {
    const name = canonicalJson({ ...owner, ...key });
    sweep();
    const known = kept.get(name);
    if (known !== undefined && known.uses < bounds.uses) {
      known.uses += 1;
      return inThisTurn(() => work(known.bytes));
    }
    return keys.unwrap(owner, key).map((bytes) => {
      keep(name, bytes);
      return work(bytes);
    });
  }

  function keep(name: string, bytes: Uint8Array): void {
    drop(name);
    sweep();
    const oldest = kept.keys().next().value;
    if (kept.size >= bounds.keys && oldest !== undefined) drop(oldest);
    kept.set(name, { bytes, until: clock.now() + bounds.ageMs, uses: 1 });
    sweepLater();
  }

  function drop(name: string): void {
    kept.get(name)?.bytes.fill(0);
    kept.delete(name);
  }

  function sweep(): void {
    const now = clock.now();
    for (const [name, { until }] of kept) {
      // A clock that was set back must not make a key last longer.
      if (now < until && until - now <= bounds.ageMs) return;
      drop(name);
    }
  }

  /** Also where nothing is asked of the vault any more. */
  function sweepLater(): void {
    if (sweeping) return;
    sweeping = true;
    setTimeout(() => {
      sweeping = false;
      sweep();
      if (kept.size > 0) sweepLater();
    }, bounds.ageMs).unref();
  }

  return {
    newKey: (owner) =>
      keys.newDataKey(owner).map(({ bytes, wrapped }) => {
        keep(canonicalJson({ ...owner, ...wrapped }), bytes);
        return wrapped;
      }),
    seal: (owner, key, fields) =>
      withKey(owner, key, (bytes) =>
        mapFields(fields, (text, field) => encrypt(bytes, text, placeOf(owner, field))),
      ),
    open: (owner, key, fields) =>
      withKey(owner, key, (bytes) =>
        mapFields(fields, (sealed, field) => decrypt(bytes, sealed, placeOf(owner, field)).toString()),
      ),
  };
}

/** What is thrown rejects, as it does behind a call. */
const inThisTurn = <T>(work: () => T): ResultAsync<T, never> => new ResultAsync((async () => ok(work()))());

const mapFields = (
  fields: Readonly<Record<string, string>>,
  change: (text: string, field: string) => string,
) => Object.fromEntries(Object.entries(fields).map(([field, text]) => [field, change(text, field)]));

const placeOf = ({ merchantId, entityId }: KeyOwner, field: string): string =>
  canonicalJson({ sealed: SCHEMA_VERSION, tenant: merchantId, entity: entityId, field });
