import { z } from 'zod';
import { DEFAULT_EVENT_SOURCES } from '../../application/approvals/approval-rules.ts';
import { DEFAULT_THRESHOLDS } from '../../domain/approvals/fraud.ts';
import { DEFAULT_POLICY } from '../../domain/approvals/policy.ts';
import { ANOMALY_RULES } from '../../domain/audit/anomalies.ts';
import { parseRegionName } from '../../domain/kernel/region.ts';
import { IN_FLIGHT_LIMITS, SERVER_LIMITS } from '../http/server/server-limits.ts';
import { amountsByCurrency } from './amount-variables.ts';
import { approvalPolicy, eventSources, fraudRules, fraudScore, personClaim } from './approvals-variables.ts';
import { CLIENT_VARIABLES } from './client-variables.ts';
import { CONSOLE_VARIABLES } from './console-variables.ts';
import { DEFAULT_RULES } from './fraud-rules-text.ts';
import { KEY_VARIABLES } from './key-variables.ts';
import { MESSAGING_VARIABLES } from './messaging-variables.ts';
import { PROCESSOR_VARIABLES } from './processor-variables.ts';
import { trustedProxies } from './proxy-variables.ts';
import { isLongEnough, SECRET_VARIABLES } from './secret-variables.ts';

const storage = z.enum(['postgres', 'dynamodb', 'memory'], 'must be one of postgres, dynamodb, memory');
const secret = z.string().refine(isLongEnough, 'must have at least 32 bytes');
const flag = z.enum(['0', '1'], 'must be 0 or 1').transform((text) => text === '1');

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be between ${least} and ${most}`);

const url = (...schemes: readonly string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1)),
      `must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    );

/** Those of libpq, and the driver's own `no-verify`. A misspelt one would be TLS, or none, by the driver's own choice. */
const SSL_MODES: ReadonlySet<string> = new Set([
  'disable',
  'allow',
  'prefer',
  'require',
  'verify-ca',
  'verify-full',
  'no-verify',
]);

const hasSslMode = (text: string) =>
  !URL.canParse(text) || new URL(text).searchParams.getAll('sslmode').every((mode) => SSL_MODES.has(mode));

/** Of `host[:port]`. */
const hasPort = (text: string) => {
  const [, port = '5432'] = text.split(':');
  return Number(port) >= 1 && Number(port) <= 65_535;
};

const isOrigin = (text: string) =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text;

const clientIds = z
  .string()
  .transform((text) => text.split(',').map((id) => id.trim()))
  .refine(
    (ids) => ids.every((id) => /^[\w+-]{1,128}$/.test(id)),
    'must be ids of app clients, with commas between',
  );

/** Relative to where paywright is started. */
export const DEFAULT_DATA_DIR = '.paywright';

const DAY_MS = 24 * 3_600_000;
/** As many digits as `whole` reads. */
const MOST = 10 ** 15 - 1;

/**
 * Every variable paywright reads, with the meaning that `--help` prints. Variables may be absent; which ones a stage
 * or a storage cannot do without is for the rules that look at them together.
 */
