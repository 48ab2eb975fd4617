import { ContainerModule } from 'inversify';
import type { OpenStorage } from './open-storage.ts';
import { TOKENS } from './tokens.ts';

/** Binds one storage's room, which is opened when first asked for and closed on release. */
export const storageModule = (open: () => OpenStorage): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(TOKENS.openStorage)
      .toResolvedValue(open)
      .onDeactivation(({ storage }) => storage.close());
    bind(TOKENS.storageHealth).toResolvedValue(
      ({ storage }: OpenStorage) => storage.health,
      [TOKENS.openStorage],
    );
  });
