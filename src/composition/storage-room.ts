import { ContainerModule } from 'inversify';
import type { ResultAsync } from 'neverthrow';
import type { Storage } from '../ports/storage.ts';
import type { StorageUnavailable } from '../ports/unavailable.ts';
import { TOKENS } from './tokens.ts';

/** A storage with what only those who run it ask of it. */
export type StorageRoom = Readonly<{
  storage: Storage;
  /** Brings the schema up to date and names what that took; nothing when it is current. Safe to repeat. */
  migrate(): ResultAsync<readonly string[], StorageUnavailable>;
  /** True when our own credentials could alter or drop the tables, as no serving process in production may. */
  ownsTables(): ResultAsync<boolean, StorageUnavailable>;
}>;

/** Binds every storage port to one room, which is opened when first asked for and closed on release. */
export const storageModule = (open: () => StorageRoom): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(TOKENS.storageRoom)
      .toResolvedValue(open)
      .onDeactivation(({ storage }) => storage.close());
    const from =
      <K extends keyof Storage>(key: K) =>
      ({ storage }: StorageRoom) =>
        storage[key];
    bind(TOKENS.commits).toResolvedValue(from('commits'), [TOKENS.storageRoom]);
    bind(TOKENS.payments).toResolvedValue(from('payments'), [TOKENS.storageRoom]);
    bind(TOKENS.claims).toResolvedValue(from('claims'), [TOKENS.storageRoom]);
    bind(TOKENS.merchants).toResolvedValue(from('merchants'), [TOKENS.storageRoom]);
    bind(TOKENS.outbox).toResolvedValue(from('outbox'), [TOKENS.storageRoom]);
    bind(TOKENS.auditTrail).toResolvedValue(from('auditTrail'), [TOKENS.storageRoom]);
    bind(TOKENS.storageHealth).toResolvedValue(from('health'), [TOKENS.storageRoom]);
  });
