import type { Fault } from './faults.ts';
import { isGuessable } from './guessable.ts';
import { keyProductionFaults } from './key-variables.ts';
import { messagingProductionFaults } from './messaging-variables.ts';
import { processorProductionFaults } from './processor-variables.ts';
import { SECRET_SETTINGS, settingOf } from './secret-variables.ts';
import type { Variables } from './variables.ts';

/** What `STAGE=production` refuses, whatever else is right. `env` is looked at for what libraries read by themselves. */
export function productionFaults(given: Variables, env: Environment): readonly Fault[] {
  return [
    ...storageFaults(given),
    ...processorProductionFaults(given),
    ...messagingProductionFaults(given),
    ...transportFaults(given, env),
    ...keyFaults(given),
    ...secretFaults(given),
  ];
}

type Environment = Readonly<Record<string, string | undefined>>;

function storageFaults(given: Variables): readonly Fault[] {
  const faults: Fault[] = [];
  for (const name of ['STORAGE', 'PLATFORM_STORAGE', 'APPROVALS_STORAGE'] as const) {
    if (given[name] === 'memory') faults.push({ name, says: 'memory loses every payment at a restart' });
  }
  if (usesStorage(given, 'postgres') && !given.DATABASE_URL && !given.AURORA_SECRET_ARN) {
    faults.push({
      name: 'DATABASE_URL',
      says: 'is needed, or AURORA_SECRET_ARN: embedded servers are for development',
    });
  }
  const ofAws = [
    given.AURORA_SECRET_ARN,
    given.APPROVAL_QUEUE_URL,
    given.EVENT_BUS_NAME,
    given.EXPORT_BUCKET,
    given.KMS_KEY_ID,
    ...SECRET_SETTINGS.map(({ arn }) => given[arn]),
  ];
  if ((usesStorage(given, 'dynamodb') || ofAws.some(Boolean)) && !given.AWS_REGION) {
    faults.push({ name: 'AWS_REGION', says: 'is needed' });
  }
  if (given.EXPORT_BUCKET === undefined && given.PAYWRIGHT_OBJECTS === undefined) {
    faults.push({
      name: 'EXPORT_BUCKET',
      says: 'is needed; or set PAYWRIGHT_OBJECTS=folder to keep files, on purpose, in a folder that every process must see',
    });
  }
  return faults;
}

function transportFaults(given: Variables, env: Environment): readonly Fault[] {
  const faults: Fault[] = [];
  if (given.DATABASE_URL && !verifiesServer(given.DATABASE_URL)) {
    faults.push({
      name: 'DATABASE_URL',
      says: 'must verify the server: sslmode=verify-full, and no other ssl',
    });
  }
  if (given.DYNAMODB_ENDPOINT) faults.push({ name: 'DYNAMODB_ENDPOINT', says: ENDPOINT_OVERRIDE });
  for (const name of Object.keys(env).filter((each) => each.startsWith('AWS_ENDPOINT_URL'))) {
    if (env[name]) faults.push({ name, says: ENDPOINT_OVERRIDE });
  }
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    faults.push({
      name: 'NODE_TLS_REJECT_UNAUTHORIZED',
      says: 'must not turn off the verification of servers',
    });
  }
  if (given.JWT_JWKS_URL && new URL(given.JWT_JWKS_URL).protocol !== 'https:') {
    faults.push({ name: 'JWT_JWKS_URL', says: 'must begin with https://' });
  }
  return faults;
}

function keyFaults(given: Variables): readonly Fault[] {
  const faults: Fault[] = [];
  if (!given.PAYWRIGHT_SECRET && !given.PAYWRIGHT_SECRET_ARN) {
    faults.push({
      name: 'PAYWRIGHT_SECRET',
      says: 'is needed, or PAYWRIGHT_SECRET_ARN: key files are for development',
    });
  }
  faults.push(...keyProductionFaults(given));
  const isShared = given.JWT_SECRET !== undefined || given.JWT_SECRET_ARN !== undefined;
  if (!isShared && !given.JWT_JWKS_URL) faults.push({ name: 'JWT_JWKS_URL', says: 'is needed' });
  if (isShared && !given.JWT_ALLOW_HS256) {
    faults.push({
      name: settingOf(given, 'JWT_SECRET'),
      says: 'HS256 is refused: use JWT_JWKS_URL, or set JWT_ALLOW_HS256=1 on purpose',
    });
  }
  // With a JWKS these two are asked for in every stage.
  if (!given.JWT_JWKS_URL) {
    if (!given.JWT_ISSUER) faults.push({ name: 'JWT_ISSUER', says: 'is needed' });
    if (!given.JWT_AUDIENCE) faults.push({ name: 'JWT_AUDIENCE', says: 'is needed' });
  }
  return faults;
}

/** Secrets that are none: guessable ones, and one that stands in for another. */
function secretFaults(given: Variables): readonly Fault[] {
  const secrets = [
    { name: settingOf(given, 'PAYWRIGHT_SECRET'), secret: given.PAYWRIGHT_SECRET },
    { name: settingOf(given, 'JWT_SECRET'), secret: given.JWT_SECRET },
    { name: 'PAYWRIGHT_METRICS_TOKEN', secret: given.PAYWRIGHT_METRICS_TOKEN },
    ...(given.PAYWRIGHT_CUSTOMER_KEYS ?? []).map(({ secret }) => ({
      name: settingOf(given, 'PAYWRIGHT_CUSTOMER_KEYS'),
      secret,
    })),
  ];
  return secrets.flatMap(({ name, secret }, index) => {
    if (secret === undefined) return [];
    const twin = secrets.slice(0, index).find((other) => other.secret === secret);
    return [
      ...(isGuessable(secret)
        ? [{ name, says: 'can be guessed: draw it at random, as `openssl rand -base64 32` does' }]
        : []),
      ...(twin === undefined ? [] : [{ name, says: `must not hold the same secret as ${twin.name}` }]),
    ];
  });
}

const ENDPOINT_OVERRIDE = 'must be left out: payments go to AWS itself';

const usesStorage = (given: Variables, storage: Variables['STORAGE']): boolean =>
  (given.PLATFORM_STORAGE ?? given.STORAGE) === storage ||
  (given.APPROVALS_STORAGE ?? given.STORAGE) === storage;

/** The driver takes the last of repeated parameters and lets `ssl` and its compatibility mode weaken `sslmode`. */
function verifiesServer(databaseUrl: string): boolean {
  const { searchParams } = new URL(databaseUrl);
  const modes = searchParams.getAll('sslmode');
  return (
    modes.length === 1 &&
    modes[0] === 'verify-full' &&
    !searchParams.has('ssl') &&
    !searchParams.has('uselibpqcompat')
  );
}
