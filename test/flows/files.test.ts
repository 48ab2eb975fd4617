import { isDeepStrictEqual } from 'node:util';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { aMerchantId, anOpening, NOON } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { EMULATOR_CREDENTIALS, hasEmulator } from '../support/aws-emulators.ts';
import { type AwsProxy, awsProxy } from '../support/aws-proxy.ts';
import { freshTable } from '../support/dynamodb-tables.ts';
import { aPaymentBody } from '../support/http-app.ts';
import { SCHEDULED, someDeployment } from '../support/lambda/functions.ts';
import { freshBucket } from '../support/s3-buckets.ts';

type Fields = Readonly<Record<string, unknown>>;
type Payment = Readonly<{ id: string; transactions: readonly Readonly<{ id: string; status: string }>[] }>;

const MERCHANT = aMerchantId('merchant-1');
const HEADER = 'payment_id,transaction_id,status,fee,processed_date,settlement_date';

/** What S3 says of an object that was put into a bucket. */
const putEvent = (bucket: string, key: string) => ({
  Records: [
    {
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: bucket }, object: { key } },
    },
  ],
});

/** The same as a queue that was subscribed to the bucket hands them over. */
const queuedEvents = (bucket: string, keys: readonly string[]) => ({
  Records: keys.map((key, at) => ({
    messageId: `${at}`,
    eventSource: 'aws:sqs',
    body: JSON.stringify(putEvent(bucket, key)),
  })),
});

