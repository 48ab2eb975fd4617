import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/entrypoints/cli/config.ts';
import { faultLine } from '../../../src/entrypoints/cli/faults.ts';
import { localSecret } from '../../../src/entrypoints/cli/local-secret.ts';
import type { Environment } from '../../../src/entrypoints/cli/read-variables.ts';
import {
  configOf,
  faultsOf,
  JWT_SECRET,
  namesOf,
  production,
  read,
  SECRET,
} from '../../support/configuration.ts';

const KMS_KEY = '11111111-1111-4111-8111-111111111111';
const KMS = { KMS_KEY_ID: KMS_KEY, KMS_INDEX_KEY_ID: KMS_KEY };
const onStripe = { PAYWRIGHT_PROCESSOR: 'stripe', STRIPE_SECRET_KEY: 'sk_test_ofthistest' };
const BUCKET = { EXPORT_BUCKET: 'paywright-files' };

describe('configuration', () => {
  it('accepts a production that is safe', () => {
    const config = configOf(production());
    expect(config.jwt).toMatchObject({ kind: 'jwks' });
    expect(
      configOf(production({ STORAGE: 'dynamodb', AWS_REGION: 'eu-central-1' })).platform.storage,
    ).toMatchObject({
      at: { kind: 'aws' },
    });
    expect(read(production({ JWT_JWKS_URL: undefined, JWT_SECRET, JWT_ALLOW_HS256: '1' })).isOk()).toBe(true);
  });

  const REFUSED: readonly (readonly [promise: string, names: readonly string[], env: Environment])[] = [
    ['an unknown storage', ['STORAGE'], { STORAGE: 'mongodb' }],
    ['an unknown storage of one service', ['APPROVALS_STORAGE'], { APPROVALS_STORAGE: 'mysql' }],
    ['a database URL that is none', ['DATABASE_URL'], { DATABASE_URL: 'not a url' }],
    ['a database URL of another database', ['DATABASE_URL'], { DATABASE_URL: 'mysql://h/db' }],
    ['half of Aurora', ['AURORA_SECRET_ARN', 'DATABASE_NAME'], { AURORA_ENDPOINT: 'h' }],
    [
      'two databases',
      ['DATABASE_URL'],
      {
        DATABASE_URL: 'postgres://h/db',
        AURORA_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:1:secret:x',
        AURORA_ENDPOINT: 'h',
        DATABASE_NAME: 'db',
      },
    ],
    ['a region that cannot be', ['AWS_REGION'], { AWS_REGION: 'moon' }],
    ['a table name of two letters', ['DYNAMODB_TABLE'], { DYNAMODB_TABLE: 'ab' }],
    ['a DynamoDB endpoint without a scheme', ['DYNAMODB_ENDPOINT'], { DYNAMODB_ENDPOINT: 'localhost:8000' }],
    ['a short JWT secret', ['JWT_SECRET'], { JWT_SECRET: 's'.repeat(31) }],
    ['a secret and a JWKS', ['JWT_SECRET'], { ...jwks(), JWT_SECRET }],
    ['a client of Cognito without a JWKS', ['JWT_CLIENT_IDS'], { JWT_CLIENT_IDS: 'abc123' }],
    [
      'ids of clients that are none',
      ['JWT_CLIENT_IDS'],
      { JWT_CLIENT_IDS: 'a,,b', JWT_JWKS_URL: 'https://x/y', JWT_ISSUER: 'https://x', JWT_AUDIENCE: 'y' },
    ],
    ['a JWKS without issuer and audience', ['JWT_ISSUER', 'JWT_AUDIENCE'], { JWT_JWKS_URL: 'https://x/y' }],
    ['a flag that is neither 0 nor 1', ['JWT_ALLOW_HS256'], { JWT_ALLOW_HS256: 'yes' }],
    ['a port in words', ['PORT'], { PORT: 'http' }],
    ['a port with a fraction', ['PORT'], { PORT: '80.5' }],
    ['a port in another base', ['PORT'], { PORT: '0x50' }],
    ['a port past the last', ['PORT'], { PORT: '65536' }],
    ['a host with a space', ['HOST'], { HOST: 'my host' }],
    ['an unknown log level', ['LOG_LEVEL'], { LOG_LEVEL: 'loud' }],
    ['an unknown stage', ['STAGE'], { STAGE: 'prod' }],
    ['a short secret', ['PAYWRIGHT_SECRET'], { PAYWRIGHT_SECRET: 'short' }],
    ['an unknown place of files', ['PAYWRIGHT_OBJECTS'], { PAYWRIGHT_OBJECTS: 'bucket' }],
    ['an unknown processor', ['PAYWRIGHT_PROCESSOR'], { PAYWRIGHT_PROCESSOR: 'acme' }],
    ['Stripe without a key', ['STRIPE_SECRET_KEY'], { PAYWRIGHT_PROCESSOR: 'stripe' }],
    ['payouts on Stripe without a key', ['STRIPE_SECRET_KEY'], { PAYWRIGHT_PAYOUTS: 'stripe' }],
    [
      'accounts of vendors where the simulator pays them',
      ['STRIPE_VENDOR_ACCOUNTS'],
      { ...onStripe, PAYWRIGHT_PAYOUTS: 'simulator', STRIPE_VENDOR_ACCOUNTS: 'vendors.json' },
    ],
    ['a key that is none of Stripe’s', ['STRIPE_SECRET_KEY'], { STRIPE_SECRET_KEY: 'pk_live_abcd1234' }],
    [
      'an address of Stripe without a key',
      ['STRIPE_API_BASE'],
      { STRIPE_API_BASE: 'https://api.stripe.com' },
    ],
    [
      'a signing secret of Stripe without a key',
      ['STRIPE_WEBHOOK_SECRET'],
      { STRIPE_WEBHOOK_SECRET: 'whsec_ofthistest' },
    ],
    [
      'a signing secret that is none of Stripe’s, among others',
      ['STRIPE_WEBHOOK_SECRET'],
      { ...onStripe, STRIPE_WEBHOOK_SECRET: 'whsec_ofthistest,sk_test_ofthistest' },
    ],
    [
      'an address of Stripe that is no URL',
      ['STRIPE_API_BASE'],
      { ...onStripe, STRIPE_API_BASE: 'api.stripe.com' },
    ],
    ...['https://stripe.example', 'http://api.stripe.com', 'https://notstripe.com'].map(
      (base) =>
        [
          `keys of Stripe that go elsewhere in production (${base})`,
          ['STRIPE_API_BASE'],
          production({ ...onStripe, STRIPE_API_BASE: base }),
        ] as const,
    ),
    ['an unknown PAYWRIGHT name', ['PAYWRIGHT_LEASE'], { PAYWRIGHT_LEASE: '1' }],
    ['a negative lease', ['PAYWRIGHT_LEASE_MS'], { PAYWRIGHT_LEASE_MS: '-1' }],
    ['a lease shorter than the processor may take', ['PAYWRIGHT_LEASE_MS'], { PAYWRIGHT_LEASE_MS: '9000' }],
    [
      'a lease as long as the processor may take',
      ['PAYWRIGHT_LEASE_MS'],
      { PAYWRIGHT_LEASE_MS: '5000', PAYWRIGHT_PROCESSOR_TIMEOUT_MS: '5000' },
    ],
    [
      'answers kept for less than a day',
      ['PAYWRIGHT_KEY_RETENTION_HOURS'],
      { PAYWRIGHT_KEY_RETENTION_HOURS: '23' },
    ],
    [
      'proxies that are no addresses',
      ['PAYWRIGHT_TRUSTED_PROXIES', 'PAYWRIGHT_TRUSTED_PROXIES'],
      { PAYWRIGHT_TRUSTED_PROXIES: '10.0.0.0/8,balancer.example,0.0.0.0/0' },
    ],
    ['every origin', ['PAYWRIGHT_CORS_ORIGINS'], { PAYWRIGHT_CORS_ORIGINS: '*' }],
    ['an origin with a path', ['PAYWRIGHT_CORS_ORIGINS'], { PAYWRIGHT_CORS_ORIGINS: 'https://a.example/x' }],
    ['memory in production', ['STORAGE'], production({ STORAGE: 'memory' })],
    [
      'memory of one service in production',
      ['APPROVALS_STORAGE'],
      production({ APPROVALS_STORAGE: 'memory' }),
    ],
    ['an embedded database in production', ['DATABASE_URL'], production({ DATABASE_URL: undefined })],
    ['HS256 in production', ['JWT_SECRET'], production({ JWT_JWKS_URL: undefined, JWT_SECRET })],
    [
      'a short HS256 secret in production, allowed or not',
      ['JWT_SECRET'],
      production({ ...jwks(undefined), JWT_SECRET: 'short', JWT_ALLOW_HS256: '1' }),
    ],
    ['no issuer in production', ['JWT_ISSUER'], production({ JWT_ISSUER: undefined })],
    [
      'no audience in production, with HS256 allowed',
      ['JWT_AUDIENCE'],
      production({ JWT_JWKS_URL: undefined, JWT_SECRET, JWT_ALLOW_HS256: '1', JWT_AUDIENCE: '' }),
    ],
    ['no way to check tokens in production', ['JWT_JWKS_URL'], production({ JWT_JWKS_URL: undefined })],
    [
      'a JWKS in the clear in production',
      ['JWT_JWKS_URL'],
      production({ JWT_JWKS_URL: 'http://id.example/x' }),
    ],
    [
      'a JWKS in the clear in production, however it is spelt',
      ['JWT_JWKS_URL'],
      production({ JWT_JWKS_URL: ' HTTP:id.example/x' }),
    ],
    ['a local key file in production', ['PAYWRIGHT_SECRET'], production({ PAYWRIGHT_SECRET: undefined })],
    [
      'a local key file for customers in production',
      ['PAYWRIGHT_CUSTOMER_KEYS'],
      production({ PAYWRIGHT_CUSTOMER_KEYS: undefined }),
    ],
    ['a key that is too short', ['PAYWRIGHT_CUSTOMER_KEYS'], { PAYWRIGHT_CUSTOMER_KEYS: 'k1:short' }],
    ['a key without an id', ['PAYWRIGHT_CUSTOMER_KEYS'], { PAYWRIGHT_CUSTOMER_KEYS: 'A'.repeat(43) }],
    [
      'two keys with one id',
      ['PAYWRIGHT_CUSTOMER_KEYS'],
      { PAYWRIGHT_CUSTOMER_KEYS: `k1:${'A'.repeat(43)},k1:${'B'.repeat(43)}` },
    ],
    [
      'a secret of one letter in production',
      ['PAYWRIGHT_SECRET'],
      production({ PAYWRIGHT_SECRET: 's'.repeat(64) }),
    ],
    [
      'a secret of one word again and again in production',
      ['PAYWRIGHT_SECRET'],
      production({ PAYWRIGHT_SECRET: 'p4y-wr1ght!'.repeat(6) }),
    ],
    [
      'one secret for two purposes in production',
      ['JWT_SECRET'],
      production({ JWT_JWKS_URL: undefined, JWT_ALLOW_HS256: '1', JWT_SECRET: SECRET }),
    ],
    [
      'a customers’ key that can be guessed in production',
      ['PAYWRIGHT_CUSTOMER_KEYS'],
      production({ PAYWRIGHT_CUSTOMER_KEYS: `k1:${'A'.repeat(43)}` }),
    ],
    ...['0.0.0.0', '::', '192.168.1.4', 'shop.example', '127.0.0.1.example'].map(
      (host) => [`development at ${host}, which other machines reach`, ['HOST'], { HOST: host }] as const,
    ),
    ['a short secret in production', ['PAYWRIGHT_SECRET'], production({ PAYWRIGHT_SECRET: 'short' })],
    ['no place of files in production', ['EXPORT_BUCKET'], production({ PAYWRIGHT_OBJECTS: undefined })],
    [
      'a bucket without a region in production',
      ['AWS_REGION'],
      production({ ...BUCKET, PAYWRIGHT_OBJECTS: '' }),
    ],
    ['KMS without a key that indexes', ['KMS_INDEX_KEY_ID'], { KMS_KEY_ID: KMS.KMS_KEY_ID }],
    ['KMS without a key that wraps', ['KMS_KEY_ID'], { KMS_INDEX_KEY_ID: KMS.KMS_KEY_ID }],
    ['an alias of a key', ['KMS_KEY_ID'], { ...KMS, KMS_KEY_ID: 'alias/paywright' }],
    ['no key that indexes in a list', ['KMS_INDEX_KEY_ID'], { ...KMS, KMS_INDEX_KEY_ID: `${KMS_KEY},` }],
    [
      'a key of another region',
      ['KMS_KEY_ID'],
      {
        ...KMS,
        KMS_KEY_ID: `arn:aws:kms:us-east-1:111122223333:key/${KMS.KMS_KEY_ID}`,
        AWS_REGION: 'eu-central-1',
      },
    ],
    ['KMS without a region in production', ['AWS_REGION'], production(KMS)],
    ['two places of files', ['PAYWRIGHT_OBJECTS'], { ...BUCKET, PAYWRIGHT_OBJECTS: 'folder' }],
    ['a bucket of another name than S3 has', ['EXPORT_BUCKET'], { EXPORT_BUCKET: 'Files_of/us' }],
    ['no queue in production', ['APPROVAL_QUEUE_URL'], production({ PAYWRIGHT_APPROVAL_QUEUE: undefined })],
    ['no bus in production', ['EVENT_BUS_NAME'], production({ PAYWRIGHT_EVENT_BUS: undefined })],
    ['a queue that is no URL', ['APPROVAL_QUEUE_URL'], { APPROVAL_QUEUE_URL: 'approvals' }],
    [
      'a FIFO queue',
      ['APPROVAL_QUEUE_URL'],
      { APPROVAL_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/approvals.fifo' },
    ],
    [
      'a queue of another region',
      ['APPROVAL_QUEUE_URL'],
      {
        AWS_REGION: 'eu-central-1',
        APPROVAL_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/approvals',
      },
    ],
    [
      'a queue beside its stand-in',
      ['PAYWRIGHT_APPROVAL_QUEUE'],
      { APPROVAL_QUEUE_URL: 'http://127.0.0.1:4567/0/approvals', PAYWRIGHT_APPROVAL_QUEUE: 'storage' },
    ],
    [
      'a bus beside its stand-in',
      ['PAYWRIGHT_EVENT_BUS'],
      { EVENT_BUS_NAME: 'approvals', PAYWRIGHT_EVENT_BUS: 'storage' },
    ],
    ['a bus whose name is none', ['EVENT_BUS_NAME'], { EVENT_BUS_NAME: 'our bus' }],
    [
      'a queue in the clear in production',
      ['APPROVAL_QUEUE_URL'],
      production({
        AWS_REGION: 'eu-central-1',
        PAYWRIGHT_APPROVAL_QUEUE: undefined,
        APPROVAL_QUEUE_URL: 'http://sqs.eu-central-1.amazonaws.com/000000000000/approvals',
      }),
    ],
    [
      'a bus without a region in production',
      ['AWS_REGION'],
      production({ PAYWRIGHT_EVENT_BUS: undefined, EVENT_BUS_NAME: 'approvals' }),
    ],
    ['no processor in production', ['PAYWRIGHT_PROCESSOR'], production({ PAYWRIGHT_PROCESSOR: undefined })],
    ['no region in production', ['AWS_REGION'], production({ STORAGE: 'dynamodb' })],
    [
      'a DynamoDB of one’s own in production',
      ['DYNAMODB_ENDPOINT'],
      production({ STORAGE: 'dynamodb', AWS_REGION: 'eu-central-1', DYNAMODB_ENDPOINT: 'https://x.example' }),
    ],
    [
      'an AWS endpoint override in production',
      ['AWS_ENDPOINT_URL_DYNAMODB'],
      production({ AWS_ENDPOINT_URL_DYNAMODB: 'https://x.example' }),
    ],
    [
      'TLS verification turned off in production',
      ['NODE_TLS_REJECT_UNAUTHORIZED'],
      production({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
    ],
    ...['', '?sslmode=require', '?sslmode=no-verify', '?sslmode=verify-full&sslmode=disable'].map(
      (query) =>
        [
          `a database that is not verified in production (${query})`,
          ['DATABASE_URL'],
          production({ DATABASE_URL: `postgres://app:pw@db.example/x${query}` }),
        ] as const,
    ),
    [
      'TLS undone by another parameter in production',
      ['DATABASE_URL'],
      production({ DATABASE_URL: 'postgres://app:pw@db.example/x?sslmode=verify-full&ssl=0' }),
    ],
  ];

  it.each(REFUSED)('refuses %s', (_, names, env) => {
    expect(namesOf(env)).toEqual(names);
  });

  it('lists every fault at once, those of the whole included', () => {
    const names = namesOf({
      STAGE: 'production',
      STORAGE: 'memory',
      PORT: 'x',
      PAYWRIGHT_TYPO: '1',
      PAYWRIGHT_LEASE_MS: '1',
    });
    expect(new Set(names)).toEqual(
      new Set([
        'PORT',
        'PAYWRIGHT_TYPO',
        'PAYWRIGHT_LEASE_MS',
        'STORAGE',
        'PAYWRIGHT_PROCESSOR',
        'EXPORT_BUCKET',
        'APPROVAL_QUEUE_URL',
        'EVENT_BUS_NAME',
        'PAYWRIGHT_SECRET',
        'PAYWRIGHT_CUSTOMER_KEYS',
        'JWT_JWKS_URL',
        'JWT_ISSUER',
        'JWT_AUDIENCE',
      ]),
    );
    expect(names).toHaveLength(new Set(names).size);
  });

  it('never repeats a value, and takes one line for each fault', () => {
    const secret = 'hunter2\nhunter3';
    const faults = faultsOf({
      JWT_SECRET: secret,
      PAYWRIGHT_SECRET: secret,
      DATABASE_URL: secret,
      'PAYWRIGHT_\nA': 'x',
    });
    expect(faults).toHaveLength(4);
    for (const line of faults.map(faultLine)) {
      expect(line).not.toContain('hunter');
      expect(line.split('\n')).toHaveLength(2);
    }
  });

  it('makes no key while anything is wrong', () => {
    const asked: string[] = [];
    readConfig({ PORT: 'x' }, (_, name) => {
      asked.push(name);
      return SECRET;
    });
    expect(asked).toEqual([]);
  });

  it('says when keys cannot be kept', () => {
    const faults = readConfig({ PAYWRIGHT_DATA_DIR: '/dev/null/x' }, localSecret)._unsafeUnwrapErr();
    expect(faults).toEqual([{ name: 'PAYWRIGHT_DATA_DIR', says: 'cannot keep keys there (ENOTDIR)' }]);
  });
});

function jwks(url: string | undefined = 'https://id.example/jwks'): Environment {
  return { JWT_JWKS_URL: url, JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'paywright' };
}
