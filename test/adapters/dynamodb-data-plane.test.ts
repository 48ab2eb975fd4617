import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  ScanCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbClient } from '../../src/adapters/dynamodb/client.ts';
import { dataPlane } from '../../src/adapters/dynamodb/data-plane.ts';
import { isTransient } from '../../src/adapters/dynamodb/faults.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { trying } from '../domain/arbitraries.ts';

const { signal } = new AbortController();
/** A table's name may be that of a part of a message. */
const TABLE = 'Items';

describe('the data plane beside the document client', () => {
  let engine: EmbeddedServer;
  let client: DynamoDBDocumentClient;
  beforeAll(async () => {
    engine = await startDynamoDbEngine({});
    client = dynamodbClient({ region: 'local', endpoint: engine.url });
    await client.send(
      new CreateTableCommand({
        TableName: TABLE,
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
  });
  afterAll(() => engine.stop());

  const names = fc.constantFrom('B', 'BS', 'Key', 'Item', 'Items', 'Responses', 'RequestItems', 'price', 'é');
  const leaf = fc.oneof(
    fc.string(),
    fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('value')), fc.dictionary(names, tie('value'))),
  }));
  const attributes = fc.dictionary(names, value);

  it('writes and reads every item as the document client does', async () => {
    const call = dataPlane(client, TABLE);
    let turn = 0;
    const property = fc.asyncProperty(attributes, async (given) => {
      const [ours, theirs] = [`ours-${++turn}`, `theirs-${turn}`];
      await call('BatchWriteItem', { RequestItems: { [TABLE]: [put(ours, given)] } }, signal);
      await client.send(new BatchWriteCommand({ RequestItems: { [TABLE]: [put(theirs, given)] } }));
      for (const [pk, other] of [
        [ours, theirs],
        [theirs, ours],
      ] as const) {
        const Key = { pk, sk: 'S' };
        const read = await call('GetItem', { TableName: TABLE, Key }, signal);
        const { Item } = await client.send(new GetCommand({ TableName: TABLE, Key: { pk: other, sk: 'S' } }));
        expect({ ...read.Item, pk: '' }).toEqual({ ...Item, pk: '' });
        const Keys = [Key];
        const batch = await call('BatchGetItem', { RequestItems: { [TABLE]: { Keys } } }, signal);
        expect(batch.Responses?.[TABLE]).toEqual([read.Item]);
      }
    });
    await fc.assert(property, trying(60));
  });

  it('reads binaries as bytes, also in attributes of any name', async () => {
    const Item = {
      pk: 'bytes',
      sk: 'S',
      B: Buffer.from('abc'),
      BS: new Set([Buffer.from('abcd')]),
      text: 'YWJj',
      inside: { B: [Buffer.from('x')] },
    };
    await client.send(new PutCommand({ TableName: TABLE, Item }));
    const Key = { pk: 'bytes', sk: 'S' };
    const ours = await dataPlane(client, TABLE)('GetItem', { TableName: TABLE, Key }, signal);
    const theirs = await client.send(new GetCommand({ TableName: TABLE, Key }));
    expect(ours.Item).toEqual(theirs.Item);
    expect(ours.Item?.['B']).toEqual(new Uint8Array(Buffer.from('abc')));
  });

  it('turns the pages of a scan and of a query to their ends', async () => {
    const call = dataPlane(client, TABLE);
    for (let n = 0; n < 5; n += 1)
      await call('PutItem', { TableName: TABLE, Item: { pk: 'pages', sk: `${n}`, n } }, signal);
    const found: unknown[] = [];
    let next: Record<string, unknown> | undefined;
    do {
      const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': 'pages' } };
      const start = next === undefined ? {} : { ExclusiveStartKey: next };
      const page = await call('Query', { TableName: TABLE, Limit: 2, ...query, ...start }, signal);
      found.push(...(page.Items ?? []).map(({ n }) => n));
      next = page.LastEvaluatedKey;
    } while (next !== undefined);
    expect(found).toEqual([0, 1, 2, 3, 4]);
    const ours = await call('Scan', { TableName: TABLE, Limit: 3 }, signal);
    const theirs = await client.send(new ScanCommand({ TableName: TABLE, Limit: 3 }));
    expect({ ...ours, $metadata: theirs.$metadata }).toEqual(theirs);
  });

  it('throws what the document client throws', async () => {
    const call = dataPlane(client, TABLE);
    const there = { TableName: TABLE, Item: { pk: 'there', sk: 'S' } };
    await call('PutItem', there, signal);
    const ifAbsent = { ConditionExpression: 'attribute_not_exists(pk)' };
    const twice = {
      TransactItems: [
        { Put: { TableName: TABLE, Item: { pk: 'new', sk: 'S' } } },
        { Put: { ...there, ...ifAbsent, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const } },
      ],
    };
    const nowhere = { TableName: 'no-such-table', Item: { pk: 'a', sk: 'b' } };
    const wrong = { TableName: TABLE, Item: { pk: 'without a sort key' } };
    for (const [ours, theirs] of [
      [() => call('PutItem', { ...there, ...ifAbsent }, signal), new PutCommand({ ...there, ...ifAbsent })],
      [() => call('PutItem', nowhere, signal), new PutCommand(nowhere)],
      [() => call('PutItem', wrong, signal), new PutCommand(wrong)],
      [() => call('TransactWriteItems', twice, signal), new TransactWriteCommand(twice)],
    ] as const) {
      const thrown = await fault(ours());
      expect(thrown).toEqual(await fault(client.send(theirs as PutCommand)));
      expect(thrown.name).toMatch(/Exception$/);
    }
  });
});

