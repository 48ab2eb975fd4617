import type { ResultAsync } from 'neverthrow';
import type { Sealed, WrappedKey } from '../domain/kernel/sealed.ts';
import type { KeyOwner } from './secret-keys.ts';
import type { KeysUnavailable } from './unavailable.ts';

/** Texts by the name of their field. */
export type Fields<Text extends string> = Readonly<Record<string, Text>>;

/**
 * Encrypts fields of one owner under the owner's own data key. A field sealed for one tenant, entity and name opens as no
 * other, and without the wrapped data key nothing opens ever again.
 */
export interface Vault {
  /** A data key for a new owner. */
  newKey(owner: KeyOwner): ResultAsync<WrappedKey, KeysUnavailable>;
  seal(
    owner: KeyOwner,
    key: WrappedKey,
    fields: Fields<string>,
  ): ResultAsync<Fields<Sealed>, KeysUnavailable>;
  /** Throws on a field that was not sealed in this place under this key: a store that has been tampered with. */
  open(
    owner: KeyOwner,
    key: WrappedKey,
    fields: Fields<Sealed>,
  ): ResultAsync<Fields<string>, KeysUnavailable>;
}
