import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateKeyCommand, type KeySpec, type KeyUsageType, KMSClient } from '@aws-sdk/client-kms';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { SCHEMA_KEY } from '../../src/adapters/dynamodb/table.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { memoryApprovalsStorage } from '../../src/adapters/memory/approvals/storage.ts';
import { type Service, serviceOf } from '../../tools/bundle/functions.ts';
import { bothServices } from '../corpus/both-services.ts';
import type { Before, CorpusGroup } from '../corpus/corpus-request.ts';
import { CORPUS } from '../corpus/requests.ts';
import { responsesOf } from '../corpus/responses.ts';
import { aWorkEvent } from '../support/approvals-app.ts';
import { type AskedCalls, askedCalls, linesOf, withoutProbes } from '../support/asked-calls.ts';
import { EMULATOR_CREDENTIALS, emulatorUrl, hasEmulator } from '../support/aws-emulators.ts';
import { REGION } from '../support/aws-messaging.ts';
import { freshTable } from '../support/dynamodb-tables.ts';
import { httpEvent } from '../support/gateway.ts';
import { aPaymentBody } from '../support/http-app.ts';
import { answerAgain } from '../support/lambda/answering-again.ts';
import { anEmulatedSecret, approvalsDeployment } from '../support/lambda/approvals-deployment.ts';
import { aCall, SCHEDULED, type Sent, someFunctions } from '../support/lambda/functions.ts';
import type { Instance } from '../support/lambda/runtime-api.ts';
import { postgresServer } from '../support/postgres-database.ts';
import { aRefusingReceiver } from '../support/refusing-receiver.ts';
import { freshBucket } from '../support/s3-buckets.ts';

/** What roles are held against (`test/infra/least-privilege.test.ts`). `PAYWRIGHT_RECORD_CALLS=1` records it anew. */
const RECORD = join(import.meta.dirname, '../infra/asked-calls.json');

const EMULATORS = ['versitygw', 'ministack', 'moto'] as const;

const LONG_AGO_MS = 40 * 86_400_000;
/** Of an invocation of a whole run, which is not about how long it takes. */
const LONGEST_MS = 300_000;

/** Groups of the platform, but for those that are refused before a store is asked. */
const ALL_GROUPS = [
  'authentication',
  'taking-payments',
  'reading-payments',
  'movements',
  'customers',
  'merchants',
  'transfers',
  'webhooks',
  'audit-and-export',
  'export-schedules',
  'reconciliations',
  'exceptions',
  'settlements',
];

const isRecording = process.env['PAYWRIGHT_RECORD_CALLS'] === '1';
/** All of them, or two in which every function has work. */
const isWhole = isRecording || process.env['PAYWRIGHT_WHOLE_CALLS'] === '1';
const GROUPS = isWhole ? ALL_GROUPS : ['webhooks', 'exceptions'];

/**
 * The group as it is sent to an installation that others have used, in hours that do not pass at will: keys of idempotency are the
 * group's own, webhooks go to `receiver`, and what a schedule made tomorrow is not asked.
 */
function asSentHere(name: string, receiver: string): CorpusGroup {
  const { as, requests } = CORPUS[name] ?? { as: 'anonymous', requests: [] };
  const tomorrow = requests.findIndex(({ keep }) => keep?.['export'] === 'last_run.export_id');
  return {
    as,
    requests: (tomorrow < 0 ? requests : requests.slice(0, tomorrow)).map((request) => ({
      ...request,
      ...(request.key === undefined ? {} : { key: `${name}-${request.key}` }),
      ...(name === 'webhooks' ? { body: sentTo(receiver, request.body) } : {}),
    })),
  };
}

const sentTo = (receiver: string, body: unknown): unknown =>
  body === undefined
    ? undefined
    : JSON.parse(JSON.stringify(body).replaceAll(/https:\/\/93\.184\.215\.14(?::8443)?/g, receiver));

type Answered = Readonly<{ statusCode: number; body: string; isBase64Encoded: boolean }>;

const CSV = 'payment_id,transaction_id,status,fee,processed_date,settlement_date\n';
const UNKNOWN = `pay_${'0'.repeat(31)}1,txn_${'0'.repeat(31)}1,settled,30,2026-03-01,2026-03-02\n`;

/**
 * Every function's bundle at work, on emulators that hear each call. What no run reaches is named beside the roles, with its
 * reason.
 */
