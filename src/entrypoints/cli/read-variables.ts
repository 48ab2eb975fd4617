import { err, ok, type Result } from 'neverthrow';
import { areThresholds } from '../../domain/approvals/fraud.ts';
import { consoleFaults } from './console-variables.ts';
import type { Fault } from './faults.ts';
import { keyFaults } from './key-variables.ts';
import { messagingFaults } from './messaging-variables.ts';
import { processorFaults } from './processor-variables.ts';
import { productionFaults } from './production.ts';
import { SECRET_SETTINGS, type SecretArnName, secretArnFaults, settingOf } from './secret-variables.ts';
import { VARIABLES, type Variables } from './variables.ts';

/** The environment's variables; an empty one counts as absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Texts of secrets that are kept elsewhere, by the setting that names each. */
export type FetchedTexts = Readonly<Partial<Record<SecretArnName, string>>>;

/**
 * The variables, each right by itself and all of them side by side, or every fault at once. A secret that is named and whose
 * text is not among `fetched` counts as there: the rest can be judged before it is read.
 */
export function readVariables(
  env: Environment,
  fetched: FetchedTexts = {},
): Result<Variables, readonly Fault[]> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const texts = SECRET_SETTINGS.map(({ arn, text }) => [text, fetched[arn]]).filter(([, value]) => value);
  const all: Environment = { ...set, ...Object.fromEntries(texts) };
  const parsed = VARIABLES.safeParse(all);
  const broken = parsed.success ? [] : parsed.error.issues;
  const brokenNames = new Set(broken.map(({ path }) => String(path[0])));
  for (const { arn, text } of SECRET_SETTINGS) if (brokenNames.has(arn)) brokenNames.add(text);
  // The faulty ones aside, the rest is judged as if they had been left out, and what that says of them is dropped.
  const sound = Object.fromEntries(Object.entries(all).filter(([name]) => !brokenNames.has(name)));
  const given = VARIABLES.parse(sound);
  const faults = [
    ...broken.map(({ path, message }) => ({ name: settingOf(set, String(path[0])), says: message })),
    ...[
      ...unknownNames(set),
      ...togetherFaults(given),
      ...secretArnFaults(given, set, regionOf(given)),
      ...(given.STAGE === 'production' ? productionFaults(given, set) : []),
    ].filter(({ name }) => !brokenNames.has(name)),
  ];
  return faults.length > 0 ? err(faults) : ok(given);
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
  faults.push(
    ...processorFaults(given),
    ...messagingFaults(given, regionOf(given)),
    ...keyFaults(given, regionOf(given)),
    ...consoleFaults(given),
  );
  if (given.PAYWRIGHT_METRICS_PORT !== undefined && given.PAYWRIGHT_METRICS_TOKEN !== undefined) {
    faults.push({
      name: 'PAYWRIGHT_METRICS_TOKEN',
      says: 'is asked for beside the API, where PAYWRIGHT_METRICS_PORT takes /metrics away',
    });
  }
  if (given.JWT_JWKS_URL) {
    for (const name of ['JWT_SECRET', 'JWT_SECRET_ARN'] as const) {
      if (given[name]) faults.push({ name, says: 'cannot be used beside JWT_JWKS_URL' });
    }
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

/** The region of every AWS service. */
export const regionOf = (given: Variables): string => given.AWS_REGION ?? 'us-east-1';

/** An address that only this machine reaches. `localhost` is one by RFC 6761. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);

/** The fraud scores from which each status is given. */
export const thresholdsOf = (given: Variables) => ({
  flagged: given.PAYWRIGHT_FRAUD_FLAGGED,
  high: given.PAYWRIGHT_FRAUD_HIGH,
  medium: given.PAYWRIGHT_FRAUD_MEDIUM,
});