describe('a request to DynamoDB', () => {
  const seen: IncomingHttpHeaders[] = [];
  let reply: Readonly<{ status: number; body: string; headers?: Record<string, string> }>;
  let server: Server;
  let at: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push(request.headers);
      request.resume();
      request.on('end', () => response.writeHead(reply.status, reply.headers).end(reply.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  const read = { TableName: 'payments', Key: { pk: 'a', sk: 'b' } };

  it('is signed for its region with the credentials of the moment', async () => {
    const client = dynamodbClient({ region: 'eu-central-1', endpoint: at });
    let accessKeyId = '';
    client.config.credentials = () =>
      Promise.resolve({
        accessKeyId,
        secretAccessKey: 'secret',
        sessionToken: `token of ${accessKeyId}`,
        expiration: new Date(0),
      });
    reply = { status: 200, body: '{}' };
    const call = dataPlane(client, 'payments');
    for (const who of ['first', 'second']) {
      accessKeyId = who;
      await call('GetItem', read, signal);
      const headers = seen.at(-1) ?? {};
      expect(headers['x-amz-target']).toBe('DynamoDB_20120810.GetItem');
      expect(headers['x-amz-security-token']).toBe(`token of ${who}`);
      expect(headers.authorization).toMatch(
        new RegExp(
          `^AWS4-HMAC-SHA256 Credential=${who}/\\d{8}/eu-central-1/dynamodb/aws4_request, SignedHeaders=.*host.*`,
        ),
      );
    }
  });

  it('follows the clock of AWS when its own is off, and its own when that is right again', async () => {
    const call = dataPlane(dynamodbClient({ region: 'local', endpoint: at }), 'payments');
    const signedAt = async (skewMs: number): Promise<number> => {
      const date = new Date(Date.now() + skewMs).toUTCString();
      reply = { status: 400, body: '{"__type":"#InvalidSignatureException"}', headers: { date } };
      expect((await fault(call('GetItem', read, signal))).name).toBe('InvalidSignatureException');
      reply = { status: 200, body: '{}' };
      await call('GetItem', read, signal);
      const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(String(seen.at(-1)?.['x-amz-date'])) ?? [];
      const iso = `${day}${time}`.replace(/(....)(..)(..)(..)(..)(..)/, '$1-$2-$3T$4:$5:$6Z');
      return Math.round(Math.abs(Date.parse(iso) - Date.now()) / 3_600_000);
    };
    expect(await signedAt(3 * 3_600_000)).toBe(3);
    expect(await signedAt(0)).toBe(0);
  });

  it('may be repeated when its reply breaks off or is cut short, or a server between has no JSON', async () => {
    const call = dataPlane(dynamodbClient({ region: 'local', endpoint: at }), 'payments');
    for (const each of [
      { status: 200, body: '{"Item":', headers: { 'content-length': '500' } },
      { status: 200, body: '{"Item":' },
      { status: 502, body: '<html>' },
      { status: 503, body: '{}' },
    ]) {
      reply = each;
      const reading = call('GetItem', read, signal);
      if (each.headers !== undefined) setTimeout(() => server.closeAllConnections(), 100);
      expect(isTransient(await reading.then(undefined, (thrown: unknown) => thrown))).toBe(true);
    }
  });
});

const put = (pk: string, attributes: Readonly<Record<string, unknown>>) => ({
  PutRequest: { Item: { ...attributes, pk, sk: 'S' } },
});

/** All of a fault but where it was thrown, and numbers of requests. */
async function fault(call: Promise<unknown>) {
  const thrown = await call.then(
    () => new Error('nothing was thrown'),
    (each: Error) => each,
  );
  const { name, message, $fault, $metadata, CancellationReasons } = thrown as Error & Record<string, unknown>;
  const { httpStatusCode } = ($metadata ?? {}) as Readonly<{ httpStatusCode?: number }>;
  return {
    isCanceled: thrown instanceof TransactionCanceledException,
    name,
    message,
    $fault,
    httpStatusCode,
    CancellationReasons,
  };
}
