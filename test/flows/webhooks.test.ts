import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { type AwsProxy, awsProxy } from '../support/aws-proxy.ts';
import { freshTable } from '../support/dynamodb-tables.ts';
import { aPaymentBody } from '../support/http-app.ts';
import { SCHEDULED, someDeployment } from '../support/lambda/functions.ts';

type Delivered = Readonly<{ event_type: string; data: Readonly<{ id: string }> }>;

/** A receiver of webhooks as its owner runs one: it believes what its secret signed, and answers as it is set to. */
async function aReceiver() {
  const believed: Readonly<{ id: string; event: Delivered }>[] = [];
  const refused: string[] = [];
  const replies: ('silence' | number)[] = [];
  let secret = '';
  // A connection is kept for longer than any step of these tests takes on a busy machine: which of them is fresh is then known.
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      take(body, request.headers);
      const reply = replies.shift() ?? 200;
      if (reply === 'silence') request.socket.destroy();
      else response.writeHead(reply).end();
    });
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });

  function take(body: string, headers: IncomingHttpHeaders): void {
    const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    try {
      const event = new Webhook(secret).verify(body, texts) as Delivered;
      believed.push({ id: texts['webhook-id'] ?? '', event });
    } catch {
      refused.push(body);
    }
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    believed,
    refused,
    trust: (its: string) => void (secret = its),
    answer: (...its: readonly ('silence' | number)[]) => void replies.push(...its),
    close: () => void server.close(),
  };
}

/** What the table's stream says of an event that was written, under the keys that it is found by. */
const wakeUp = (paymentId: string) => ({
  eventID: paymentId,
  eventName: 'INSERT',
  eventSource: 'aws:dynamodb',
  dynamodb: { Keys: { pk: { S: `#E#${paymentId}` }, sk: { S: paymentId } }, StreamViewType: 'KEYS_ONLY' },
});

/** The platform's functions as bundles, on an engine of DynamoDB behind a wire that throttles, loses and doubles. */
describe('payments and their webhooks on AWS', () => {
  let engine: Awaited<ReturnType<typeof startDynamoDbEngine>>;
  let table: Awaited<ReturnType<typeof freshTable>>;
  let proxy: AwsProxy;
  let receiver: Awaited<ReturnType<typeof aReceiver>>;
  const variables = () => ({
    DYNAMODB_ENDPOINT: proxy.url,
    DYNAMODB_TABLE: table.table,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  const deployed = someDeployment('dynamodb', variables);
  /** Another instance of each, which gets what comes while the first is busy. */
  const beside = someDeployment('dynamodb', variables);

  beforeAll(async () => {
    engine = await startDynamoDbEngine({});
    table = await freshTable(engine.url);
    await addMerchants(dynamodbStorage(table), [aMerchant('merchant-1')]);
    proxy = await awsProxy(engine.url);
    receiver = await aReceiver();
    const body = { url: receiver.url, events: ['payment.succeeded'] };
    const made = await deployed.asked('process', '/webhook_endpoints', { body });
    receiver.trust(String(made.body['secret']));
  });
  afterAll(async () => {
    await deployed.close();
    await beside.close();
    receiver.close();
    await proxy.close();
    await engine.stop();
  });

  const paid = async (key: string) =>
    (await deployed.asked('process', '/payments', { body: aPaymentBody(), key })).body;

  /** What schedules do once: events to deliveries, deliveries to receivers. */
  async function schedules(): Promise<void> {
    await deployed.invoked('relay', SCHEDULED);
    await deployed.invoked('webhooks', SCHEDULED);
  }

  const heardOf = (id: unknown) => receiver.believed.filter(({ event }) => event.data.id === id);

  it('reach the receiver once and signed, though the store throttles, loses replies and gets writes twice', async () => {
    const met = proxy.met();
    proxy.trouble(/TransactWriteItems/, 'reply lost', 'throttled', 'duplicated');
    const payment = await paid('troubled');
    expect(payment['status']).toBe('succeeded');
    expect((await paid('troubled'))['id']).toBe(payment['id']);
    proxy.trouble(/Query/, 'throttled', 'reply lost');
    await schedules();
    await schedules();
    expect(proxy.met()).toBe(met + 5);
    expect(heardOf(payment['id'])).toMatchObject([{ event: { event_type: 'payment.succeeded' } }]);
    expect(receiver.refused).toEqual([]);
  });

  it('are on record as not answered when their answer was lost, and sent again they have the same id', async () => {
    // A connection that was kept may have ended meanwhile, so the sender tries a fresh one before it gives up.
    receiver.answer('silence', 'silence');
    const payment = await paid('unanswered');
    await schedules();
    expect(heardOf(payment['id'])).toHaveLength(2);
    const listed = await deployed.asked('query', '/webhook_deliveries');
    const [delivery] = (listed.body['items'] as readonly Readonly<Record<string, unknown>>[]).filter(
      ({ payment_id: id }) => id === payment['id'],
    );
    expect(delivery).toMatchObject({ status: 'pending', attempts: [{ error: 'connection_lost' }] });
    const replay = `/webhook_deliveries/${String(delivery?.['id'])}/replay`;
    expect((await deployed.asked('process', replay, { body: {} })).status).toBe(202);
    await schedules();
    const heard = heardOf(payment['id']);
    expect([heard.length, new Set(heard.map(({ id }) => id)).size]).toEqual([3, 1]);
  });

  it('reach the receiver once, though wake-ups of the stream are late, doubled and in another order, at two instances', async () => {
    const payments = [await paid('woken-1'), await paid('woken-2'), await paid('woken-3')];
    const [first, second, third] = payments.map(({ id }) => wakeUp(String(id)));
    await Promise.all([
      deployed.invoked('relay', { Records: [third, first, third] }),
      beside.invoked('relay', { Records: [second, second] }),
    ]);
    await Promise.all([deployed.invoked('webhooks', SCHEDULED), beside.invoked('webhooks', SCHEDULED)]);
    await deployed.invoked('relay', { Records: [first] });
    await schedules();
    for (const { id } of payments) {
      const heard = heardOf(id);
      expect(heard).toMatchObject([{ event: { event_type: 'payment.succeeded' } }]);
    }
    const { body } = await deployed.asked('query', '/webhook_deliveries');
    const deliveries = (body['items'] as readonly Readonly<Record<string, unknown>>[]).filter(
      ({ payment_id: of }) => payments.some(({ id }) => id === of),
    );
    expect(deliveries.map(({ status }) => status)).toEqual(['delivered', 'delivered', 'delivered']);
  });
});
