import { join } from 'node:path';
import { err, ok, type Result } from 'neverthrow';
import type { ApprovalsSettings } from '../../composition/approvals-settings.ts';
import type { ObjectsPlace, PlatformSettings } from '../../composition/platform-settings.ts';
import type { StorageSettings } from '../../composition/storage-settings.ts';
import { boundsOf } from '../../domain/approvals/policy.ts';
import { ANOMALY_RULES } from '../../domain/audit/anomalies.ts';
import { present } from '../../domain/kernel/present.ts';
import type { RegionName } from '../../domain/kernel/region.ts';
import type { LoginProvider } from '../http/console/provider-login.ts';
import type { MetricsAccess } from '../http/operation/operation.ts';
import type { JwtSettings } from '../http/server/authenticate.ts';
import type { AddressRange } from '../http/server/client-address.ts';
import type { InFlightLimits, ServerLimits } from '../http/server/server-limits.ts';
import { loginProviderOf } from './console-variables.ts';
import type { Fault } from './faults.ts';
import { keysOf } from './key-variables.ts';
import { messagingOf } from './messaging-variables.ts';
import { processorOf, stripePayoutsOf } from './processor-variables.ts';
import {
  type Environment,
  type FetchedTexts,
  isLoopback,
  readVariables,
  regionOf,
  thresholdsOf,
} from './read-variables.ts';
import { type NamedSecret, SECRET_SETTINGS, secretsOf } from './secret-variables.ts';
import type { Variables } from './variables.ts';

/** A key of at least 32 bytes that is made when first asked for and the same ever after. Throws when it cannot be kept. */
export type LocalSecret = (dataDir: string, name: string) => string;

export type Config = Readonly<{
  stage: Variables['STAGE'];
  http: Readonly<{
    host: string;
    port: number;
    corsOrigins: readonly string[];
    trustedProxies: readonly AddressRange[];
    limits: ServerLimits & InFlightLimits;
  }>;
  metrics: Readonly<{ access: MetricsAccess; port?: number }>;
  logLevel: Variables['LOG_LEVEL'];
  dataDir: string;
  /** What this process is cut off with. */
  region?: RegionName | undefined;
  jwt: JwtSettings;
  /** Who logs people in to the console; absent where they bring a token. */
  loginProvider?: LoginProvider;
  /** Every secret that is kept elsewhere, by the setting that names it. */
  secrets: readonly NamedSecret[];
  platform: PlatformSettings;
  approvals: ApprovalsSettings;
}>;

/**
 * The whole configuration, or every fault at once. Nothing is made before all of it is right; then, in development,
 * keys that were not given come from `localSecret`. Of secrets that are kept elsewhere, `fetched` holds the texts
 * (`loadConfig` reads them); one that it does not hold is a fault.
 */
export function readConfig(
  env: Environment,
  localSecret: LocalSecret,
  fetched: FetchedTexts = {},
): Result<Config, readonly Fault[]> {
  return readVariables(env, fetched).andThen((given) => {
    const unread = SECRET_SETTINGS.filter(
      ({ arn }) => given[arn] !== undefined && fetched[arn] === undefined,
    );
    if (unread.length > 0) return err(unread.map(({ arn }) => ({ name: arn, says: 'was not read' })));
    try {
      return ok(configOf(given, localSecret));
    } catch (fault) {
      const { code, message } = fault as NodeJS.ErrnoException;
      return err([{ name: 'PAYWRIGHT_DATA_DIR', says: `cannot keep keys there (${code ?? message})` }]);
    }
  });
}

function configOf(given: Variables, localSecret: LocalSecret): Config {
  const dataDir = given.PAYWRIGHT_DATA_DIR;
  const storage = storageOf(given, given.PLATFORM_STORAGE ?? given.STORAGE);
  const secret = given.PAYWRIGHT_SECRET ?? localSecret(dataDir, 'secret');
  return {
    stage: given.STAGE,
    http: {
      host: given.HOST,
      port: given.PORT,
      corsOrigins: given.PAYWRIGHT_CORS_ORIGINS,
      trustedProxies: given.PAYWRIGHT_TRUSTED_PROXIES,
      limits: {
        maxConnections: given.PAYWRIGHT_MAX_CONNECTIONS,
        writeTimeoutMs: given.PAYWRIGHT_WRITE_TIMEOUT_MS,
        maxInFlight: given.PAYWRIGHT_MAX_IN_FLIGHT,
        maxWaitMs: given.PAYWRIGHT_MAX_WAIT_MS,
      },
    },
    metrics: metricsOf(given),
    logLevel: given.LOG_LEVEL,
    dataDir,
    ...present({ region: given.PAYWRIGHT_REGION }),
    jwt: jwtOf(given, localSecret),
    ...present({ loginProvider: loginProviderOf(given) }),
    secrets: secretsOf(given, regionOf(given)),
    platform: {
      storage,
      secret,
      anomalyRules: {
        mostFailedAuthentications: given.PAYWRIGHT_ANOMALY_FAILED_AUTH,
        mostAmount: BigInt(given.PAYWRIGHT_ANOMALY_AMOUNT),
        mostAmounts: given.PAYWRIGHT_ANOMALY_AMOUNTS,
        velocity: { ...ANOMALY_RULES.velocity, count: given.PAYWRIGHT_ANOMALY_VELOCITY },
        failures: { ...ANOMALY_RULES.failures, count: given.PAYWRIGHT_ANOMALY_FAILURES },
      },
      keys: keysOf(given, regionOf(given), join(dataDir, 'keys.json')),
      claimTerms: {
        leaseMs: given.PAYWRIGHT_LEASE_MS,
        keepResponsesMs: given.PAYWRIGHT_KEY_RETENTION_HOURS * 3_600_000,
      },
      processor: processorOf(given),
      processorTimeoutMs: given.PAYWRIGHT_PROCESSOR_TIMEOUT_MS,
      authorizationMarginMs: given.PAYWRIGHT_AUTHORIZATION_MARGIN_MINUTES * 60_000,
      fileTerms: { keepFilesMs: given.PAYWRIGHT_PROCESSOR_FILE_DAYS * 24 * 3_600_000 },
      webhooks: {
        // Where other machines may register endpoints, none of them leads to this one.
        allowLoopbackHttp: given.STAGE === 'development' && isLoopback(given.HOST),
        disableAfterMs: given.PAYWRIGHT_WEBHOOK_DISABLE_AFTER_HOURS * 3_600_000,
      },
      objects: objectsOf(given, storage.kind === 'memory' ? ':memory:' : join(dataDir, 'objects')),
      simulatorFile: storage.kind === 'memory' ? ':memory:' : join(dataDir, 'simulator.sqlite'),
    },
    approvals: approvalsOf(given, secret),
  };
}

