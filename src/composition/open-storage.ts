import type { ResultAsync } from 'neverthrow';
import type { Instant } from '../domain/kernel/instant.ts';
import type { Storage } from '../ports/storage.ts';
import type { StorageHealth } from '../ports/storage-health.ts';
import type { StorageRisk } from '../ports/storage-risk.ts';
import type { StorageUnavailable } from '../ports/unavailable.ts';

/** What the storages of both services have. */
export type AnyStorage = Readonly<{ health: StorageHealth; close(): Promise<void> }>;

/** A service's storage with what only its operators use. */
export type OpenStorage<Stored extends AnyStorage = Storage> = Readonly<{
  storage: Stored;
  /** Brings the schema up to date and names what that took; nothing when it is current. Safe to repeat. */
  migrate(): ResultAsync<readonly string[], StorageUnavailable>;
  /** What holds in effect and no serving process in production may leave open; none is as it should be. */
  risks(): ResultAsync<readonly StorageRisk[], StorageUnavailable>;
  /** Lets go of connections that are idle; what is asked next makes others. For a process that was frozen. */
  dropIdle(): void;
  /** What time it is for the storage, which may say so to the second only, or not at all. */
  time(): ResultAsync<Instant | undefined, StorageUnavailable>;
  /** How its pool stands at this moment; absent where there is no pool. */
  poolUse?: () => PoolUse;
}>;

/** Connections by what they do, and the calls that wait for one. */
type PoolUse = Readonly<{ inUse: number; idle: number; waiting: number }>;
