import { randomUUID } from 'node:crypto';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { sqsClient } from '../../src/adapters/aws/approval-queue.ts';
import { eventBridgeClient } from '../../src/adapters/aws/event-bus.ts';
import { aWorkEvent } from '../support/approvals-app.ts';
import { emulatorUrl, hasEmulator } from '../support/aws-emulators.ts';
import { aBus, aQueue, askingAt, REGION } from '../support/aws-messaging.ts';
import { type AwsProxy, awsProxy } from '../support/aws-proxy.ts';
import { SCHEDULED, someDeployment } from '../support/lambda/functions.ts';
import { postgresServer } from '../support/postgres-database.ts';

type Envelope = Readonly<{ 'detail-type': string; detail: Readonly<{ eventId: string; paymentId: string }> }>;
type Person = Readonly<{ sub: string; role: string }>;

/**
 * From completed work on a bus to events about its payout on another, through the functions' bundles, on an emulator of SQS
 * and EventBridge. A function is handed a queue's messages as Lambda hands them over, and those that it does not name as failed
 * are removed.
 */
describe.runIf(hasEmulator('ministack'))('approvals on AWS', () => {
  let server: Awaited<ReturnType<typeof postgresServer>>;
  let proxy: AwsProxy;
  let names: Awaited<ReturnType<typeof resources>>;
  const deployed = someDeployment('postgres', () => ({
    DATABASE_URL: names.databaseUrl,
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL: proxy.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    APPROVAL_QUEUE_URL: names.approvals.url,
    EVENT_BUS_NAME: names.bus.name,
  }));

  async function resources(url: string) {
    askingAt(url);
    const [events, sqs] = [eventBridgeClient(REGION), sqsClient(REGION)];
    const approvals = await aQueue(sqs, 300);
    return {
      events,
      sqs,
      approvals,
      incidents: await aBus({ events, sqs }, { 'detail-type': ['WorkCompleted'] }),
      bus: await aBus({ events, sqs }, { source: ['paywright.approvals'] }),
      // As between a rule and a function, with dead letters of its own.
      work: await aQueue(sqs, 1),
      databaseUrl: await server.newDatabase(),
    };
  }

  beforeAll(async () => {
    server = await postgresServer(inject('postgresUrl'));
    proxy = await awsProxy(await emulatorUrl('ministack'));
    names = await resources(proxy.url);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await deployed.close();
    await proxy.close();
    await server.close();
  });

  /** Messages that wait, up to ten, waited for as a long poll does. */
  async function received(QueueUrl: string): Promise<readonly Message[]> {
    const { Messages = [] } = await names.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 1,
        MessageAttributeNames: ['All'],
      }),
    );
    return Messages;
  }
  const remove = (QueueUrl: string, { ReceiptHandle }: Message) =>
    names.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));

  /** One batch of the queue through the function that consumes it. */
  async function consume(QueueUrl: string, name: string): Promise<void> {
    const messages = await received(QueueUrl);
    if (messages.length === 0) return;
    const Records = messages.map(({ MessageId, Body }) => ({
      messageId: MessageId,
      body: Body,
      eventSource: 'aws:sqs',
    }));
    const { batchItemFailures } = await deployed.invoked<{ batchItemFailures: { itemIdentifier: string }[] }>(
      name,
      {
        Records,
      },
    );
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const message of messages) if (!failed.has(message.MessageId ?? '')) await remove(QueueUrl, message);
  }

  /** What an approver's tool has received so far, by payment. */
  const queued = new Map<string, Readonly<Record<string, unknown>>>();
  async function waitInQueue(paymentId?: string): Promise<Readonly<Record<string, unknown>>> {
    await expect
      .poll(
        async () => {
          for (const message of await received(names.approvals.url)) {
            const body = JSON.parse(message.Body ?? '') as Readonly<Record<string, unknown>>;
            queued.set(String(body['paymentId']), body);
            await remove(names.approvals.url, message);
          }
          return paymentId === undefined ? queued.size > 0 : queued.has(paymentId);
        },
        { interval: 10 },
      )
      .toBe(true);
    return queued.get(paymentId ?? [...queued.keys()][0] ?? '') ?? {};
  }

  /** The types of the events about a payment, each event once, in the order in which they were heard. */
  const heard = new Map<string, Envelope>();
  async function typesHeard(paymentId: string): Promise<readonly string[]> {
    for (const message of await received(names.bus.listener)) {
      const envelope = JSON.parse(message.Body ?? '') as Envelope;
      heard.set(envelope.detail.eventId, envelope);
      await remove(names.bus.listener, message);
    }
    return [...heard.values()]
      .filter(({ detail }) => detail.paymentId === paymentId)
      .map((envelope) => envelope['detail-type']);
  }

  const announce = (work: ReturnType<typeof aWorkEvent>) =>
    names.events.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: names.incidents.name,
            Source: work.source,
            DetailType: work['detail-type'],
            Detail: JSON.stringify(work.detail),
          },
        ],
      }),
    );

  const byPerson = (name: string, path: string, person: Person, body?: object) =>
    deployed.asked(name, path, {
      ...(body === undefined ? {} : { body }),
      claims: { ...person, merchant_id: undefined, permissions: [] },
    });
  const dispatcher = { sub: 'dispatcher-1', role: 'dispatcher' };
  const admin = { sub: 'admin-1', role: 'admin' };

  it('takes completed work from the bus to a payout and its events, once, whatever is lost, doubled or throttled', async () => {
    const work = aWorkEvent();
    await announce(work);
    await announce(work);
    // Each comes under an id of its own, as EventBridge gives one to each.
    for (let batch = 0; batch < 2; batch += 1) await consume(names.incidents.listener, 'work-completed');

    proxy.trouble(/SendMessageBatch/, 'throttled', 'reply lost', 'duplicated');
    proxy.trouble(/PutEvents/, 'reply lost', 'throttled');
    expect(await deployed.invoked('approvals-relay', SCHEDULED)).toMatchObject({ left: false });
    const message = await waitInQueue();
    expect(message).toMatchObject({
      incidentId: work.detail.incidentId,
      vendorId: work.detail.vendorId,
      amountCents: 13_550,
      workDetails: work.detail.workDetails,
    });
    const paymentId = String(message['paymentId']);
    expect([...queued.keys()]).toEqual([paymentId]);

    const path = `/payments/${paymentId}`;
    expect(await byPerson('approvals-approve', `${path}/approve`, dispatcher, {})).toMatchObject({
      status: 200,
      body: { status: 'approved' },
    });
    expect(await byPerson('approvals-approve', `${path}/process`, admin, {})).toMatchObject({
      status: 200,
      body: { status: 'completed', processorReference: expect.any(String) },
    });
    // A stream wakes the relay as a schedule does.
    const stream = { Records: [{ eventSource: 'aws:dynamodb', eventID: '1' }] };
    expect(await deployed.invoked('approvals-relay', stream)).toMatchObject({ left: false });
    await expect
      .poll(async () => (await typesHeard(paymentId)).toSorted(), { interval: 10 })
      .toEqual(['PaymentApproved', 'PaymentCompleted', 'PaymentCreated']);
    expect(proxy.met()).toBe(5);
  });

  it('lets a message that cannot be taken go to its dead-letter queue alone, and takes those beside it', async () => {
    const send = (body: unknown) =>
      names.sqs.send(
        new SendMessageCommand({
          QueueUrl: names.work.url,
          MessageBody: typeof body === 'string' ? body : JSON.stringify(body),
        }),
      );
    const [first, second] = [aWorkEvent(), aWorkEvent()];
    const vendorId = randomUUID();
    const late = aWorkEvent({ vendorId });
    for (const body of [
      second,
      { ...first, source: 'nobody we know' },
      'no event',
      late,
      second,
      first,
      late,
    ])
      await send(body);
    const figures = async (QueueUrl: string) => {
      const { Attributes = {} } = await names.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
      );
      return Number(Attributes['ApproximateNumberOfMessages']);
    };
    await expect
      .poll(
        async () => {
          await consume(names.work.url, 'work-completed');
          return figures(names.work.deadUrl);
        },
        { interval: 100 },
      )
      .toBe(2);
    const { body } = await byPerson('approvals-pending', '/payments/pending', dispatcher);
    const waiting = (body['payments'] as readonly { incidentId: string }[]).map(
      ({ incidentId }) => incidentId,
    );
    expect(waiting.toSorted()).toEqual(
      [first, second, late].map(({ detail }) => detail.incidentId as string).toSorted(),
    );
  });

  it('sends nothing to another queue when the one that is named is away, and all of it once it is back', async () => {
    const { status, body } = await byPerson('approvals-create', '/payments', dispatcher, {
      incidentId: randomUUID(),
      vendorId: randomUUID(),
      payerType: 'back_office',
      amountCents: 100,
      lineItems: [{ description: 'Towing', quantity: 1, unitPriceCents: 100 }],
    });
    expect(status).toBe(201);
    proxy.trouble(/SendMessageBatch/, 'throttled', 'throttled', 'throttled', 'throttled');
    await deployed.invoked('approvals-relay', SCHEDULED);
    await expect
      .poll(
        async () => {
          await deployed.invoked('approvals-relay', SCHEDULED);
          return [...(await typesHeard(String(body['paymentId'])))];
        },
        { interval: 100 },
      )
      .toEqual(['PaymentCreated']);
    await waitInQueue(String(body['paymentId']));
  });
});