/** The platform's functions as bundles, on an engine of DynamoDB and an emulator of S3 that loses and throttles. */
describe.runIf(hasEmulator('versitygw'))('files on AWS', () => {
  let engine: Awaited<ReturnType<typeof startDynamoDbEngine>>;
  let table: Awaited<ReturnType<typeof freshTable>>;
  let files: Awaited<ReturnType<typeof freshBucket>>;
  let proxy: AwsProxy;
  const deployed = someDeployment('dynamodb', () => ({
    DYNAMODB_ENDPOINT: engine.url,
    DYNAMODB_TABLE: table.table,
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_S3: proxy.url,
    AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
    EXPORT_BUCKET: files.bucket,
  }));

  beforeAll(async () => {
    engine = await startDynamoDbEngine({});
    table = await freshTable(engine.url);
    await addMerchants(dynamodbStorage(table), [aMerchant('merchant-1')]);
    files = await freshBucket('versitygw');
    proxy = await awsProxy(files.endpoint);
  });
  afterAll(async () => {
    await deployed.close();
    await proxy.close();
    await engine.stop();
  });

  const byMerchant = (path: string, sent: Parameters<typeof deployed.asked>[2] = {}) =>
    deployed.asked(sent.body === undefined ? 'query' : 'process', path, {
      claims: { permissions: ['payments', 'settlements', 'exports'] },
      ...sent,
    });

  async function paid(key: string): Promise<Payment> {
    const { body } = await byMerchant('/payments', { body: aPaymentBody(), key });
    return (await byMerchant(`/payments/${String(body['id'])}`)).body as unknown as Payment;
  }

  /** What a link gives to one who has no token. */
  async function fetched(link: unknown): Promise<string> {
    const response = await fetch(String(link));
    expect(response.status).toBe(200);
    return response.text();
  }

  it('takes up no file when the event is of another bucket, and fails so that it is reported', async () => {
    const key = 'reconciliation/merchant-1/foreign.csv';
    await files.client.send(new PutObjectCommand({ Bucket: files.bucket, Key: key, Body: `${HEADER}\n` }));
    const event = putEvent('another-bucket', key);
    await expect(deployed.invoked('reconcile', event)).rejects.toThrow('of another bucket');
    const queued = { messageId: 'foreign', eventSource: 'aws:sqs', body: JSON.stringify(event) };
    expect(await deployed.invoked('reconcile', { Records: [queued] })).toEqual({
      batchItemFailures: [{ itemIdentifier: 'foreign' }],
    });
    expect((await byMerchant('/reconciliations')).body['items']).toEqual([]);
  });

  it('reconciles a file that is put into the bucket, though S3 throttles and loses replies, with its report beside it', async () => {
    const payments = [await paid('first'), await paid('second')];
    const rows = payments.map(
      ({ id, transactions: [taken] }) => `${id},${taken?.id},settled,30,2026-03-01,2026-03-02`,
    );
    const unknown = 'pay_00000000000000000000000000000001,txn_00000000000000000000000000000001';
    const text = [HEADER, ...rows, `${unknown},settled,30,2026-03-01,2026-03-02`, ''].join('\n');
    const key = 'reconciliation/merchant-1/march.csv';
    await files.client.send(
      new PutObjectCommand({ Bucket: files.bucket, Key: key, Body: text, ContentType: 'text/csv' }),
    );
    proxy.trouble(/^GET \//, 'throttled', 'reply lost');
    proxy.trouble(/^PUT \//, 'reply lost', 'throttled', 'duplicated');
    for (const _ of [1, 2])
      expect(await deployed.invoked('reconcile', putEvent(files.bucket, key))).toMatchObject({
        batchItemFailures: [],
      });
    const reconciled = async () => {
      await deployed.invoked('jobs', SCHEDULED);
      const { body } = await byMerchant('/reconciliations');
      const [newest] = body['items'] as readonly Fields[];
      return (await byMerchant(`/reconciliations/${String(newest?.['id'])}`)).body;
    };
    await expect.poll(async () => (await reconciled())['report_url'], { interval: 100 }).toBeDefined();
    const done = await reconciled();
    expect(done).toMatchObject({
      status: 'completed',
      counts: { rows: 3, matched: 2, missing_here: 1, duplicate: 0 },
    });
    expect(proxy.met()).toBeGreaterThanOrEqual(4);
    expect(await fetched(done['report_csv_url'])).toContain('missing_here');
    const settled = await byMerchant(`/payments/${payments[0]?.id}`);
    expect(settled.body['transactions']).toMatchObject([{ status: 'settled' }]);
  });

  it('ends the same whichever order the events of two files come in, doubled and in one batch or alone', async () => {
    const inOrder = await settledBy('in-order', (first, second) => [[first], [second]]);
    const troubled = await settledBy('troubled', (first, second) => [
      [second, first, second],
      [second],
      [first, first],
    ]);
    expect(troubled).toEqual(inOrder);
    expect(inOrder).toMatchObject({ files: [{ counts: { matched: 1 } }, { counts: { matched: 1 } }] });
    expect(inOrder.transactions).toMatchObject([[{ status: 'settled' }], [{ status: 'settled' }]]);
  });

  /** What becomes of two files, each of one payment, whose events `reconcile` gets in these batches. */
  async function settledBy(
    name: string,
    batches: (first: string, second: string) => readonly (readonly string[])[],
  ) {
    const payments = [await paid(`${name}-1`), await paid(`${name}-2`)];
    const keys: string[] = [];
    for (const { id, transactions } of payments) {
      const Key = `reconciliation/merchant-1/${name}-${keys.length}.csv`;
      const Body = `${HEADER}\n${id},${transactions[0]?.id},settled,30,2026-03-01,2026-03-02\n`;
      await files.client.send(new PutObjectCommand({ Bucket: files.bucket, Key, Body }));
      keys.push(Key);
    }
    for (const batch of batches(keys[0] ?? '', keys[1] ?? ''))
      expect(await deployed.invoked('reconcile', queuedEvents(files.bucket, batch))).toEqual({
        batchItemFailures: [],
      });
    const ofThese = async () => {
      await deployed.invoked('jobs', SCHEDULED);
      const { body } = await byMerchant('/reconciliations');
      const found = (body['items'] as readonly Fields[]).filter(({ file }) => String(file).includes(name));
      return found.toSorted((a, b) => (String(a['file']) < String(b['file']) ? -1 : 1));
    };
    await expect
      .poll(async () => (await ofThese()).map(({ status }) => status), { interval: 100 })
      .toEqual(['completed', 'completed']);
    const settled = await Promise.all(payments.map(({ id }) => byMerchant(`/payments/${id}`)));
    return {
      // What other files had not settled when one ended is not of its rows, and follows from their order.
      files: (await ofThese()).map(({ counts, sums, status }) => ({
        counts: { ...(counts as Fields), expected: undefined },
        sums,
        status,
      })),
      transactions: settled.map(({ body }) =>
        (body['transactions'] as readonly Fields[]).map(({ type, status, amount, fee_amount }) => ({
          type,
          status,
          amount,
          fee_amount,
        })),
      ),
    };
  }

  it('exports to the bucket, though S3 throttles and loses replies, and gives a link that needs no token', async () => {
    const { id } = await paid('third');
    const ordered = await byMerchant('/payments/export', { body: { format: 'csv' }, key: 'export' });
    expect(ordered.status).toBe(202);
    const met = proxy.met();
    proxy.trouble(/^PUT .*exports/, 'reply lost', 'throttled');
    const exported = async () => {
      await deployed.invoked('jobs', SCHEDULED);
      return (await byMerchant(String(ordered.body['check_url']))).body;
    };
    await expect.poll(async () => (await exported())['status'], { interval: 100 }).toBe('completed');
    expect(proxy.met()).toBe(met + 2);
    expect(await fetched((await exported())['result_url'])).toContain(id);
  });

  it('exports what is larger than one part and than any answer, part by part, and the link gives every byte of it', async () => {
    const { commits } = dynamodbStorage(table);
    const metadata = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`pair-${n}`, '€'.repeat(500)]));
    const large = Array.from({ length: 130 }, () => anOpening({ merchantId: MERCHANT, metadata }));
    // A page of rows is the least that a part holds, so some come after it.
    const older = { merchantId: MERCHANT, createdAt: NOON - 86_400_000 };
    const small = Array.from({ length: 150 }, () => anOpening(older));
    for (const { change } of [...large, ...small]) (await commits.commit(change))._unsafeUnwrap();

    const streamed = await byMerchant('/payments/export?format=json');
    expect([streamed.status, streamed.body['code']]).toEqual([500, 'answer_too_large']);

    const ordered = await byMerchant('/payments/export', { body: { format: 'json' }, key: 'large' });
    const met = proxy.met();
    proxy.forget();
    proxy.trouble(/^PUT .*partNumber=1/, 'reply lost', 'throttled');
    proxy.trouble(/^PUT .*partNumber=2/, 'duplicated');
    proxy.trouble(/^POST .*uploadId=/, 'reply lost');
    const exported = async () => {
      await deployed.invoked('jobs', SCHEDULED);
      return (await byMerchant(String(ordered.body['check_url']))).body;
    };
    await expect.poll(async () => (await exported())['status'], { interval: 100 }).toBe('completed');
    expect(proxy.met()).toBe(met + 4);
    const [started = ''] = proxy.seen().filter((name) => /^POST .*[?&]uploads/.test(name));
    const Key = decodeURIComponent(/^POST \/[^/]+\/([^?]+)/.exec(started)?.[1] ?? '');
    const kept = await files.client.send(new GetObjectCommand({ Bucket: files.bucket, Key }));
    const text = await fetched((await exported())['result_url']);
    expect(Buffer.byteLength(text)).toBeGreaterThan(9_000_000);
    expect(text === (await kept.Body?.transformToString())).toBe(true);
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.length).toBeGreaterThanOrEqual(large.length + small.length);
    const whole = rows
      .filter((row) => isDeepStrictEqual(row['metadata'], metadata))
      .map((row) => String(row['id']));
    expect(whole.toSorted()).toEqual(large.map(({ payment }) => payment.id).toSorted());
  });
});
