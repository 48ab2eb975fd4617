import { openPlatformStorage } from '../../composition/storages.ts';
import { environment } from './function/environment.ts';
import { functionConfig } from './function/function-config.ts';
import { type Migrated, migrated } from './function/migrated.ts';

const { platform } = functionConfig(environment);

/** Brings the platform's storage up to this version, as `paywright migrate` does. Invoked by people before the version serves. */
export const handler = async (_event: unknown, _context: unknown): Promise<Migrated> => {
  const opened = openPlatformStorage(platform.storage);
  try {
    return await migrated(opened);
  } finally {
    await opened.storage.close();
  }
};
