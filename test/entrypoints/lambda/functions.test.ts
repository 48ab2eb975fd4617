import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { folderObjects } from '../../../src/adapters/objects/folder.ts';
import { postgresPool } from '../../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../../src/adapters/postgres/storage.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { parseObjectKey } from '../../../src/domain/files/object-key.ts';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';
import { httpEvent, restEvent } from '../../support/gateway.ts';
import { aPaymentBody } from '../../support/http-app.ts';
import { aCall, SCHEDULED, someFunctions } from '../../support/lambda/functions.ts';
import type { Instance, Invoked } from '../../support/lambda/runtime-api.ts';
import { FILE_TOKENS } from '../../support/objects.ts';
import { postgresServer } from '../../support/postgres-database.ts';

const functions = someFunctions();
let server: Awaited<ReturnType<typeof postgresServer>>;
let url: string;
beforeAll(async () => {
  server = await postgresServer(inject('postgresUrl'));
  url = await server.newDatabase();
  const storage = postgresStorage(postgresPool({ connectionString: url }));
  await addMerchants(storage, [aMerchant('merchant-1')]);
  await storage.close();
});
afterAll(async () => {
  await functions.close();
  await server.close();
});

const onPostgres = (name: string, variables: Readonly<Record<string, string>> = {}) =>
  functions.start(name, 'postgres', { DATABASE_URL: url, ...variables });

type Answer = Readonly<{ statusCode: number; headers?: Readonly<Record<string, string>>; body: string }>;

function resultOf(invoked: Invoked): unknown {
  if (invoked.kind !== 'result') throw new Error(JSON.stringify(invoked));
  return invoked.payload;
}

async function answered(instance: Instance, request: Request) {
  const { statusCode, body } = resultOf(await instance.invoke(await httpEvent(request))) as Answer;
  return { status: statusCode, body: JSON.parse(body) as Readonly<Record<string, unknown>> };
}

const linesOf = (instance: Instance) =>
  instance
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);

const measuredBy = (instance: Instance) => linesOf(instance).filter((line) => '_aws' in line);

const pay = (key: string) => aCall('/payments', { body: aPaymentBody(), key });
const DONE = { left: false, batchItemFailures: [] };

