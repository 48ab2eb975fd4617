import type { ResultAsync } from 'neverthrow';
import type { MerchantId } from '../domain/kernel/ids.ts';
import type { BlindIndex, WrappedKey } from '../domain/kernel/sealed.ts';
import type { KeysUnavailable } from './unavailable.ts';

/** Whose data a key is for. A data key wrapped for one owner is unwrapped for no other. */
export type KeyOwner = Readonly<{ merchantId: MerchantId; entityId: string }>;

/**
 * A ring of keys, one current and any number of older ones, kept in a file, the environment or a key
 * service. Every call may be a call to that service. Adapters must pass `test/contract/secret-keys.contract.ts`.
 */
export interface SecretKeys {
  /** 256 random bits, also wrapped by the current key. */
  newDataKey(
    owner: KeyOwner,
  ): ResultAsync<Readonly<{ bytes: Uint8Array; wrapped: WrappedKey }>, KeysUnavailable>;
  /** Throws on a key that was not wrapped for this owner: a store that has been tampered with. */
  unwrap(owner: KeyOwner, key: WrappedKey): ResultAsync<Uint8Array, KeysUnavailable>;
  /** The same data key under the current key; the very same text when it is so already. */
  rewrap(owner: KeyOwner, key: WrappedKey): ResultAsync<WrappedKey, KeysUnavailable>;
  /**
   * The blind indexes of a text, one under each key in use, the current key's first. While keys are rotated there are
   * several: hold all of them to keep a text unique, look for each to find it.
   */
  blindIndexes(merchantId: MerchantId, text: string): ResultAsync<readonly BlindIndex[], KeysUnavailable>;
}

/**
 * How one key takes the place of another. Each call can be repeated, and a rotation that stopped is gone on with. `retire` and `end` are of the
 * rotation that the last `begin` here began or joined: where others have ended that and begun the next, they leave its keys in use.
 */
export interface KeyRotation {
  /**
   * Puts a new key in front, unless a rotation is under way. Resolves when every process that reads the ring knows the
   * current key. Where people keep the ring, they have put the key there.
   */
  begin(): ResultAsync<void, KeysUnavailable>;
  /**
   * Once nothing needs them: older keys make no more indexes, and still unwrap. Gives the ids of those that people must
   * take out themselves. Resolves no sooner than `settleMs` after the current key came in front, so that every process that
   * read the ring before has finished.
   */
  retire(settleMs: number): ResultAsync<readonly string[], KeysUnavailable>;
  /** The rotation is over: the next `begin` starts another. */
  end(): ResultAsync<void, KeysUnavailable>;
}
