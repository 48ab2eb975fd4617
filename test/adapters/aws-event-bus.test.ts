import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { sqsClient } from '../../src/adapters/aws/approval-queue.ts';
import { eventBridgeBus, eventBridgeClient } from '../../src/adapters/aws/event-bus.ts';
import type { ApprovalEvent } from '../../src/domain/approvals/approval-events.ts';
import { fromRfc3339 } from '../../src/domain/kernel/instant.ts';
import { type JsonObject, parseJson } from '../../src/domain/kernel/json.ts';
import { eventBusContract, someEvents } from '../contract/approvals/event-bus.contract.ts';
import { emulatorUrl, hasEmulator } from '../support/aws-emulators.ts';
import { aBus, anAws, askingAt, REGION } from '../support/aws-messaging.ts';
import { awsProxy } from '../support/aws-proxy.ts';

type Envelope = Readonly<{
  source: string;
  'detail-type': ApprovalEvent['type'];
  detail: JsonObject &
    Readonly<{ eventId: ApprovalEvent['id']; paymentId: ApprovalEvent['paymentId']; updatedAt: string }>;
}>;

/** A bus on the emulator, what its rule lets through, and the events in that. */
async function onEmulator(url: string, pattern: object = { source: ['paywright.approvals'] }) {
  askingAt(url);
  const [events, sqs] = [eventBridgeClient(REGION), sqsClient(REGION)];
  const { name, listener } = await aBus({ events, sqs }, pattern);
  const envelopes: Envelope[] = [];
  return {
    bus: eventBridgeBus({ client: events, name }),
    envelopes: async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: listener, MaxNumberOfMessages: 10 }),
      );
      for (const { Body = '', ReceiptHandle } of Messages) {
        envelopes.push(parseJson(Body) as unknown as Envelope);
        await sqs.send(new DeleteMessageCommand({ QueueUrl: listener, ReceiptHandle }));
      }
      return envelopes;
    },
    close: () => {
      events.destroy();
      sqs.destroy();
      vi.unstubAllEnvs();
    },
  };
}

/** The emulator puts its own time into the envelope. */
function eventIn({ 'detail-type': type, detail: { eventId, ...data } }: Envelope): ApprovalEvent {
  const created = fromRfc3339(data.updatedAt);
  return { id: eventId, type, paymentId: data.paymentId, created, data };
}

describe.runIf(hasEmulator('ministack'))('on an emulator', () => {
  eventBusContract('EventBridge (ministack)', async () => {
    const { bus, envelopes, close } = await onEmulator(await emulatorUrl('ministack'));
    return { bus, heard: async () => (await envelopes()).map(eventIn), close: async () => close() };
  });

  it('lets rules choose by source, by type and by the payment', async () => {
    const [event] = someEvents(1) as [ApprovalEvent];
    const { bus, envelopes, close } = await onEmulator(await emulatorUrl('ministack'), {
      source: ['paywright.approvals'],
      'detail-type': ['PaymentCreated'],
      detail: { paymentId: [event.paymentId] },
    });
    onTestFinished(close);
    (await bus.publish([...someEvents(3), event]))._unsafeUnwrap();
    await expect.poll(async () => (await envelopes()).length).toBe(1);
    expect((await envelopes())[0]?.detail).toEqual({ ...event.data, eventId: event.id });
  });

  it('loses nothing when requests and replies are lost, throttled and doubled on the way', async () => {
    const proxy = await awsProxy(await emulatorUrl('ministack'));
    const { bus, envelopes, close } = await onEmulator(proxy.url);
    onTestFinished(async () => {
      close();
      await proxy.close();
    });
    proxy.trouble(/PutEvents/, 'throttled', 'reply lost', 'request lost', 'duplicated');
    const events = someEvents(12);
    expect((await bus.publish(events))._unsafeUnwrap()).toEqual([]);
    expect(proxy.met()).toBe(4);
    await expect
      .poll(async () => new Set((await envelopes()).map(({ detail }) => detail.eventId)))
      .toEqual(new Set(events.map(({ id }) => id)));
  });
});

