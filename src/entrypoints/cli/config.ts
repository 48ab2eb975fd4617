import { join } from 'node:path';
import { err, ok, type Result } from 'neverthrow';
import type { ApprovalsSettings } from '../../composition/approvals-settings.ts';
import type { ObjectsPlace, PlatformSettings } from '../../composition/platform-settings.ts';
import type { StorageSettings } from '../../composition/storage-settings.ts';
import { areThresholds } from '../../domain/approvals/fraud.ts';
import { ANOMALY_RULES } from '../../domain/audit/anomalies.ts';
import { present } from '../../domain/kernel/present.ts';
import type { MetricsAccess } from '../http/operation/operation.ts';
import type { JwtSettings } from '../http/server/authenticate.ts';
import type { AddressRange } from '../http/server/client-address.ts';
import type { InFlightLimits, ServerLimits } from '../http/server/server-limits.ts';
import type { Fault } from './faults.ts';
import { keyFaults, keysOf } from './key-variables.ts';
import { messagingFaults, messagingOf } from './messaging-variables.ts';
import { productionFaults } from './production.ts';
import { VARIABLES, type Variables } from './variables.ts';

/** The environment's variables; an empty one counts as absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

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
  jwt: JwtSettings;
  platform: PlatformSettings;
  approvals: ApprovalsSettings;
}>;

/**
 * The whole configuration, or every fault at once. Nothing is made before all of it is right; then, in development,
 * keys that were not given come from `localSecret`.
 */
export function readConfig(env: Environment, localSecret: LocalSecret): Result<Config, readonly Fault[]> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = VARIABLES.safeParse(set);
  const broken = parsed.success ? [] : parsed.error.issues;
  const brokenNames = new Set(broken.map(({ path }) => String(path[0])));
  // The faulty ones aside, the rest is judged as if they had been left out, and what that says of them is dropped.
  const sound = Object.fromEntries(Object.entries(set).filter(([name]) => !brokenNames.has(name)));
  const given = VARIABLES.parse(sound);
  const faults = [
    ...broken.map(({ path, message }) => ({ name: String(path[0]), says: message })),
    ...[
      ...unknownNames(set),
      ...togetherFaults(given),
      ...(given.STAGE === 'production' ? productionFaults(given, set) : []),
    ].filter(({ name }) => !brokenNames.has(name)),
  ];
  if (faults.length > 0) return err(faults);
  try {
    return ok(configOf(given, localSecret));
  } catch (fault) {
    const { code, message } = fault as NodeJS.ErrnoException;
    return err([{ name: 'PAYWRIGHT_DATA_DIR', says: `cannot keep keys there (${code ?? message})` }]);
  }
}

const unknownNames = (env: Environment): readonly Fault[] =>
  Object.keys(env)
    .filter((name) => name.startsWith('PAYWRIGHT_') && !Object.hasOwn(VARIABLES.shape, name))
    .map((name) => ({ name, says: 'is not a setting' }));

/** Settings that are right by themselves and wrong side by side, in every stage. */
function togetherFaults(given: Variables): readonly Fault[] {
  const faults: Fault[] = [];
  if (given.STAGE === 'development' && !isLoopback(given.HOST) && !given.PAYWRIGHT_EXPOSE_DEVELOPMENT) {
    faults.push({
      name: 'HOST',
      says: 'opens development, with keys it made itself, to other machines: set STAGE=production, or PAYWRIGHT_EXPOSE_DEVELOPMENT=1 on purpose',
    });
  }
  const aurora = ['AURORA_SECRET_ARN', 'AURORA_ENDPOINT', 'DATABASE_NAME'] as const;
  if (aurora.some((name) => given[name])) {
    for (const name of aurora) {
      if (!given[name]) faults.push({ name, says: `is needed with ${aurora.find((each) => given[each])}` });
    }
    if (given.DATABASE_URL) {
      faults.push({
        name: 'DATABASE_URL',
        says: 'is one way to name the database, AURORA_SECRET_ARN another',
      });
    }
  }
  if (given.EXPORT_BUCKET && given.PAYWRIGHT_OBJECTS) {
    faults.push({ name: 'PAYWRIGHT_OBJECTS', says: 'is one place for files, EXPORT_BUCKET another' });
  }
  faults.push(...messagingFaults(given, regionOf(given)), ...keyFaults(given, regionOf(given)));
  if (given.PAYWRIGHT_METRICS_PORT !== undefined && given.PAYWRIGHT_METRICS_TOKEN !== undefined) {
    faults.push({
      name: 'PAYWRIGHT_METRICS_TOKEN',
      says: 'is asked for beside the API, where PAYWRIGHT_METRICS_PORT takes /metrics away',
    });
  }
  if (given.JWT_JWKS_URL) {
    if (given.JWT_SECRET) faults.push({ name: 'JWT_SECRET', says: 'cannot be used beside JWT_JWKS_URL' });
    if (!given.JWT_ISSUER) faults.push({ name: 'JWT_ISSUER', says: 'is needed with JWT_JWKS_URL' });
    if (!given.JWT_AUDIENCE && !given.JWT_CLIENT_IDS) {
      faults.push({
        name: 'JWT_AUDIENCE',
        says: 'is needed with JWT_JWKS_URL, or JWT_CLIENT_IDS for access tokens of Cognito',
      });
    }
  } else if (given.JWT_CLIENT_IDS) {
    faults.push({ name: 'JWT_CLIENT_IDS', says: 'goes with JWT_JWKS_URL' });
  }
  if (given.PAYWRIGHT_LEASE_MS <= given.PAYWRIGHT_PROCESSOR_TIMEOUT_MS) {
    faults.push({
      name: 'PAYWRIGHT_LEASE_MS',
      says: `must be longer than PAYWRIGHT_PROCESSOR_TIMEOUT_MS (${given.PAYWRIGHT_PROCESSOR_TIMEOUT_MS})`,
    });
  }
  if (!areThresholds(thresholdsOf(given))) {
    faults.push({
      name: 'PAYWRIGHT_FRAUD_FLAGGED',
      says: 'must be above PAYWRIGHT_FRAUD_HIGH, that above PAYWRIGHT_FRAUD_MEDIUM, and that above 0',
    });
  }
  return faults;
}

const regionOf = (given: Variables): string => given.AWS_REGION ?? 'us-east-1';

/** An address that only this machine reaches. `localhost` is one by RFC 6761. */
const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);

const thresholdsOf = (given: Variables) => ({
  flagged: given.PAYWRIGHT_FRAUD_FLAGGED,
  high: given.PAYWRIGHT_FRAUD_HIGH,
  medium: given.PAYWRIGHT_FRAUD_MEDIUM,
});

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
    jwt: jwtOf(given, localSecret),
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
      processorTimeoutMs: given.PAYWRIGHT_PROCESSOR_TIMEOUT_MS,
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
    processorTimeoutMs: given.PAYWRIGHT_PROCESSOR_TIMEOUT_MS,
    ...messagingOf(given, regionOf(given)),
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
  return { kind: 'hs256', secret, audience, ...expected };
}
