import { okAsync } from 'neverthrow';
import { memoryStorage } from '../adapters/memory/storage.ts';
import { storageModule } from './storage-module.ts';

/** One process's memory: nothing to migrate, nothing to own. */
export const memoryModule = () =>
  storageModule(() => ({
    storage: memoryStorage(),
    migrate: () => okAsync([]),
    ownsTables: () => okAsync(false),
  }));
