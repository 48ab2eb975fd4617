import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../src/entrypoints/cli/read-variables.ts';
import { configOf, JWT_SECRET, namesOf, production, read } from '../../support/configuration.ts';

describe('configuration of where things are', () => {
  it('places each service on a storage of its own', () => {
    const { platform, approvals } = configOf({
      PLATFORM_STORAGE: 'dynamodb',
      APPROVALS_STORAGE: 'postgres',
      STORAGE: 'memory',
    });
    expect([platform.storage.kind, approvals.storage.kind]).toEqual(['dynamodb', 'postgres']);
    expect([platform.simulatorFile, approvals.payoutsFile]).toEqual([
      '.paywright/simulator.sqlite',
      '.paywright/payouts.sqlite',
    ]);
    const mixed = configOf({ STORAGE: 'postgres', APPROVALS_STORAGE: 'memory' });
    expect(mixed.approvals).toMatchObject({ storage: { kind: 'memory' }, payoutsFile: ':memory:' });
    expect(mixed.platform.secret).toBe(mixed.approvals.secret);
  });

  it('keeps the keys of customers in a file unless they are given, the current one first', () => {
    expect(configOf({}).platform.keys).toEqual({ kind: 'file', file: '.paywright/keys.json' });
    const [a, b] = ['A'.repeat(43), 'B'.repeat(43)];
    expect(configOf({ PAYWRIGHT_CUSTOMER_KEYS: `new:${a}, old:${b}` }).platform.keys).toEqual({
      kind: 'given',
      ring: [
        { id: 'new', secret: a },
        { id: 'old', secret: b },
      ],
    });
  });

  it('lets a service have a storage of its own', () => {
    expect(configOf({ STORAGE: 'postgres', PLATFORM_STORAGE: 'dynamodb' }).platform.storage).toEqual({
      kind: 'dynamodb',
      table: 'paywright',
      region: 'us-east-1',
      at: { kind: 'embedded' },
    });
  });

  it('finds Aurora by its secret', () => {
    const env = {
      AURORA_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:db',
      AURORA_ENDPOINT: 'cluster.example:5433',
      DATABASE_NAME: 'paywright',
      AWS_REGION: 'eu-central-1',
    };
    expect(configOf(env).platform.storage).toEqual({
      kind: 'postgres',
      at: {
        kind: 'aurora',
        secretArn: env.AURORA_SECRET_ARN,
        host: 'cluster.example',
        port: 5433,
        database: 'paywright',
        region: 'eu-central-1',
      },
    });
    const { DATABASE_URL: _, ...withoutUrl } = production(env);
    expect(read(withoutUrl).isOk()).toBe(true);
  });

  it('keeps the simulator’s books in memory exactly when the payments are', () => {
    expect(configOf({ STORAGE: 'memory' }).platform.simulatorFile).toBe(':memory:');
    const objectsOf = (env: Environment) => configOf(env).platform.objects;
    expect(objectsOf({ STORAGE: 'memory' })).toEqual({ kind: 'folder', folder: ':memory:' });
    expect(objectsOf({ PAYWRIGHT_DATA_DIR: 'here' })).toEqual({ kind: 'folder', folder: 'here/objects' });
    expect(configOf({ PAYWRIGHT_DATA_DIR: 'here' }).platform.simulatorFile).toBe('here/simulator.sqlite');
  });

  it('pays vendors by what PAYWRIGHT_PAYOUTS says, or else where charges go', () => {
    const key = { STRIPE_SECRET_KEY: 'sk_test_ofthistest' };
    const payoutsOf = (env: Parameters<typeof configOf>[0]) => configOf(env).approvals.stripePayouts;
    const access = { secretKey: key.STRIPE_SECRET_KEY };
    expect(payoutsOf({})).toBeUndefined();
    expect(payoutsOf(key)).toBeUndefined();
    expect(
      payoutsOf({ ...key, PAYWRIGHT_PROCESSOR: 'stripe', PAYWRIGHT_PAYOUTS: 'simulator' }),
    ).toBeUndefined();
    expect(payoutsOf({ ...key, PAYWRIGHT_PROCESSOR: 'stripe' })).toEqual({ access });
    expect(
      payoutsOf({ ...key, PAYWRIGHT_PAYOUTS: 'stripe', STRIPE_VENDOR_ACCOUNTS: 'vendors.json' }),
    ).toEqual({
      access,
      accounts: { kind: 'file', file: 'vendors.json' },
    });
    const secretArn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:vendors';
    expect(payoutsOf({ ...key, PAYWRIGHT_PAYOUTS: 'stripe', STRIPE_VENDOR_ACCOUNTS_ARN: secretArn })).toEqual(
      { access, accounts: { kind: 'secret', secretArn, region: 'us-east-1' } },
    );
  });

  it('knows the processors that are set, and leaves the simulator out where Stripe is chosen', () => {
    const processorOf = (env: Environment) => configOf(env).platform.processor;
    expect(processorOf({})).toEqual({ kind: 'simulator' });
    const secretKey = 'rk_live_ofthistest';
    expect(processorOf({ STRIPE_SECRET_KEY: secretKey })).toEqual({
      kind: 'simulator',
      stripe: { secretKey },
    });
    const apiBase = 'http://127.0.0.1:12111';
    const chosen = { PAYWRIGHT_PROCESSOR: 'stripe', STRIPE_SECRET_KEY: secretKey };
    expect(processorOf({ ...chosen, STRIPE_API_BASE: apiBase })).toEqual({
      kind: 'stripe',
      stripe: { secretKey, apiBase },
    });
    const webhookSecrets = ['whsec_ofthistest', 'whsec_before/AAA='];
    expect(processorOf({ ...chosen, STRIPE_WEBHOOK_SECRET: webhookSecrets.join(', ') })).toEqual({
      kind: 'stripe',
      stripe: { secretKey, webhookSecrets },
    });
    expect(processorOf(production({ ...chosen, STRIPE_API_BASE: 'https://api.stripe.com' })).kind).toBe(
      'stripe',
    );
  });

  it('keeps files in a bucket where one is named, in every stage', () => {
    const env = { EXPORT_BUCKET: 'paywright-files', AWS_REGION: 'eu-central-1' };
    const place = { kind: 'bucket', bucket: 'paywright-files', region: 'eu-central-1' };
    expect(configOf(env).platform.objects).toEqual(place);
    expect(configOf(production({ ...env, PAYWRIGHT_OBJECTS: '' })).platform.objects).toEqual(place);
  });

  it('has KMS keep the keys where it is named, in every stage, beside those that were given before', () => {
    const [KMS_KEY_ID, one, two] = ['1', '2', '3'].map((n) => `${n.repeat(8)}-1111-4111-8111-111111111111`);
    const env = { KMS_KEY_ID, KMS_INDEX_KEY_ID: `${two}, ${one}`, AWS_REGION: 'eu-central-1' };
    const keys = { kind: 'kms', region: 'eu-central-1', keyId: KMS_KEY_ID, indexKeyIds: [two, one] };
    expect(configOf(env).platform.keys).toEqual(keys);
    expect(configOf(production({ ...env, PAYWRIGHT_CUSTOMER_KEYS: '' })).platform.keys).toEqual(keys);
    expect(configOf(production(env)).platform.keys).toMatchObject({ ...keys, former: [{ id: 'k1' }] });
  });

  it('opens /metrics to a development machine alone', () => {
    const accessIn = (env: Environment) => configOf(env).metrics;
    expect(accessIn({})).toEqual({ access: { kind: 'open' } });
    expect(accessIn({ HOST: '0.0.0.0', PAYWRIGHT_EXPOSE_DEVELOPMENT: '1' })).toEqual({
      access: { kind: 'elsewhere' },
    });
    expect(accessIn(production())).toEqual({ access: { kind: 'elsewhere' } });
    expect(accessIn(production({ PAYWRIGHT_METRICS_TOKEN: JWT_SECRET }))).toEqual({
      access: { kind: 'token', token: JWT_SECRET },
    });
    expect(accessIn(production({ PAYWRIGHT_METRICS_PORT: '9464' }))).toEqual({
      access: { kind: 'elsewhere' },
      port: 9464,
    });
    expect(namesOf({ PAYWRIGHT_METRICS_PORT: '9464', PAYWRIGHT_METRICS_TOKEN: JWT_SECRET })).toEqual([
      'PAYWRIGHT_METRICS_TOKEN',
    ]);
  });
});
