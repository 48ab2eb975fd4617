import { err, ok, type Result } from 'neverthrow';
import type { PlacedStorage, StorageSettings } from '../../../composition/storage-settings.ts';
import { type Config, type Environment, readConfig } from '../../cli/config.ts';
import { type Fault, faultLine } from '../../cli/faults.ts';

/** The only folder of a function that can be written to, and this instance's alone. */
const FOLDER = '/tmp/paywright';

/** The configuration of a function, which starts no server and keeps no keys of its own. */
export type FunctionConfig = Config &
  Readonly<{
    platform: Readonly<{ storage: PlacedStorage }>;
    approvals: Readonly<{ storage: PlacedStorage }>;
  }>;

/** The same variables as everywhere; what a server would make or start by itself has to be given. Throws, naming each fault. */
export function functionConfig(env: Environment): FunctionConfig {
  const config = readConfig({ PAYWRIGHT_DATA_DIR: FOLDER, ...env }, noLocalSecret)
    .andThen(withGivenKeys)
    .andThen(withPlacedStorages);
  if (config.isErr()) throw new Error(config.error.map(faultLine).join('').trim());
  return config.value;
}

const noLocalSecret = (_: string, name: string): never => {
  throw new Error(`a function makes no ${name}: set PAYWRIGHT_SECRET, and JWT_JWKS_URL or JWT_SECRET`);
};

const withGivenKeys = (config: Config): Result<Config, readonly Fault[]> =>
  config.platform.keys.kind === 'file'
    ? err([{ name: 'PAYWRIGHT_CUSTOMER_KEYS', says: 'is needed: a function keeps no keys' }])
    : ok(config);

const withPlacedStorages = (config: Config): Result<FunctionConfig, readonly Fault[]> =>
  placed(config.platform.storage).andThen((platform) =>
    placed(config.approvals.storage).map((approvals) => ({
      ...config,
      platform: { ...config.platform, storage: platform },
      approvals: { ...config.approvals, storage: approvals },
    })),
  );

function placed(storage: StorageSettings): Result<PlacedStorage, readonly Fault[]> {
  switch (storage.kind) {
    case 'memory':
      return ok(storage);
    case 'postgres':
      return storage.at.kind === 'embedded'
        ? err([{ name: 'DATABASE_URL', says: 'is needed, or AURORA_SECRET_ARN: a function runs no server' }])
        : ok({ ...storage, at: storage.at, ofFunction: true });
    case 'dynamodb':
      return ok({ ...storage, at: storage.at.kind === 'embedded' ? { kind: 'aws' } : storage.at });
  }
}