export const VARIABLES = z.object({
  STORAGE: storage.default('postgres').describe('postgres, dynamodb or memory (postgres)'),
  PLATFORM_STORAGE: storage.optional().describe('the same for the platform service alone'),
  APPROVALS_STORAGE: storage.optional().describe('the same for the approvals service alone'),
  DATABASE_URL: url('postgres', 'postgresql')
    .refine(hasSslMode, `must have an sslmode of ${[...SSL_MODES].join(', ')}, or none`)
    .optional()
    .describe(
      'Postgres; in production with sslmode=verify-full. Without it, development runs one of its own',
    ),
  AURORA_SECRET_ARN: z
    .string()
    .regex(/^arn:[\w-]+:secretsmanager:/, 'must be the ARN of a Secrets Manager secret')
    .optional()
    .describe('Postgres credentials from Secrets Manager, instead of DATABASE_URL'),
  AURORA_ENDPOINT: z
    .string()
    .regex(/^[A-Za-z0-9.-]+(:\d{1,5})?$/, 'must be a host name, with a port or without')
    .refine(hasPort, 'must have a port between 1 and 65535, or none')
    .optional()
    .describe('host[:port] that goes with AURORA_SECRET_ARN'),
  DATABASE_NAME: z.string().optional().describe('the database that goes with AURORA_SECRET_ARN'),
  AWS_REGION: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region such as eu-central-1')
    .optional()
    .describe('region of every AWS service (us-east-1 in development)'),
  DYNAMODB_ENDPOINT: url('http', 'https')
    .optional()
    .describe('a DynamoDB engine other than AWS. Without it, development runs one of its own'),
  DYNAMODB_TABLE: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{3,255}$/, 'must have 3 to 255 letters, digits, dots, dashes or underscores')
    .default('paywright')
    .describe('table name (paywright)'),
  PAYWRIGHT_REGION: z
    .string()
    .transform((text, context) => {
      const name = parseRegionName(text);
      if (name === undefined)
        context.addIssue({
          code: 'custom',
          message: 'must have 1 to 40 lower-case letters, digits and dashes',
        });
      return name ?? z.NEVER;
    })
    .optional()
    .describe('what this process is cut off with: `paywright region fence` (none, and it cannot be)'),
  JWT_SECRET: secret
    .optional()
    .describe('HS256 key of bearer tokens, at least 32 bytes; made once in development'),
  JWT_ALLOW_HS256: flag.default(false).describe('1 lets production use JWT_SECRET (0)'),
  JWT_JWKS_URL: url('http', 'https')
    .optional()
    .describe('keys of RS256 and ES256 bearer tokens, instead of JWT_SECRET'),
  JWT_ISSUER: z
    .string()
    .optional()
    .describe('`iss` of every token (paywright, with JWT_SECRET in development)'),
  JWT_AUDIENCE: z.string().optional().describe('`aud` of every token (paywright, likewise)'),
  JWT_CLIENT_IDS: clientIds
    .optional()
    .describe(
      'clients of a Cognito pool whose access tokens are taken, with commas between, in place of JWT_AUDIENCE (none)',
    ),
  PORT: whole(0, 65_535).default(8080).describe('port of the HTTP server; 0 takes any free one (8080)'),
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:%_-]+$/, 'must be a host name or an address')
    .default('127.0.0.1')
    .describe('address of the HTTP server (127.0.0.1)'),
  PAYWRIGHT_EXPOSE_DEVELOPMENT: flag
    .default(false)
    .describe(
      '1 lets development listen where other machines reach it: its tokens are for everybody there (0)',
    ),
  PAYWRIGHT_METRICS_PORT: whole(0, 65_535)
    .optional()
    .describe('serves /metrics on a port of its own, on 127.0.0.1, and no more beside the API (none)'),
  PAYWRIGHT_METRICS_TOKEN: secret
    .optional()
    .describe('bearer token that /metrics beside the API asks for, at least 32 bytes (none)'),
  PAYWRIGHT_MAX_CONNECTIONS: whole(1, 65_535)
    .default(SERVER_LIMITS.maxConnections)
    .describe('connections that the HTTP server holds open; more are closed as they come (1000)'),
  PAYWRIGHT_WRITE_TIMEOUT_MS: whole(1, 600_000)
    .default(SERVER_LIMITS.writeTimeoutMs)
    .describe('how long a response may wait for its reader, beside 1 s per 16 KiB that wait (20000)'),
  PAYWRIGHT_MAX_IN_FLIGHT: whole(1, 65_535)
    .default(IN_FLIGHT_LIMITS.maxInFlight)
    .describe('requests that are worked on at once; as many again wait, more are refused with 503 (256)'),
  PAYWRIGHT_MAX_WAIT_MS: whole(1, 600_000)
    .default(IN_FLIGHT_LIMITS.maxWaitMs)
    .describe('how long a request waits for its turn among them, then 503 (1500)'),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'must be one of fatal, error, warn, info, debug, trace, silent',
    )
    .default('info')
    .describe('least important line that is logged (info)'),
  STAGE: z
    .enum(['development', 'production'], 'must be development or production')
    .default('development')
    .describe('development or production, which refuses whatever is unsafe (development)'),
  PAYWRIGHT_DATA_DIR: z
    .string()
    .default(DEFAULT_DATA_DIR)
    .describe(
      'where everything embedded keeps its data, so that two systems can run side by side (.paywright)',
    ),
  PAYWRIGHT_SECRET: secret
    .optional()
    .describe('signs cursors and fingerprints, at least 32 bytes; made once in development'),
  ...KEY_VARIABLES,
  ...SECRET_VARIABLES,
  ...PROCESSOR_VARIABLES,
  EXPORT_BUCKET: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
      'must be a bucket of 3 to 63 small letters, digits and dashes',
    )
    .optional()
    .describe('bucket of S3 where exported and uploaded files are kept (none: a folder)'),
  PAYWRIGHT_OBJECTS: z
    .enum(['folder'], 'must be folder')
    .optional()
    .describe(
      "keeps those files in the data directory's objects; production must say so, or name EXPORT_BUCKET, because every process has to see that folder",
    ),
  ...MESSAGING_VARIABLES,
  ...CONSOLE_VARIABLES,
  PAYWRIGHT_PROCESSOR_TIMEOUT_MS: whole(1, 600_000)
    .default(10_000)
    .describe('how long the processor may take (10000)'),
  PAYWRIGHT_LEASE_MS: whole(1, DAY_MS)
    .default(30_000)
    .describe('how long a request holds its idempotency key; longer than the processor may take (30000)'),
  PAYWRIGHT_KEY_RETENTION_HOURS: whole(24, 24 * 366)
    .default(24)
    .describe('how long answers are kept for replays, at least 24 (24)'),
  PAYWRIGHT_PROCESSOR_FILE_DAYS: whole(1, 3_660)
    .default(90)
    .describe(
      'how long files of processors are kept as they came, which may hold card numbers; their rows and reports stay (90)',
    ),
  PAYWRIGHT_WEBHOOK_DISABLE_AFTER_HOURS: whole(1, 24 * 366)
    .default(72)
    .describe('how long a webhook endpoint may fail, without one success, until it is disabled (72)'),
  PAYWRIGHT_ANOMALY_FAILED_AUTH: whole(0, MOST)
    .default(ANOMALY_RULES.mostFailedAuthentications)
    .describe('failed authentications a minute that are no anomaly yet (5)'),
  PAYWRIGHT_ANOMALY_AMOUNT: whole(0, MOST)
    .default(Number(ANOMALY_RULES.mostAmount))
    .describe('largest payment in USD that is no anomaly, in cents (100000)'),
  PAYWRIGHT_ANOMALY_AMOUNTS: amountsByCurrency
    .default(ANOMALY_RULES.mostAmounts)
    .describe(
      'the same in other currencies, in minor units, as JPY:15000000,EUR:90000; the number in cents where none is named (none)',
    ),
  PAYWRIGHT_ANOMALY_VELOCITY: whole(2, 10_000)
    .default(ANOMALY_RULES.velocity.count)
    .describe('payments of one customer within a minute that are an anomaly (5)'),
  PAYWRIGHT_ANOMALY_FAILURES: whole(2, 10_000)
    .default(ANOMALY_RULES.failures.count)
    .describe('failed payments of one customer within 30 minutes that are an anomaly (3)'),
  PAYWRIGHT_APPROVAL_POLICY: approvalPolicy
    .default(DEFAULT_POLICY)
    .describe(
      'JSON: how many people approve which amounts, and in which roles (one to 500000 cents, above it two, one an admin)',
    ),
  PAYWRIGHT_PERSON_CLAIM: personClaim
    .optional()
    .describe('claim by which approvals know one person in several tokens, beside sub and email (none)'),
  PAYWRIGHT_FRAUD_RULES: fraudRules
    .default(DEFAULT_RULES)
    .describe('JSON: what fraud scores are made of, under a version (the built-in rules, version default)'),
  PAYWRIGHT_FRAUD_FLAGGED: fraudScore
    .default(DEFAULT_THRESHOLDS.flagged)
    .describe('lowest fraud score that only an admin can approve, 0 to 1 with up to three decimals (0.7)'),
  PAYWRIGHT_FRAUD_HIGH: fraudScore
    .default(DEFAULT_THRESHOLDS.high)
    .describe('lowest fraud score of high risk (0.5)'),
  PAYWRIGHT_FRAUD_MEDIUM: fraudScore
    .default(DEFAULT_THRESHOLDS.medium)
    .describe('lowest fraud score of medium risk (0.3)'),
  PAYWRIGHT_EVENT_SOURCES: eventSources
    .default([...DEFAULT_EVENT_SOURCES])
    .describe('whose WorkCompleted is believed, with commas between (roadcall.incident-service)'),
  PAYWRIGHT_TRUSTED_PROXIES: trustedProxies
    .default([])
    .describe('addresses and CIDRs of proxies whose X-Forwarded-For is believed, with commas between (none)'),
  ...CLIENT_VARIABLES,
  PAYWRIGHT_CORS_ORIGINS: z
    .string()
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .refine(
      (origins) => origins.every(isOrigin),
      'must be origins such as https://shop.example, with commas between',
    )
    .default([])
    .describe('browser origins that may call, with commas between (none)'),
});

/** The variables as they were read, each valid by itself. */
export type Variables = z.infer<typeof VARIABLES>;

/** One line for each variable, for `--help`. */
export const variablesHelp = (): string =>
  Object.entries(VARIABLES.shape)
    .map(([name, schema]) => `  ${name.padEnd(39)} ${z.globalRegistry.get(schema)?.description ?? ''}`)
    .join('\n');