describe.runIf(EMULATORS.every(hasEmulator))('What functions ask of AWS', () => {
  const functions = someFunctions();
  const instances = new Map<string, Promise<Instance>>();
  /** Those that have succeeded, of which all are needed for a record. */
  const heard = new Set<Service>();
  const names = new Map<string, string>();
  const asked = askedCalls(names);
  let engine: Awaited<ReturnType<typeof startDynamoDbEngine>>;
  let table: Awaited<ReturnType<typeof freshTable>>;
  let files: Awaited<ReturnType<typeof freshBucket>>;
  let server: Awaited<ReturnType<typeof postgresServer>>;
  let receiver: Awaited<ReturnType<typeof aRefusingReceiver>>;
  let approvals: Awaited<ReturnType<typeof approvalsDeployment>>;
  let emulator: string;
  let signingSecret: string;
  let kms: string;
  let keys: Readonly<Record<string, string>>;

  beforeAll(async () => {
    receiver = await aRefusingReceiver();
    server = await postgresServer(inject('postgresUrl'));
    emulator = await emulatorUrl('ministack');
    const databaseUrl = await server.newDatabase();
    approvals = await approvalsDeployment({ functions, emulator, databaseUrl, settingsOf });
    for (const [at, of] of approvals.names) names.set(at, of);
    signingSecret = await anEmulatedSecret('a signing secret of this test and of nothing else');
    names.set(signingSecret, 'signingSecret');
    kms = await emulatorUrl('moto');
    keys = {
      KMS_KEY_ID: await aKey('customerDetails', 'SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT'),
      KMS_INDEX_KEY_ID: await aKey('customerIndex', 'HMAC_256', 'GENERATE_VERIFY_MAC'),
    };
    engine = await startDynamoDbEngine({});
    table = await freshTable(engine.url);
    files = await freshBucket('versitygw');
  }, LONGEST_MS);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await functions.close();
    await Promise.all([asked.close(), receiver.close(), engine.stop(), server.close()]);
  });

  async function aKey(of: string, KeySpec: KeySpec, KeyUsage: KeyUsageType): Promise<string> {
    const client = new KMSClient({ region: REGION, endpoint: kms, credentials: EMULATOR_CREDENTIALS });
    const { KeyMetadata } = await client.send(new CreateKeyCommand({ KeySpec, KeyUsage }));
    const arn = KeyMetadata?.Arn ?? '';
    names.set(arn, of);
    return arn;
  }

  /** Of every function: what it asks is heard, and its signing secret and customers' keys are where infra/ puts them. */
  const settingsOf = async (name: string) => ({
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL: await asked.wire(name, emulator),
    PAYWRIGHT_SECRET: '',
    PAYWRIGHT_SECRET_ARN: signingSecret,
    PAYWRIGHT_CUSTOMER_KEYS: '',
    AWS_ENDPOINT_URL_KMS: await asked.wire(name, kms),
    ...keys,
  });
  async function startPlatform(name: string): Promise<Instance> {
    return functions.start(name, 'dynamodb', {
      ...(await settingsOf(name)),
      DYNAMODB_ENDPOINT: await asked.wire(name, engine.url),
      DYNAMODB_TABLE: table.table,
      AWS_ENDPOINT_URL_S3: await asked.wire(name, files.endpoint),
      EXPORT_BUCKET: files.bucket,
      // What the processor is silent about is due for recovery at once.
      PAYWRIGHT_LEASE_MS: '200',
      PAYWRIGHT_PROCESSOR_TIMEOUT_MS: '100',
    });
  }
  async function invoked<Result>(name: string, event: unknown): Promise<Result> {
    const start = () => (serviceOf(name) === 'platform' ? startPlatform(name) : approvals.start(name));
    const instance = instances.get(name) ?? start();
    instances.set(name, instance);
    const outcome = await (await instance).invoke(event, isWhole ? LONGEST_MS : undefined);
    if (outcome.kind !== 'result') throw new Error(`${name}: ${JSON.stringify(outcome)}`);
    return outcome.payload as Result;
  }

  async function send(request: Request): Promise<Response> {
    // Links of files go to the bucket.
    if (new URL(request.url).pathname.startsWith('/objects/')) return new Response('', { status: 404 });
    const name = request.method === 'GET' ? 'query' : 'process';
    const { statusCode, body, isBase64Encoded } = await invoked<Answered>(name, await httpEvent(request));
    const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
    return new Response(statusCode === 204 || statusCode === 304 ? null : bytes, { status: statusCode });
  }
  async function happen(step: Before): Promise<void> {
    if (step === 'payments are recovered') await invoked('recovery', SCHEDULED);
    else if (step === 'events are relayed') await invoked('relay', SCHEDULED);
    else if (step === 'jobs are done') await invoked('jobs', SCHEDULED);
    else if (typeof step === 'object' && 'deliveriesAnswer' in step) await invoked('webhooks', SCHEDULED);
  }

  /** A payment and a capture that the processor is silent about, which recovery settles. */
  async function captureInSilence(): Promise<void> {
    const held = aPaymentBody({ payment_method: 'test_timeout_approved', capture_method: 'manual' });
    const { id } = (await (await send(await aCall('/payments', { body: held, key: 'silent' }))).json()) as {
      id: string;
    };
    const recovered = async () => {
      await invoked('recovery', SCHEDULED);
      const payment = (await (await send(await aCall(`/payments/${id}`))).json()) as { status: string };
      return payment.status;
    };
    await expect.poll(recovered, { interval: 500 }).toBe('authorized');
    await send(await aCall(`/payments/${id}/capture`, { body: {}, key: 'silent-capture' }));
    await expect.poll(recovered, { interval: 500 }).toBe('succeeded');
  }

  it('of the platform', async () => {
    // As CloudFormation makes the table: its version is not marked yet.
    await table.client.send(new DeleteCommand({ TableName: table.table, Key: SCHEMA_KEY }));
    await invoked('migrate', {});
    const longAgo = await bothServices(
      dynamodbStorage(table),
      memoryApprovalsStorage(),
      Date.now() - LONG_AGO_MS,
    );
    await responsesOf(longAgo, CORPUS['taking-payments'] ?? { as: 'anonymous', requests: [] });
    for (const name of GROUPS)
      await responsesOf({ send, sendBesideItself: send, happen }, asSentHere(name, receiver.url));
    await send(new Request('https://pay.example/readyz'));

    const key = 'reconciliation/merchant-1/march.csv';
    const old = `exports/merchant-1/exp_${'0'.repeat(32)}.csv`;
    for (const Key of [key, old])
      await files.client.send(
        new PutObjectCommand({ Bucket: files.bucket, Key, Body: CSV + UNKNOWN, ContentType: 'text/csv' }),
      );
    const s3 = { bucket: { name: files.bucket }, object: { key } };
    await invoked('reconcile', {
      Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3 }],
    });
    await captureInSilence();
    receiver.isBack();
    await answerAgain({ table, url: receiver.url, send, invoked });
    receiver.isGone();
    await send(await aCall('/webhook_endpoints', { body: { url: receiver.url } }));
    await send(await aCall('/payments', { body: aPaymentBody(), key: 'last' }));
    // Events stay in the outbox until a round has reached every sink.
    await expect
      .poll(
        async () => {
          await invoked('relay', SCHEDULED);
          return asked.all()['relay']?.['dynamodb:BatchWriteItem table'];
        },
        { interval: 100 },
      )
      .toContain('#E#*');
    for (const worker of ['jobs', 'webhooks', 'recovery', 'retention']) await invoked(worker, SCHEDULED);
    heard.add('platform');
  }, 1_800_000);

  it('of approvals', async () => {
    const incident = randomUUID();
    const payment = {
      incidentId: incident,
      vendorId: randomUUID(),
      payerType: 'back_office',
      amountCents: 100,
      lineItems: [{ description: 'Towing', quantity: 1, unitPriceCents: 100 }],
    };
    const ask = async (name: string, path: string, sub: string, sent: Sent = {}) => {
      const claims = { sub, role: sub, merchant_id: undefined, permissions: [] };
      const answer = await invoked<Answered>(name, await httpEvent(await aCall(path, { claims, ...sent })));
      return JSON.parse(answer.body) as Readonly<Record<string, unknown>>;
    };
    expect(await invoked('approvals-migrate', {})).toEqual({ applied: [] });
    const made = await ask('approvals-create', '/payments', 'dispatcher', { body: payment });
    const path = `/payments/${String(made['paymentId'])}`;
    expect(await ask('approvals-get', path, 'admin')).toMatchObject({ incidentId: incident });
    expect(await ask('approvals-pending', '/payments/pending', 'admin')).toMatchObject({
      payments: [{ incidentId: incident }],
    });
    await ask('approvals-approve', `${path}/approve`, 'admin', { body: {} });
    expect(await ask('approvals-approve', `${path}/process`, 'admin', { body: {} })).toMatchObject({
      status: 'completed',
    });
    expect(await invoked('work-completed', aWorkEvent())).toEqual({ batchItemFailures: [] });
    for (const worker of ['approvals-relay', 'approvals-recovery', 'approvals-retention'])
      expect(await invoked(worker, SCHEDULED)).toMatchObject({ left: false });
    heard.add('approvals');
  }, 300_000);

  it('is on record, and in a whole run there is nothing else on record', () => {
    const all = withoutProbes(asked.all());
    expect([...heard]).toEqual(['platform', 'approvals']);
    if (isRecording) {
      writeFileSync(RECORD, JSON.stringify(all));
      execFileSync('biome', ['format', '--write', RECORD]);
    }
    const record = JSON.parse(readFileSync(RECORD, 'utf8')) as AskedCalls;
    expect(isWhole ? all : linesOf(all).filter((line) => !linesOf(record).includes(line))).toEqual(
      isWhole ? record : [],
    );
  });
});
