import { err, ok, type Result } from 'neverthrow';
import { keptText, secretPlaceRisks } from '../../../composition/kept-secrets.ts';
import type { PlacedStorage, StorageSettings } from '../../../composition/storage-settings.ts';
import { type Config, readConfig } from '../../cli/config.ts';
import { type Fault, faultLine } from '../../cli/faults.ts';
import { loadConfig } from '../../cli/load-config.ts';
import { type Environment, readVariables } from '../../cli/read-variables.ts';
import { SECRET_SETTINGS } from '../../cli/secret-variables.ts';

/** The only folder of a function that can be written to, and this instance's alone. */
const FOLDER = '/tmp/paywright';

/** The configuration of a function, which starts no server and keeps no keys of its own. */
export type FunctionConfig = Config &
  Readonly<{
    platform: Readonly<{ storage: PlacedStorage }>;
    approvals: Readonly<{ storage: PlacedStorage }>;
  }>;

/** The settings of a function. Its configuration is `known` where no secret has to be read before; `load` reads them. */
export type FunctionSettings = Readonly<{
  logLevel: Config['logLevel'];
  known?: FunctionConfig;
  /** Throws, naming each fault, when a secret cannot be had or is none. */
  load(): Promise<FunctionConfig>;
}>;

/** The same variables as everywhere; what a server would make or start by itself has to be given. Throws, naming each fault. */
export function functionSettings(variables: Environment): FunctionSettings {
  const env = { PAYWRIGHT_DATA_DIR: FOLDER, ...variables };
  const given = orThrow(readVariables(env));
  const load = async () =>
    orThrow((await loadConfig(env, noLocalSecret, secretReader)).andThen(functionConfig));
  if (SECRET_SETTINGS.some(({ arn }) => given[arn] !== undefined)) return { logLevel: given.LOG_LEVEL, load };
  const known = orThrow(readConfig(env, noLocalSecret).andThen(functionConfig));
  return { logLevel: known.logLevel, known, load: () => Promise.resolve(known) };
}

const secretReader = () => Promise.resolve({ keptText, secretPlaceRisks });

function orThrow<Value>(result: Result<Value, readonly Fault[]>): Value {
  if (result.isErr()) throw new Error(result.error.map(faultLine).join('').trim());
  return result.value;
}

const noLocalSecret = (_: string, name: string): never => {
  throw new Error(
    `a function makes no ${name}: set PAYWRIGHT_SECRET and JWT_JWKS_URL or JWT_SECRET, or the ARNs of their secrets`,
  );
};

const functionConfig = (config: Config): Result<FunctionConfig, readonly Fault[]> =>
  withGivenKeys(config).andThen(withPlacedStorages);

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
      return ok({
        ...storage,
        at: storage.at.kind === 'embedded' ? { kind: 'aws' } : storage.at,
        ofFunction: true,
      });
  }
}
