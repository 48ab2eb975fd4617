import { ContainerModule } from 'inversify';
import type { StorageRoom } from './open-storage.ts';
import { TOKENS } from './tokens.ts';

/** Binds one storage's room, which is opened when first asked for and closed on release. */
export const storageModule = (open: () => StorageRoom): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(TOKENS.storageRoom)
      .toResolvedValue(open)
      .onDeactivation(({ storage }) => storage.close());
    bind(TOKENS.storageHealth).toResolvedValue(
      ({ storage }: StorageRoom) => storage.health,
      [TOKENS.storageRoom],
    );
  });
