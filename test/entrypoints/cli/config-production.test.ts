import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../src/entrypoints/cli/read-variables.ts';
import {
  BUCKET,
  configOf,
  JWT_SECRET,
  jwks,
  KMS,
  namesOf,
  onStripe,
  production,
  read,
  SECRET,
} from '../../support/configuration.ts';

describe('configuration of a production', () => {
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
    ...['https://stripe.example', 'http://api.stripe.com', 'https://notstripe.com'].map(
      (base) =>
        [
          `keys of Stripe that go elsewhere in production (${base})`,
          ['STRIPE_API_BASE'],
          production({ ...onStripe, STRIPE_API_BASE: base }),
        ] as const,
    ),
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
    ['a short secret in production', ['PAYWRIGHT_SECRET'], production({ PAYWRIGHT_SECRET: 'short' })],
    ['no place of files in production', ['EXPORT_BUCKET'], production({ PAYWRIGHT_OBJECTS: undefined })],
    [
      'a bucket without a region in production',
      ['AWS_REGION'],
      production({ ...BUCKET, PAYWRIGHT_OBJECTS: '' }),
    ],
    ['KMS without a region in production', ['AWS_REGION'], production(KMS)],
    ['no queue in production', ['APPROVAL_QUEUE_URL'], production({ PAYWRIGHT_APPROVAL_QUEUE: undefined })],
    ['no bus in production', ['EVENT_BUS_NAME'], production({ PAYWRIGHT_EVENT_BUS: undefined })],
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
});
