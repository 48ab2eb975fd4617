import { compose, type Platform } from '../../composition/compose.ts';
import { placeStorage } from '../../composition/place-storage.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { Config } from './config.ts';

/** A platform on a storage that answers, its schema current. */
export type OpenPlatform = Readonly<{ platform: Platform; close(): Promise<void> }>;

/** Why a platform could not be opened, in words for the terminal; everything it had started is stopped again. */
export type NotReady = Readonly<{ kind: 'NotReady'; says: string; configuration: boolean }>;

/**
 * Starts what the storage needs, makes the schema current in development and asks for it in production, where the
 * serving role must not be able to change it.
 */
export async function openPlatform({
  stage,
  dataDir,
  platform: settings,
}: Config): Promise<OpenPlatform | NotReady> {
  const placed = await placeStorage(settings.storage, dataDir);
  const platform = compose({ ...settings, storage: placed.storage });
  const close = async () => {
    await platform.release();
    await placed.stop();
  };
  try {
    const fault = stage === 'production' ? await unfit(platform) : await migrated(platform);
    if (fault === undefined) return { platform, close };
    await close();
    return fault;
  } catch (fault) {
    await close();
    throw fault;
  }
}

async function migrated(platform: Platform): Promise<NotReady | undefined> {
  const result = await platform.get(TOKENS.storageRoom).migrate();
  return result.isErr() ? silent(platform) : undefined;
}

async function unfit(platform: Platform): Promise<NotReady | undefined> {
  const health = await platform.get(TOKENS.storageHealth).check();
  if (health.isErr() && health.error.kind === 'SchemaOutdated') {
    const { found, needed } = health.error;
    return notReady(`the schema is ${found} and must be ${needed}: run \`paywright migrate\``);
  }
  const owns = await platform.get(TOKENS.storageRoom).ownsTables();
  if (health.isErr() || owns.isErr()) return silent(platform);
  return owns.value
    ? notReady('DATABASE_URL: the role owns the tables; serve under one that can only use them', true)
    : undefined;
}

const silent = (platform: Platform): NotReady =>
  notReady(`${platform.get(TOKENS.storageHealth).name} does not answer`);

const notReady = (says: string, configuration = false): NotReady => ({
  kind: 'NotReady',
  says,
  configuration,
});
