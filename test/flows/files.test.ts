import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { EMULATOR_CREDENTIALS, hasEmulator } from '../support/aws-emulators.ts';
import { type AwsProxy, awsProxy } from '../support/aws-proxy.ts';
import { freshTable } from '../support/dynamodb-tables.ts';
import { httpEvent } from '../support/gateway.ts';
import { aPaymentBody } from '../support/http-app.ts';
import { aCall, someFunctions } from '../support/lambda/functions.ts';
import type { Instance } from '../support/lambda/runtime-api.ts';
import { freshBucket } from '../support/s3-buckets.ts';

type Fields = Readonly<Record<string, unknown>>;
type Payment = Readonly<{ id: string; transactions: readonly Readonly<{ id: string; status: string }>[] }>;

const SCHEDULED = {
  version: '0',
  id: '1',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  detail: {},
};

/** The platform's functions as bundles, on an engine of DynamoDB and an emulator of S3 that loses and throttles. */
describe.runIf(hasEmulator('versitygw'))('files on AWS', () => {
  const functions = someFunctions();
  let engine: Awaited<ReturnType<typeof startDynamoDbEngine>>;
  let table: Awaited<ReturnType<typeof freshTable>>;
  let files: Awaited<ReturnType<typeof freshBucket>>;
  let proxy: AwsProxy;
  const instances = new Map<string, Promise<Instance>>();

  beforeAll(async () => {
    engine = await startDynamoDbEngine({});
    table = await freshTable(engine.url);
    await addMerchants(dynamodbStorage(table), [aMerchant('merchant-1')]);
    files = await freshBucket('versitygw');
    proxy = await awsProxy(files.endpoint);
  });
  afterAll(async () => {
    await functions.close();
    await proxy.close();
    await engine.stop();
  });

  const instance = (name: string): Promise<Instance> => {
    const started =
      instances.get(name) ??
      functions.start(name, 'dynamodb', {
        DYNAMODB_ENDPOINT: engine.url,
        DYNAMODB_TABLE: table.table,
        AWS_REGION: 'eu-central-1',
        AWS_ENDPOINT_URL_S3: proxy.url,
        AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
        EXPORT_BUCKET: files.bucket,
      });
    instances.set(name, started);
    return started;
  };

  async function invoked<Result>(name: string, event: unknown): Promise<Result> {
    const outcome = await (await instance(name)).invoke(event);
    if (outcome.kind !== 'result') throw new Error(`${name}: ${JSON.stringify(outcome)}`);
    return outcome.payload as Result;
  }

  async function asked(path: string, sent: Parameters<typeof aCall>[1] = {}) {
    const name = sent.body === undefined ? 'query' : 'process';
    const claims = { permissions: ['payments', 'settlements', 'exports'] };
    const event = await httpEvent(await aCall(path, { claims, ...sent }));
    const { statusCode, body } = await invoked<{ statusCode: number; body: string }>(name, event);
    return { status: statusCode, body: JSON.parse(body) as Fields };
  }

  async function paid(key: string): Promise<Payment> {
    const { body } = await asked('/payments', { body: aPaymentBody(), key });
    return (await asked(`/payments/${String(body['id'])}`)).body as unknown as Payment;
  }

  /** What a link gives to one who has no token. */
  async function fetched(link: unknown): Promise<string> {
    const response = await fetch(String(link));
    expect(response.status).toBe(200);
    return response.text();
  }

  it('reconciles a file that is put into the bucket, though S3 throttles and loses replies, with its report beside it', async () => {
    const payments = [await paid('first'), await paid('second')];
    const rows = payments.map(
      ({ id, transactions: [taken] }) => `${id},${taken?.id},settled,30,2026-03-01,2026-03-02`,
    );
    const unknown = 'pay_00000000000000000000000000000001,txn_00000000000000000000000000000001';
    const header = 'payment_id,transaction_id,status,fee,processed_date,settlement_date';
    const text = [header, ...rows, `${unknown},settled,30,2026-03-01,2026-03-02`, ''].join('\n');
    const key = 'reconciliation/merchant-1/march.csv';
    await files.client.send(
      new PutObjectCommand({ Bucket: files.bucket, Key: key, Body: text, ContentType: 'text/csv' }),
    );
    proxy.trouble(/^GET \//, 'throttled', 'reply lost');
    proxy.trouble(/^PUT \//, 'reply lost', 'throttled', 'duplicated');
    const stored = { bucket: { name: files.bucket }, object: { key } };
    const event = { Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: stored }] };
    for (const _ of [1, 2])
      expect(await invoked('reconcile', event)).toMatchObject({ batchItemFailures: [] });
    const reconciled = async () => {
      await invoked('jobs', SCHEDULED);
      const { body } = await asked('/reconciliations');
      const [newest] = body['items'] as readonly Fields[];
      return (await asked(`/reconciliations/${String(newest?.['id'])}`)).body;
    };
    await expect
      .poll(async () => (await reconciled())['report_url'], { timeout: 30_000, interval: 100 })
      .toBeDefined();
    const done = await reconciled();
    expect(done).toMatchObject({
      status: 'completed',
      counts: { rows: 3, matched: 2, missing_here: 1, duplicate: 0 },
    });
    expect(proxy.met()).toBeGreaterThanOrEqual(4);
    expect(await fetched(done['report_csv_url'])).toContain('missing_here');
    const settled = await asked(`/payments/${payments[0]?.id}`);
    expect(settled.body['transactions']).toMatchObject([{ status: 'settled' }]);
  });

  it('exports to the bucket, though S3 throttles and loses replies, and gives a link that needs no token', async () => {
    const { id } = await paid('third');
    const ordered = await asked('/payments/export', { body: { format: 'csv' }, key: 'export' });
    expect(ordered.status).toBe(202);
    const met = proxy.met();
    proxy.trouble(/^PUT .*exports/, 'reply lost', 'throttled');
    const exported = async () => {
      await invoked('jobs', SCHEDULED);
      return (await asked(String(ordered.body['check_url']))).body;
    };
    await expect
      .poll(async () => (await exported())['status'], { timeout: 30_000, interval: 100 })
      .toBe('completed');
    expect(proxy.met()).toBe(met + 2);
    expect(await fetched((await exported())['result_url'])).toContain(id);
  });
});
