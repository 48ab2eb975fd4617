import {
  CreateKeyCommand,
  type KeySpec,
  type KeyUsageType,
  RotateKeyOnDemandCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kmsClient } from '../../src/adapters/aws/kms-client.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { EMULATOR_CREDENTIALS, emulatorUrl, hasEmulator } from '../support/aws-emulators.ts';
import { type AwsProxy, awsProxy } from '../support/aws-proxy.ts';
import { sign } from '../support/bearer-tokens.ts';
import { dataDirectory, runCli } from '../support/cli-process.ts';
import { freshTable } from '../support/dynamodb-tables.ts';
import { aPaymentBody, goodClaims, SECRET } from '../support/http-app.ts';
import { someDeployment } from '../support/lambda/functions.ts';
import { aSecret, emulatedSecrets } from '../support/rotated-secret.ts';

const NEW = 'u7Fk2Lq9XzR4mTb8WcYe1NdHg5JpVa3S';
const SIGNING = 'mR8vQ2xK0nZ5wTf1LbYc7GdHj4SpAe9U';
const RING = 'k1:Zq3T8mW5xK1vB7nR2yL9cF4hJ6dG0sPaEuXiOwYtUbM';

type Settings = Readonly<Record<string, string>>;
type Deployed = ReturnType<typeof someDeployment>;

/**
 * The platform's functions as bundles: their signing secret, their customers' ring and the secret of tokens are in Secrets Manager,
 * and the customers' keys move to KMS, on an emulator that throttles and loses replies.
 */