describe('the functions of the API', () => {
  it('take a payment from either kind of gateway, and one instance serves both', async () => {
    const process_ = await onPostgres('process');
    const first = resultOf(await process_.invoke(await httpEvent(await pay('first')))) as Answer;
    expect(first.statusCode).toBe(201);
    const again = resultOf(await process_.invoke(await restEvent(await pay('first')))) as Answer;
    expect([again.statusCode, again.body]).toEqual([201, first.body]);

    const query = await onPostgres('query');
    const { id } = JSON.parse(first.body) as { id: string };
    expect(await answered(query, await aCall(`/payments/${id}`))).toMatchObject({
      status: 200,
      body: { id },
    });
  });

  it("say in every line which invocation and which of the gateway's requests it is of, and write what they measured", async () => {
    const query = await onPostgres('query');
    const headers = { 'x-request-id': 'named-by-its-client' };
    for (const _ of [1, 2]) await answered(query, await aCall('/payments', { headers }));
    const requests = linesOf(query).filter((line) => line['route'] === '/payments');
    expect(requests.map((line) => line['cold_start'])).toEqual([true, false]);
    expect(new Set(requests.map((line) => line['function_request_id'])).size).toBe(2);
    expect(requests[0]).toMatchObject({
      trace_id: '1-5759e988-bd862e3fe1be46a994272793',
      function: 'under-test',
      api_request_id: 'JKJaXmPLvHcESHA=',
      request_id: 'named-by-its-client',
    });
    const measured = linesOf(query).filter((line) => '_aws' in line);
    expect(measured).toHaveLength(2);
    expect(measured[0]).toMatchObject({
      service: 'platform',
      cold_starts: 1,
      request_seconds: expect.any(Number),
    });
    expect(measured[1]).not.toHaveProperty('cold_starts');
  });

  it('refuse what is no request of API Gateway, and go on', async () => {
    const query = await onPostgres('query');
    const balancer = { httpMethod: 'GET', path: '/', requestContext: { elb: { targetGroupArn: 'arn' } } };
    for (const event of [balancer, SCHEDULED, null])
      expect(await query.invoke(event)).toMatchObject({
        kind: 'error',
        message: expect.stringMatching(/not served|no request/),
      });
    expect((await answered(query, await aCall('/readyz'))).status).toBe(200);
  });

  it('do not start without their secrets, and name them', async () => {
    const query = await onPostgres('query', { PAYWRIGHT_CUSTOMER_KEYS: '' });
    expect(await query.initError()).toMatch(/PAYWRIGHT_CUSTOMER_KEYS/);
  });

  it('do not start on a storage that they were not bundled for', async () => {
    const query = await functions.start('query', 'postgres', { STORAGE: 'dynamodb' });
    expect(await query.initError()).toMatch(/made without dynamodb/);
  });

  it('hold two connections at most, and send no NOTIFY', async () => {
    const process_ = await onPostgres('process', { DATABASE_URL: `${url}?application_name=counted` });
    for (const key of ['a', 'b', 'c'])
      expect((await answered(process_, await pay(`counted-${key}`))).status).toBe(201);
    const { rows } = await counted(
      `SELECT count(*) <= 2 AS few, count(*) FILTER (WHERE query ~ 'pg_notify|LISTEN') AS told FROM pg_stat_activity WHERE application_name = 'counted'`,
    );
    expect(rows).toEqual([{ few: true, told: '0' }]);
  });

  it('answer after they were frozen and their connections had been closed', async () => {
    const query = await onPostgres('query');
    expect((await answered(query, await aCall('/payments'))).status).toBe(200);
    query.freeze();
    await closeConnections();
    query.thaw();
    expect((await answered(query, await aCall('/payments'))).status).toBe(200);
  });

  it('that are ended by their time-out leave a key that another instance answers, once', async () => {
    const terms = { PAYWRIGHT_PROCESSOR_TIMEOUT_MS: '100', PAYWRIGHT_LEASE_MS: '200' };
    const lock = new pg.Client({ connectionString: url });
    await lock.connect();
    await lock.query('BEGIN; LOCK TABLE payment IN ACCESS EXCLUSIVE MODE');
    const slow = await onPostgres('process', terms);
    expect(await slow.invoke(await httpEvent(await pay('slow')), 1_500)).toEqual({ kind: 'timed out' });
    await lock.query('COMMIT');
    await lock.end();

    const next = await onPostgres('process', terms);
    await expect
      .poll(async () => (await answered(next, await pay('slow'))).status, { timeout: 40_000 })
      .toBe(201);
    const { rows } = await counted(`SELECT count(*) FROM payment WHERE idempotency_key = 'slow'`);
    expect(rows).toEqual([{ count: '1' }]);
  });
});

