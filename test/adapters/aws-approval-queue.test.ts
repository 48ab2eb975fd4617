import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { sqsApprovalQueue, sqsClient } from '../../src/adapters/aws/approval-queue.ts';
import { approvalMessage } from '../../src/domain/approvals/approval-message.ts';
import { DEFAULT_POLICY } from '../../src/domain/approvals/policy.ts';
import type { QueuedApproval } from '../../src/ports/approvals/approval-queue.ts';
import { approvalQueueContract } from '../contract/approvals/approval-queue.contract.ts';
import { aCreation } from '../fixtures/approvals.ts';
import { emulatorUrl, hasEmulator } from '../support/aws-emulators.ts';
import { anAws, aQueue, askingAt, REGION } from '../support/aws-messaging.ts';
import { awsProxy } from '../support/aws-proxy.ts';

const HIDDEN_S = 2;

/** A queue on the emulator that hides messages for as long as a test can wait. */
async function onEmulator(url: string, visibilityS = HIDDEN_S) {
  askingAt(url);
  const client = sqsClient(REGION);
  const at = await aQueue(client, visibilityS);
  return { client, ...at, queue: sqsApprovalQueue({ client, url: at.url }) };
}

const messages = (count: number, notes = ''): readonly QueuedApproval[] =>
  Array.from({ length: count }, () => {
    const { payment, change } = aCreation();
    return {
      eventId: change.events[0]?.id ?? '',
      message: approvalMessage(payment, DEFAULT_POLICY, { notes }),
    };
  });

describe.runIf(hasEmulator('ministack'))('on an emulator', () => {
  approvalQueueContract(
    'SQS (ministack)',
    async () => {
      const { client, queue } = await onEmulator(await emulatorUrl('ministack'));
      return {
        queue,
        now: () => 0,
        whileHidden: () => pause(HIDDEN_S * 1_000 + 100),
        settled: async () => {},
        close: async () => {
          client.destroy();
          vi.unstubAllEnvs();
        },
      };
    },
    // No emulator moves messages back.
    { hasMoves: false },
  );

  it('puts the payment in the body and what consumers choose by in the attributes', async () => {
    const { client, url, queue } = await onEmulator(await emulatorUrl('ministack'));
    onTestFinished(() => void vi.unstubAllEnvs());
    const [sent] = messages(1, 'Flat tyre') as [QueuedApproval];
    (await queue.send([sent], 0))._unsafeUnwrap();
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: url, MessageAttributeNames: ['All'] }),
    );
    const { body, attributes } = sent.message;
    expect(JSON.parse(Messages[0]?.Body ?? '')).toEqual(body);
    expect(Object.keys(body)).toEqual([
      'paymentId',
      'incidentId',
      'vendorId',
      'amountCents',
      'createdAt',
      'workDetails',
    ]);
    expect(Messages[0]?.MessageAttributes).toEqual({
      paymentId: { DataType: 'String', StringValue: attributes.paymentId },
      incidentId: { DataType: 'String', StringValue: attributes.incidentId },
      priority: { DataType: 'String', StringValue: 'normal' },
    });
  });

  it('leaves a message of others to become a dead letter, and gives those beside it', async () => {
    const { client, url, queue } = await onEmulator(await emulatorUrl('ministack'), 300);
    onTestFinished(() => void vi.unstubAllEnvs());
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'not one of ours' }));
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: '{"paymentId":"x"}' }));
    const [ours] = messages(1) as [QueuedApproval];
    (await queue.send([ours], 0))._unsafeUnwrap();
    const received = (await queue.receive(10, 0))._unsafeUnwrap();
    expect(received.map(({ message }) => message)).toEqual([ours.message]);
  });

  it('loses nothing when requests and replies are lost, throttled and doubled on the way', async () => {
    const proxy = await awsProxy(await emulatorUrl('ministack'));
    const { queue } = await onEmulator(proxy.url, 300);
    onTestFinished(async () => {
      vi.unstubAllEnvs();
      await proxy.close();
    });
    proxy.trouble(/SendMessageBatch/, 'throttled', 'reply lost', 'request lost', 'duplicated', 'throttled');
    const sent = messages(25);
    expect((await queue.send(sent, 0))._unsafeUnwrap()).toEqual([]);
    expect(proxy.met()).toBe(5);
    const got = new Set<string>();
    await expect
      .poll(
        async () => {
          for (const { message } of (await queue.receive(10, 0))._unsafeUnwrap())
            got.add(message.body.paymentId);
          return got;
        },
        { interval: 1 },
      )
      .toEqual(new Set(sent.map(({ message }) => message.body.paymentId)));
  });
});

type Entry = Readonly<{ Id: string; MessageBody: string }>;

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const taken = ({ Id, MessageBody }: Entry) => ({
  Id,
  MessageId: Id,
  MD5OfMessageBody: md5(MessageBody),
});
const paymentIn = ({ MessageBody }: Entry) => (JSON.parse(MessageBody) as { paymentId: string }).paymentId;

/** SQS as each test has it take entries, or not; `batches` are the payments of each request. */
async function withEntries(fault: (entry: Entry, request: number) => string | undefined) {
  let request = 0;
  const calls = await anAws(({ input }) => {
    request += 1;
    const entries = input['Entries'] as readonly Entry[];
    const faults = entries.map((entry) => fault(entry, request));
    return {
      body: {
        Successful: entries.filter((_, index) => faults[index] === undefined).map(taken),
        Failed: entries.flatMap(({ Id }, index) => {
          const Code = faults[index];
          return Code === undefined ? [] : [{ Id, Code, SenderFault: false, Message: 'no' }];
        }),
      },
    };
  });
  const queue = sqsApprovalQueue({ client: sqsClient(REGION), url: 'http://queue.example/1/approvals' });
  return { queue, batches: () => calls.map(({ input }) => (input['Entries'] as Entry[]).map(paymentIn)) };
}