describe.runIf(hasEmulator('moto'))('secrets and keys on AWS', () => {
  const deployments: Deployed[] = [];
  /** Of the simulated processor's books: one processor for all. */
  const data = dataDirectory();
  let engine: Awaited<ReturnType<typeof startDynamoDbEngine>>;
  let proxy: AwsProxy;
  let client: ReturnType<typeof emulatedSecrets>;
  let common: Settings;
  beforeAll(async () => {
    engine = await startDynamoDbEngine({});
    const table = await freshTable(engine.url);
    await addMerchants(dynamodbStorage(table), [aMerchant('merchant-1')]);
    proxy = await awsProxy(await emulatorUrl('moto'));
    client = emulatedSecrets(proxy.url);
    common = {
      PAYWRIGHT_DATA_DIR: data.path,
      DYNAMODB_ENDPOINT: engine.url,
      DYNAMODB_TABLE: table.table,
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL_KMS: proxy.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: proxy.url,
      AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
    };
  });
  afterAll(async () => {
    await Promise.all(deployments.map((each) => each.close()));
    client.destroy();
    await proxy.close();
    await engine.stop();
    data.remove();
  });

  /** Functions whose settings are these, and whose plain secrets are none. */
  function deployed(settings: Settings) {
    const none = { JWT_SECRET: '', PAYWRIGHT_SECRET: '', PAYWRIGHT_CUSTOMER_KEYS: '' };
    const functions = someDeployment('dynamodb', () => ({ ...none, ...common, ...settings }));
    deployments.push(functions);
    return async (secret: string, path: string, body?: object, key?: string) => {
      const token = await sign(
        goodClaims({ permissions: ['payments', 'customers', 'refunds'] }),
        {},
        Buffer.from(secret),
      );
      return functions.asked(body === undefined ? 'query' : 'process', path, {
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body }),
        ...(key === undefined ? {} : { key }),
      });
    };
  }

  async function kmsKey(KeySpec: KeySpec, KeyUsage: KeyUsageType) {
    const kms = kmsClient({ region: 'eu-central-1', endpoint: proxy.url });
    kms.config.credentials = () => Promise.resolve(EMULATOR_CREDENTIALS);
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ KeySpec, KeyUsage }));
    const KeyId = KeyMetadata?.Arn ?? '';
    return { arn: KeyId, rotate: () => kms.send(new RotateKeyOnDemandCommand({ KeyId })) };
  }

  it('that cannot be had fail the invocation by the name of their setting, and the next one has them', async () => {
    const [tokens, signing, ring] = await Promise.all(
      [SECRET, SIGNING, RING].map((text) => aSecret(client, text)),
    );
    const ask = deployed({
      JWT_SECRET_ARN: tokens?.arn ?? '',
      PAYWRIGHT_SECRET_ARN: signing?.arn ?? '',
      PAYWRIGHT_CUSTOMER_KEYS_ARN: ring?.arn ?? '',
    });
    proxy.trouble(/GetSecretValue/, ...Array(9).fill('throttled'));
    const fault = await ask(SECRET, '/payments').catch((each: unknown) => String(each));
    for (const name of ['JWT_SECRET_ARN', 'PAYWRIGHT_SECRET_ARN', 'PAYWRIGHT_CUSTOMER_KEYS_ARN'])
      expect(fault).toContain(`${name}: names a secret for which Secrets Manager is asked too often`);
    expect((await ask(SECRET, '/payments')).status).toBe(200);
  });

  it('change in the middle of payments, of customers from before and after, and nothing is refused or lost', async () => {
    const [tokens, signing, ring] = await Promise.all(
      [SECRET, SIGNING, RING].map((text) => aSecret(client, text)),
    );
    const named = { JWT_SECRET_ARN: tokens?.arn ?? '', PAYWRIGHT_SECRET_ARN: signing?.arn ?? '' };
    const met = proxy.met();
    proxy.trouble(/GetSecretValue/, 'throttled', 'reply lost');
    const byRing = deployed({ ...named, PAYWRIGHT_CUSTOMER_KEYS_ARN: ring?.arn ?? '' });
    const method = (token: string) => ({ type: 'card', token, last4: '4242', is_default: true });

    const ada = await byRing(SECRET, '/customers', { email: 'ada@example.com', name: 'Ada' }, 'ada');
    expect(ada.status).toBe(201);
    const adaId = String(ada.body['id']);
    const methodOfAda = await byRing(SECRET, `/customers/${adaId}/payment_methods`, method('tok_visa'), 'm1');
    expect(methodOfAda.status).toBe(201);
    const first = {
      ...aPaymentBody({ capture_method: 'manual' }),
      customer_id: adaId,
      payment_method: methodOf(methodOfAda),
    };
    const held = await byRing(SECRET, '/payments', first, 'first');
    expect(held.status).toBe(201);

    // The secret of tokens rotates: instances that are warm take both, and the new one at once.
    await tokens?.rotate(NEW);
    for (const [n, secret] of [NEW, SECRET, NEW, SECRET].entries())
      expect((await byRing(secret, '/payments', aPaymentBody(), `warm-${n}`)).status).toBe(201);

    // Customers' keys move to KMS, beside the ring of before; KMS rotates its own.
    const [wrapping, index] = await Promise.all([
      kmsKey('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT'),
      kmsKey('HMAC_256', 'GENERATE_VERIFY_MAC'),
    ]);
    const kms = { KMS_KEY_ID: wrapping.arn, KMS_INDEX_KEY_ID: index.arn };
    const byBoth = deployed({ ...named, ...kms, PAYWRIGHT_CUSTOMER_KEYS_ARN: ring?.arn ?? '' });
    const grace = await byBoth(NEW, '/customers', { email: 'grace@example.com', name: 'Grace' }, 'grace');
    expect(grace.status).toBe(201);
    await wrapping.rotate();
    const again = await byBoth(SECRET, '/customers', { email: 'ADA@example.com', name: 'Ada' }, 'ada-2');
    expect(again.status).toBe(409);
    const paymentId = String(held.body['id']);
    expect((await byBoth(SECRET, `/payments/${paymentId}/capture`, {}, 'capture')).status).toBe(201);

    // Everything comes under KMS, and the ring goes.
    const rotated = await runCli(['keys', 'rotate', '--settle', '1s'], {
      ...common,
      ...named,
      ...kms,
      STORAGE: 'dynamodb',
      PAYWRIGHT_CUSTOMER_KEYS_ARN: ring?.arn ?? '',
    });
    expect(rotated.stderr).toBe('');
    expect(rotated.stdout).toContain('take k1 out of the secret of PAYWRIGHT_CUSTOMER_KEYS_ARN everywhere');
    const byKms = deployed({ ...named, ...kms });
    for (const [email, name, secret] of [
      ['ada@example.com', 'Ada', SECRET],
      ['grace@example.com', 'Grace', NEW],
    ] as const) {
      const found = await byKms(secret, `/customers?email=${email}`);
      expect(found.body['items']).toMatchObject([{ email, name }]);
    }
    const last = await byKms(NEW, '/payments', { ...first, capture_method: 'automatic' }, 'last');
    expect(last.body).toMatchObject({ status: 'succeeded', customer_id: adaId });
    expect((await byKms(SECRET, '/payments', first, 'first')).body).toEqual(held.body);
    const refund = await byKms(NEW, `/payments/${paymentId}/refunds`, { amount: 100 }, 'refund');
    expect(refund.status).toBe(201);

    // The old secret loses its label: an instance that starts after that does not know it.
    await tokens?.forgetFirst();
    const afterwards = deployed({ ...named, ...kms });
    expect((await afterwards(SECRET, `/payments/${paymentId}`)).status).toBe(401);
    const done = await afterwards(NEW, `/payments/${paymentId}`);
    expect(done.body).toMatchObject({ status: 'succeeded', captured_amount: 1_250, refunded_amount: 100 });
    expect(proxy.met() - met).toBe(2);
  });
});

const methodOf = ({ body }: Readonly<{ body: Readonly<Record<string, unknown>> }>): string =>
  (body['payment_methods'] as readonly Readonly<{ id: string }>[] | undefined)?.[0]?.id ?? String(body['id']);
