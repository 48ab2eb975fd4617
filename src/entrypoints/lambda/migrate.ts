import { openPlatformStorage } from '../../composition/storages.ts';
import { environment } from './function/environment.ts';
import { functionSettings } from './function/function-config.ts';
import { type Migrated, migrated } from './function/migrated.ts';

const settings = functionSettings(environment);

/** Brings the platform's storage up to this version, as `paywright migrate` does. Invoked by people before the version serves. */
export const handler = async (_event: unknown, _context: unknown): Promise<Migrated> => {
  const { platform } = await settings.load();
  const opened = openPlatformStorage(platform.storage);
  try {
    return await migrated(opened);
  } finally {
    await opened.storage.close();
  }
};