const paymentsOf = (sent: readonly QueuedApproval[]) => sent.map(({ message }) => message.body.paymentId);

describe('SQS that answers with faults', () => {
  it('is sent what it did not take again, alone', async () => {
    const sent = messages(3);
    const [, second] = paymentsOf(sent);
    const { queue, batches } = await withEntries((entry, request) =>
      request <= 2 && paymentIn(entry) === second ? 'InternalError' : undefined,
    );
    expect((await queue.send(sent, 0))._unsafeUnwrap()).toEqual([]);
    expect(batches()).toEqual([paymentsOf(sent), [second], [second]]);
  });

  it('names the messages that it will never take, and takes those beside them', async () => {
    const sent = messages(3);
    const [first] = sent as [QueuedApproval];
    const { queue, batches } = await withEntries((entry) =>
      paymentIn(entry) === paymentsOf(sent)[0] ? 'InvalidMessageContents' : undefined,
    );
    expect((await queue.send(sent, 0))._unsafeUnwrap()).toEqual([
      { eventId: first.eventId, error: 'InvalidMessageContents: no' },
    ]);
    expect(batches()).toHaveLength(1);
  });

  it('is not sent twice what it took, when the rest comes again after it was down', async () => {
    const sent = messages(2);
    const [, second] = paymentsOf(sent);
    let isDown = true;
    const { queue, batches } = await withEntries((entry) =>
      isDown && paymentIn(entry) === second ? 'ServiceUnavailable' : undefined,
    );
    expect((await queue.send(sent, 0))._unsafeUnwrapErr().kind).toBe('SinkUnavailable');
    isDown = false;
    const before = batches().length;
    expect((await queue.send(sent, 0))._unsafeUnwrap()).toEqual([]);
    expect(batches().slice(before)).toEqual([[second]]);
    (await queue.send(sent, 0))._unsafeUnwrap();
    expect(batches().at(-1)).toEqual(paymentsOf(sent));
  });

  it('gets ten messages a request, and no more bytes than a request may have', async () => {
    const { queue, batches } = await withEntries(() => undefined);
    (await queue.send(messages(21), 0))._unsafeUnwrap();
    expect(batches().map(({ length }) => length)).toEqual([10, 10, 1]);
    (await queue.send(messages(5, 'ü'.repeat(50_000)), 0))._unsafeUnwrap();
    expect(
      batches()
        .slice(3)
        .map(({ length }) => length),
    ).toEqual([2, 2, 1]);
  });

  it('says whose fault it is that a whole request is refused', async () => {
    const sent = messages(3);
    const [poison] = paymentsOf(sent);
    await anAws(({ input }) => {
      const entries = input['Entries'] as readonly Entry[];
      return entries.map(paymentIn).includes(poison ?? '')
        ? { status: 400, body: { __type: 'com.amazonaws.sqs#BatchRequestTooLong', message: 'too long' } }
        : { body: { Successful: entries.map(taken) } };
    });
    const queue = sqsApprovalQueue({ client: sqsClient(REGION), url: 'http://queue.example/1/approvals' });
    expect((await queue.send(sent, 0))._unsafeUnwrap()).toEqual([
      { eventId: sent[0]?.eventId, error: expect.stringContaining('BatchRequestTooLong') },
    ]);
  });

  it('is down, and parks nothing, where it denies access or is not there', async () => {
    for (const name of ['AccessDeniedException', 'QueueDoesNotExist', 'KmsDisabled']) {
      await anAws(() => ({ status: 400, body: { __type: name, message: 'no' } }));
      const queue = sqsApprovalQueue({ client: sqsClient(REGION), url: 'http://queue.example/1/approvals' });
      expect((await queue.send(messages(2), 0))._unsafeUnwrapErr().kind).toBe('SinkUnavailable');
      expect((await queue.receive(1, 0))._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
      expect((await queue.depth(0))._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
    }
  });
});

describe('redriving dead letters of SQS', () => {
  const arn = 'arn:aws:sqs:eu-central-1:000000000000:approvals-dead';
  const redriving = async (
    statuses: readonly string[],
    policy = JSON.stringify({ deadLetterTargetArn: arn }),
  ) => {
    const calls = await anAws(({ action }) => {
      if (action === 'GetQueueAttributes') return { body: { Attributes: { RedrivePolicy: policy } } };
      if (action === 'ListMessageMoveTasks')
        return { body: { Results: statuses.map((Status) => ({ Status, SourceArn: arn })) } };
      return { body: { TaskHandle: 'handle' } };
    });
    const queue = sqsApprovalQueue({ client: sqsClient(REGION), url: 'http://queue.example/1/approvals' });
    const redriven = (await queue.redrive(0))._unsafeUnwrap();
    return { redriven, started: calls.filter(({ action }) => action === 'StartMessageMoveTask') };
  };

  it('starts a task that moves them to the queue that they came from', async () => {
    const { redriven, started } = await redriving(['COMPLETED']);
    expect(started).toEqual([{ action: 'StartMessageMoveTask', input: { SourceArn: arn } }]);
    expect(redriven).toEqual({});
  });

  it('starts no second task while one runs, and none where there is no dead-letter queue', async () => {
    expect((await redriving(['RUNNING'])).started).toEqual([]);
    expect(await redriving([], '')).toEqual({ redriven: { moved: 0 }, started: [] });
  });
});