const objectsOf = (given: Variables, folder: string): ObjectsPlace =>
  given.EXPORT_BUCKET === undefined
    ? { kind: 'folder', folder }
    : { kind: 'bucket', bucket: given.EXPORT_BUCKET, region: regionOf(given) };

/** Open only where no other machine can ask; then by token, or on a port of its own, or not at all. */
function metricsOf({
  STAGE: stage,
  HOST: host,
  PAYWRIGHT_METRICS_PORT: port,
  PAYWRIGHT_METRICS_TOKEN: token,
}: Variables): Config['metrics'] {
  if (port !== undefined) return { access: { kind: 'elsewhere' }, port };
  if (token !== undefined) return { access: { kind: 'token', token } };
  return { access: { kind: stage === 'development' && isLoopback(host) ? 'open' : 'elsewhere' } };
}

function approvalsOf(given: Variables, secret: string): ApprovalsSettings {
  const storage = storageOf(given, given.APPROVALS_STORAGE ?? given.STORAGE);
  return {
    storage,
    secret,
    rules: {
      policy: given.PAYWRIGHT_APPROVAL_POLICY,
      thresholds: thresholdsOf(given),
      payouts: { leaseMs: given.PAYWRIGHT_LEASE_MS },
      claims: { keepResponsesMs: given.PAYWRIGHT_KEY_RETENTION_HOURS * 3_600_000 },
      eventSources: given.PAYWRIGHT_EVENT_SOURCES,
    },
    fraudRules: given.PAYWRIGHT_FRAUD_RULES.boundBy(boundsOf(given.PAYWRIGHT_APPROVAL_POLICY)),
    processorTimeoutMs: given.PAYWRIGHT_PROCESSOR_TIMEOUT_MS,
    ...messagingOf(given, regionOf(given)),
    ...present({ stripePayouts: stripePayoutsOf(given, regionOf(given)) }),
    payoutsFile: storage.kind === 'memory' ? ':memory:' : join(given.PAYWRIGHT_DATA_DIR, 'payouts.sqlite'),
  };
}

function storageOf(given: Variables, kind: Variables['STORAGE']): StorageSettings {
  const region = regionOf(given);
  switch (kind) {
    case 'memory':
      return { kind };
    case 'postgres':
      if (given.DATABASE_URL) return { kind, at: { kind: 'url', url: given.DATABASE_URL } };
      if (given.AURORA_SECRET_ARN && given.AURORA_ENDPOINT && given.DATABASE_NAME) {
        const [host = '', port = '5432'] = given.AURORA_ENDPOINT.split(':');
        const { AURORA_SECRET_ARN: secretArn, DATABASE_NAME: database } = given;
        return { kind, at: { kind: 'aurora', secretArn, host, port: Number(port), database, region } };
      }
      return { kind, at: { kind: 'embedded' } };
    case 'dynamodb': {
      const table = given.DYNAMODB_TABLE;
      if (given.DYNAMODB_ENDPOINT) {
        return { kind, table, region, at: { kind: 'endpoint', url: given.DYNAMODB_ENDPOINT } };
      }
      return { kind, table, region, at: { kind: given.STAGE === 'production' ? 'aws' : 'embedded' } };
    }
  }
}

function jwtOf(given: Variables, localSecret: LocalSecret): JwtSettings {
  const issuer = given.JWT_ISSUER ?? 'paywright';
  const expected = { issuer, ...present({ personClaim: given.PAYWRIGHT_PERSON_CLAIM }) };
  if (given.JWT_JWKS_URL) {
    const forWhom = present({ audience: given.JWT_AUDIENCE, clientIds: given.JWT_CLIENT_IDS });
    return { kind: 'jwks', url: given.JWT_JWKS_URL, ...expected, ...forWhom };
  }
  const audience = given.JWT_AUDIENCE ?? 'paywright';
  const secret = given.JWT_SECRET ?? localSecret(given.PAYWRIGHT_DATA_DIR, 'jwt-secret');
  const secretArn = given.JWT_SECRET_ARN;
  const kept = secretArn === undefined ? undefined : { secretArn, region: regionOf(given) };
  return { kind: 'hs256', secret, audience, ...expected, ...present({ kept }) };
}
