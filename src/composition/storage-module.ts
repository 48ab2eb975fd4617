import { ContainerModule } from 'inversify';
import type { Storage } from '../ports/storage.ts';
import type { StorageRoom } from './storage-room.ts';
import { TOKENS } from './tokens.ts';

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
    bind(TOKENS.aggregates).toResolvedValue(from('aggregates'), [TOKENS.storageRoom]);
    bind(TOKENS.balances).toResolvedValue(from('balances'), [TOKENS.storageRoom]);
    bind(TOKENS.ledger).toResolvedValue(from('ledger'), [TOKENS.storageRoom]);
    bind(TOKENS.summaries).toResolvedValue(from('summaries'), [TOKENS.storageRoom]);
    bind(TOKENS.outbox).toResolvedValue(from('outbox'), [TOKENS.storageRoom]);
    bind(TOKENS.auditTrail).toResolvedValue(from('auditTrail'), [TOKENS.storageRoom]);
    bind(TOKENS.storageHealth).toResolvedValue(from('health'), [TOKENS.storageRoom]);
  });