type Entry = Readonly<{
  Detail: string;
  EventBusName: string;
  Source: string;
  DetailType: string;
  Time: number;
}>;
const eventOf = ({ Detail }: Entry) => (JSON.parse(Detail) as { eventId: string }).eventId;
const idsOf = (events: readonly ApprovalEvent[]) => events.map(({ id }) => id);

/** EventBridge as each test has it take entries, or not; `batches` are the events of each request. */
async function withEntries(fault: (entry: Entry, request: number) => string | undefined) {
  let request = 0;
  const calls = await anAws(({ input }) => {
    request += 1;
    const Entries = (input['Entries'] as readonly Entry[]).map((entry, index) => {
      const ErrorCode = fault(entry, request);
      return ErrorCode === undefined ? { EventId: `${index}` } : { ErrorCode, ErrorMessage: 'no' };
    });
    return { body: { Entries, FailedEntryCount: Entries.filter((each) => 'ErrorCode' in each).length } };
  });
  const bus = eventBridgeBus({ client: eventBridgeClient(REGION), name: 'approvals' });
  return { bus, calls, batches: () => calls.map(({ input }) => (input['Entries'] as Entry[]).map(eventOf)) };
}

describe('EventBridge that answers with faults', () => {
  it('is sent what it did not take again, alone', async () => {
    const events = someEvents(12);
    const [first, , third] = idsOf(events);
    const { bus, batches } = await withEntries((entry, request) =>
      request <= 2 && [first, third].includes(eventOf(entry) as ApprovalEvent['id'])
        ? 'ThrottlingException'
        : undefined,
    );
    expect((await bus.publish(events))._unsafeUnwrap()).toEqual([]);
    expect(batches()).toEqual([
      idsOf(events.slice(0, 10)),
      [first, third],
      [first, third],
      idsOf(events.slice(10)),
    ]);
  });

  it('is told the bus, the source, the type and when it happened', async () => {
    const [event] = someEvents(1) as [ApprovalEvent];
    const { bus, calls } = await withEntries(() => undefined);
    (await bus.publish([event]))._unsafeUnwrap();
    expect(calls[0]?.input['Entries']).toEqual([
      {
        EventBusName: 'approvals',
        Source: 'paywright.approvals',
        DetailType: 'PaymentCreated',
        Detail: expect.any(String),
        Time: event.created / 1_000,
      },
    ]);
  });

  it('names the events that it will never take, and takes those beside them', async () => {
    const events = someEvents(2);
    const { bus } = await withEntries((entry) =>
      eventOf(entry) === events[1]?.id ? 'MalformedDetail' : undefined,
    );
    expect((await bus.publish(events))._unsafeUnwrap()).toEqual([
      { eventId: events[1]?.id, error: 'MalformedDetail: no' },
    ]);
  });

  it('gets no more bytes than a request may have, and one event that is too large alone', async () => {
    const { bus, batches } = await withEntries(() => undefined);
    const large = (count: number, bytes: number) =>
      someEvents(count).map((event) => ({ ...event, data: { ...event.data, note: 'x'.repeat(bytes) } }));
    (await bus.publish([...large(4, 90_000), ...large(1, 300_000), ...someEvents(1)]))._unsafeUnwrap();
    expect(batches().map(({ length }) => length)).toEqual([2, 2, 1, 1]);
  });

  it('is down where it denies access, and when it never takes an event that it should', async () => {
    await anAws(() => ({ status: 400, body: { __type: 'AccessDeniedException', message: 'no' } }));
    const denied = eventBridgeBus({ client: eventBridgeClient(REGION), name: 'approvals' });
    expect((await denied.publish(someEvents(1)))._unsafeUnwrapErr().kind).toBe('SinkUnavailable');
    const { bus, batches } = await withEntries(() => 'InternalFailure');
    expect((await bus.publish(someEvents(1)))._unsafeUnwrapErr().kind).toBe('SinkUnavailable');
    expect(batches()).toHaveLength(5);
  });
});
