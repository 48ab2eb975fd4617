import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/entrypoints/cli/config.ts';
import { faultLine } from '../../../src/entrypoints/cli/faults.ts';
import { localSecret } from '../../../src/entrypoints/cli/local-secret.ts';
import type { Environment } from '../../../src/entrypoints/cli/read-variables.ts';
import {
  BUCKET,
  faultsOf,
  JWT_SECRET,
  jwks,
  KMS,
  KMS_KEY,
  namesOf,
  onStripe,
  SECRET,
} from '../../support/configuration.ts';

describe('configuration', () => {
  const REFUSED: readonly (readonly [promise: string, names: readonly string[], env: Environment])[] = [
    ['an unknown storage', ['STORAGE'], { STORAGE: 'mongodb' }],
    ['an unknown storage of one service', ['APPROVALS_STORAGE'], { APPROVALS_STORAGE: 'mysql' }],
    ['a database URL that is none', ['DATABASE_URL'], { DATABASE_URL: 'not a url' }],
    ['a database URL of another database', ['DATABASE_URL'], { DATABASE_URL: 'mysql://h/db' }],
    ['a mode of TLS that is none', ['DATABASE_URL'], { DATABASE_URL: 'postgres://h/db?sslmode=verify_full' }],
    [
      'a port of Aurora past the last',
      ['AURORA_ENDPOINT'],
      {
        AURORA_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:1:secret:x',
        AURORA_ENDPOINT: 'h:65536',
        DATABASE_NAME: 'db',
      },
    ],
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
    [
      'a secret of those accounts there, and of another region',
      ['STRIPE_VENDOR_ACCOUNTS_ARN', 'STRIPE_VENDOR_ACCOUNTS_ARN'],
      {
        ...onStripe,
        PAYWRIGHT_PAYOUTS: 'simulator',
        STRIPE_VENDOR_ACCOUNTS_ARN: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:vendors',
      },
    ],
    [
      'accounts of vendors in two places',
      ['STRIPE_VENDOR_ACCOUNTS_ARN'],
      {
        ...onStripe,
        PAYWRIGHT_PAYOUTS: 'stripe',
        STRIPE_VENDOR_ACCOUNTS: 'vendors.json',
        STRIPE_VENDOR_ACCOUNTS_ARN: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:vendors',
      },
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
    [
      'a client of the console without what it needs',
      ['PAYWRIGHT_CONSOLE_URL', 'JWT_JWKS_URL'],
      { PAYWRIGHT_CONSOLE_CLIENT_ID: 'console' },
    ],
    [
      'an address of the console, scopes and a resource without a client',
      ['PAYWRIGHT_CONSOLE_URL', 'PAYWRIGHT_CONSOLE_SCOPE', 'PAYWRIGHT_CONSOLE_RESOURCE'],
      {
        PAYWRIGHT_CONSOLE_URL: 'https://pay.example',
        PAYWRIGHT_CONSOLE_SCOPE: 'openid',
        PAYWRIGHT_CONSOLE_RESOURCE: 'https://api.example',
      },
    ],
    [
      'a console without TLS, and one below a path',
      ['PAYWRIGHT_CONSOLE_URL'],
      { PAYWRIGHT_CONSOLE_URL: 'http://pay.example', PAYWRIGHT_CONSOLE_CLIENT_ID: 'c', ...jwks() },
    ],
    [
      'an issuer that is no address, where people log in with it',
      ['JWT_ISSUER'],
      {
        PAYWRIGHT_CONSOLE_URL: 'https://pay.example',
        PAYWRIGHT_CONSOLE_CLIENT_ID: 'c',
        ...jwks(),
        JWT_ISSUER: 'corp',
      },
    ],
    ['every origin', ['PAYWRIGHT_CORS_ORIGINS'], { PAYWRIGHT_CORS_ORIGINS: '*' }],
    ['an origin with a path', ['PAYWRIGHT_CORS_ORIGINS'], { PAYWRIGHT_CORS_ORIGINS: 'https://a.example/x' }],
    ['a key that is too short', ['PAYWRIGHT_CUSTOMER_KEYS'], { PAYWRIGHT_CUSTOMER_KEYS: 'k1:short' }],
    ['a key without an id', ['PAYWRIGHT_CUSTOMER_KEYS'], { PAYWRIGHT_CUSTOMER_KEYS: 'A'.repeat(43) }],
    [
      'two keys with one id',
      ['PAYWRIGHT_CUSTOMER_KEYS'],
      { PAYWRIGHT_CUSTOMER_KEYS: `k1:${'A'.repeat(43)},k1:${'B'.repeat(43)}` },
    ],
    ...['0.0.0.0', '::', '192.168.1.4', 'shop.example', '127.0.0.1.example'].map(
      (host) => [`development at ${host}, which other machines reach`, ['HOST'], { HOST: host }] as const,
    ),
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
    ['two places of files', ['PAYWRIGHT_OBJECTS'], { ...BUCKET, PAYWRIGHT_OBJECTS: 'folder' }],
    ['a bucket of another name than S3 has', ['EXPORT_BUCKET'], { EXPORT_BUCKET: 'Files_of/us' }],
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