describe('the functions that a schedule runs', () => {
  it('relay events and deliver them to the webhooks that listen', async () => {
    const received: string[] = [];
    const receiver = createServer((request, response) => {
      request.on('data', (text) => received.push(String(text)));
      request.on('end', () => response.end());
    });
    await new Promise<void>((resolve) => {
      receiver.listen(0, '127.0.0.1', resolve);
    });
    const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    const process_ = await onPostgres('process');
    const endpoint = { url: address, events: ['payment.succeeded'] };
    expect((await answered(process_, await aCall('/webhook_endpoints', { body: endpoint }))).status).toBe(
      201,
    );
    const { body } = await answered(process_, await pay('heard'));

    const relay = await onPostgres('relay');
    expect(resultOf(await relay.invoke(SCHEDULED))).toMatchObject(DONE);
    const waiting = { outbox_unsent: 0, outbox_parked: 0, outbox_oldest_seconds: 0 };
    expect(measuredBy(relay)).toContainEqual(expect.objectContaining(waiting));
    const webhooks = await onPostgres('webhooks');
    expect(resultOf(await webhooks.invoke(SCHEDULED))).toMatchObject(DONE);
    expect(received.join()).toContain(String(body['id']));
    // A stream that woke it sees no record that failed.
    expect(
      resultOf(await relay.invoke({ Records: [{ eventSource: 'aws:dynamodb', eventID: '1' }] })),
    ).toMatchObject(DONE);
    expect(measuredBy(relay).filter((line) => 'outbox_unsent' in line)).toHaveLength(1);
    receiver.close();
  });

  it.each(['recovery', 'retention', 'jobs', 'approvals-relay', 'approvals-recovery', 'approvals-retention'])(
    '%s ends when there is no more to do, and runs again',
    async (name) => {
      const worker = await onPostgres(name);
      for (const _ of [1, 2]) expect(resultOf(await worker.invoke(SCHEDULED))).toMatchObject(DONE);
    },
  );

  it.each([
    ['recovery', 'payments_stuck'],
    ['recovery', 'authorizations_stuck'],
    ['approvals-recovery', 'payouts_stuck'],
  ])('%s measures what people have to look at, also when there is none', async (name, metric) => {
    const worker = await onPostgres(name);
    expect(resultOf(await worker.invoke(SCHEDULED))).toMatchObject(DONE);
    expect(measuredBy(worker)).toContainEqual(expect.objectContaining({ [metric]: 0 }));
  });

  it('begin nothing when little time is left, and say that there may be more', async () => {
    const relay = await onPostgres('relay');
    expect(resultOf(await relay.invoke(SCHEDULED, 4_000))).toMatchObject({ rounds: 0, left: true });
    expect(linesOf(relay).filter((line) => '_aws' in line)[0]).toMatchObject({ rounds_left: 1 });
  });

  it('fail when the store does not answer, so that the alarm of failures is raised', async () => {
    const recovery = await onPostgres('recovery', { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    expect(await recovery.invoke(SCHEDULED)).toMatchObject({
      kind: 'error',
      message: expect.stringContaining('does not answer'),
    });
  });
});

describe('the function that takes up files', () => {
  const CSV = 'payment_id,transaction_id,status,fee,processed_date,settlement_date\n';
  const place = async (key: string, text: string) => {
    const folder = join(functions.folder, 'data', 'objects');
    const { objects } = folderObjects({ folder, tokens: FILE_TOKENS, clock: systemClock });
    const parsed = parseObjectKey(key);
    if (parsed === undefined) throw new Error(`${key} is no key`);
    (await objects.put(parsed, new TextEncoder().encode(text), 'text/csv'))._unsafeUnwrap();
  };
  const stored = (key: string) => ({ bucket: { name: 'files' }, object: { key } });
  const fromS3 = (key: string) => ({
    Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: stored(encodeURIComponent(key)) }],
  });
  const fromBus = (key: string) => ({
    version: '0',
    id: '1',
    source: 'aws.s3',
    'detail-type': 'Object Created',
    detail: stored(key),
  });
  const message = (messageId: string, body: unknown) => ({
    messageId,
    eventSource: 'aws:sqs',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const reconciled = async (query: Instance) => {
    const { body } = await answered(query, await aCall('/reconciliations'));
    return (body['items'] as readonly { file: string; status: string }[]).map(
      ({ file, status }) => `${file} ${status}`,
    );
  };

  it('reconciles what S3, EventBridge and a queue say was stored, each file once, and a bad message fails alone', async () => {
    const reconcile = await onPostgres('reconcile');
    const query = await onPostgres('query');
    const keys = ['s3 file+1.csv', 'bus.csv', 'queue.csv'].map(
      (name) => `reconciliation/merchant-1/${name.replace(' ', '_')}`,
    );
    const [s3 = '', bus = '', queued = ''] = keys;
    for (const [index, key] of keys.entries())
      await place(key, `${CSV}pay_x,txn_${index},settled,0,2026-03-01,2026-03-02\n`);

    expect(resultOf(await reconcile.invoke(fromS3(s3)))).toEqual({ batchItemFailures: [] });
    expect(resultOf(await reconcile.invoke(fromBus(bus)))).toEqual({ batchItemFailures: [] });
    const batch = {
      Records: [
        message('not json', '{'),
        message('another event', SCHEDULED),
        message('of S3', fromS3(queued)),
        message('a test', { Service: 'Amazon S3', Event: 's3:TestEvent' }),
        message('of nobody', fromBus('reconciliation/merchant-9/x.csv')),
        message('the same again', fromBus(bus)),
        message('not ours', fromBus('exports/a/b')),
      ],
    };
    await place('reconciliation/merchant-9/x.csv', CSV);
    expect(resultOf(await reconcile.invoke(batch))).toEqual({
      batchItemFailures: ['not json', 'another event', 'of nobody'].map((itemIdentifier) => ({
        itemIdentifier,
      })),
    });
    expect((await reconciled(query)).toSorted()).toEqual([
      'bus.csv completed',
      'queue.csv completed',
      's3_file+1.csv completed',
    ]);
  });

  it('fails when an event by itself is none of S3', async () => {
    const reconcile = await onPostgres('reconcile');
    expect(await reconcile.invoke(SCHEDULED)).toMatchObject({
      kind: 'error',
      message: 'the event is none of S3',
    });
  });
});

describe('the function that records completed work', () => {
  const workCompleted = (incident: string) => ({
    version: '0',
    id: `event-${incident}`,
    'detail-type': 'WorkCompleted',
    source: 'roadcall.incident-service',
    account: '123456789012',
    time: '2026-03-01T12:00:00Z',
    region: 'eu-central-1',
    resources: [],
    detail: {
      incidentId: `9f430c1d-5c0b-4f0e-8e64-00000000000${incident}`,
      vendorId: '2b1f7c9a-8e64-4d0b-a1f2-3c4d5e6f7a8b',
      completedAt: '2026-03-01T11:55:00Z',
      workDetails: { photos: [], serviceType: 'Towing', duration: 45 },
      pricing: { basePrice: 10_000, mileageCharge: 2_050 },
    },
  });
  const dispatcher = { role: 'dispatcher', merchant_id: undefined };

  it('makes one payment of each event, by itself or in a batch, and names the messages that it could not take', async () => {
    const recorder = await onPostgres('work-completed');
    expect(resultOf(await recorder.invoke(workCompleted('1')))).toEqual({ batchItemFailures: [] });
    const { pricing: _, ...withoutPrices } = workCompleted('3').detail;
    const bodies: readonly (readonly [string, unknown])[] = [
      ['known', workCompleted('1')],
      ['malformed', { ...workCompleted('3'), detail: withoutPrices }],
      ['new', workCompleted('2')],
      ['stranger', { ...workCompleted('4'), source: 'somebody' }],
      ['text', 'not json'],
    ];
    const Records = bodies.map(([messageId, body]) => ({
      messageId,
      eventSource: 'aws:sqs',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }));
    expect(resultOf(await recorder.invoke({ Records }))).toEqual({
      batchItemFailures: ['malformed', 'stranger', 'text'].map((itemIdentifier) => ({ itemIdentifier })),
    });

    const pending = await onPostgres('approvals-pending');
    const { body } = await answered(pending, await aCall('/payments/pending', { claims: dispatcher }));
    const incidents = (body['payments'] as readonly { incidentId: string }[]).map((each) =>
      each.incidentId.slice(-1),
    );
    expect(incidents.toSorted()).toEqual(['1', '2']);
  });

  it('fails when an event by itself is malformed, so that the bus sends it again and then to its dead-letter queue', async () => {
    const recorder = await onPostgres('work-completed');
    expect(await recorder.invoke({ ...workCompleted('5'), version: '9' })).toMatchObject({ kind: 'error' });
  });
});

async function closeConnections(): Promise<void> {
  await counted(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
}

async function counted(statement: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}
