import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { ApprovalEvent } from '../../domain/approvals/approval-events.ts';
import { jsonText } from '../../domain/kernel/json.ts';
import type { EventBus } from '../../ports/approvals/event-bus.ts';
import { MESSAGING_CLIENT, sent } from './calls.ts';
import { type BatchEntry, partialBatches } from './partial-batches.ts';

/** A bus of EventBridge, by its name or its ARN. */
export type EventBridgeBus = Readonly<{ client: EventBridgeClient; name: string }>;

export const eventBridgeClient = (region: string): EventBridgeClient =>
  new EventBridgeClient({ region, ...MESSAGING_CLIENT });

/** By which rules tell our events from those of others. */
const EVENT_SOURCE = 'paywright.approvals';

const MOST_ENTRIES = 10;
const MOST_BYTES = 262_144;
/** As EventBridge counts an entry's time. */
const TIME_BYTES = 14;

/** What EventBridge calls wrong with an event itself, in an entry's reply or for a whole request. */
const REFUSALS: ReadonlySet<string> = new Set([
  'InvalidArgument',
  'MalformedDetail',
  'ValidationError',
  'ValidationException',
]);

/** The bus in EventBridge: `detail-type` is the event's type, and `detail` its payment with the event's id as `eventId`. */
export function eventBridgeBus({ client, name }: EventBridgeBus): EventBus {
  const publish = partialBatches<PutEventsRequestEntry>({
    most: MOST_ENTRIES,
    mostBytes: MOST_BYTES,
    refusals: REFUSALS,
    async send(entries) {
      const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [...entries] }));
      return entries.map((_, index) => {
        const { EventId, ErrorCode = 'Unanswered', ErrorMessage } = Entries[index] ?? {};
        return EventId === undefined ? { code: ErrorCode, message: ErrorMessage } : undefined;
      });
    },
  });
  return {
    publish: (events) => sent(() => publish(events.map((event) => entryOf(event, name)))),
  };
}

function entryOf(
  { id, type, created, data }: ApprovalEvent,
  EventBusName: string,
): BatchEntry<PutEventsRequestEntry> {
  const Detail = jsonText({ ...data, eventId: id });
  return {
    eventId: id,
    bytes: TIME_BYTES + Buffer.byteLength(`${EVENT_SOURCE}${type}${Detail}`),
    entry: { EventBusName, Source: EVENT_SOURCE, DetailType: type, Detail, Time: new Date(created) },
  };
}
