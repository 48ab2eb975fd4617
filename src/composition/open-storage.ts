import type { ResultAsync } from 'neverthrow';
import type { Storage } from '../ports/storage.ts';
import type { StorageHealth } from '../ports/storage-health.ts';
import type { StorageUnavailable } from '../ports/unavailable.ts';

/** What storages of all services have. */
type AnyStorage = Readonly<{ health: StorageHealth; close(): Promise<void> }>;

/** A storage with what only those who run it ask of it. */
export type OpenStorage<Stored extends AnyStorage = Storage> = Readonly<{
  storage: Stored;
  /** Brings the schema up to date and names what that took; nothing when it is current. Safe to repeat. */
  migrate(): ResultAsync<readonly string[], StorageUnavailable>;
  /** True when our own credentials could alter or drop the tables, as no serving process in production may. */
  ownsTables(): ResultAsync<boolean, StorageUnavailable>;
  /** How its pool stands at this moment; absent where there is no pool. */
  poolUse?: () => PoolUse;
}>;

/** Connections by what they do, and the calls that wait for one. */
export type PoolUse = Readonly<{ inUse: number; idle: number; waiting: number }>;
