import type { SentEvent } from '../../../domain/approvals/sent-event.ts';
import type { Instant } from '../../../domain/kernel/instant.ts';
import { canonicalJson, type JsonObject, parseJson } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { StoredRows } from '../../../ports/approvals/stored-rows.ts';
import { attempt } from '../faults.ts';
import { type Item, writtenFailure } from '../items.ts';
import { type QueryPage, queryPage, type Read, within } from '../reads.ts';
import {
  eventKey,
  type ItemKey,
  outboxPartitions,
  parkedEventKey,
  parkedPartition,
  SCHEMA_KEY,
  type Table,
} from '../table.ts';
import { APPROVAL_EVENTS } from './approval-items.ts';
import { APPROVALS_OUTBOX, sentEventKey } from './keys.ts';

/** Where unsent events are, the parked ones last. */
export const UNSENT_PARTITIONS = [...outboxPartitions(APPROVALS_OUTBOX), parkedPartition(APPROVALS_OUTBOX)];

/** A page of each partition of events at once. */
export function storedEvents(
  table: Table,
  read: Read,
  after: string | undefined,
): ReturnType<StoredRows['events']> {
  const starts: EventStarts = after === undefined ? UNSENT_PARTITIONS.map((pk) => ({ pk })) : parsed(after);
  return attempt(async () => {
    const pages = await Promise.all(starts.map((start) => eventPage(table, start)));
    return { pages, since: Number((await read(SCHEMA_KEY))?.['failures_sealed_since'] ?? 0) };
  }).map(({ pages, since }) => {
    const left = pages.flatMap(({ next }) => (next === undefined ? [] : [next]));
    return {
      items: pages
        .flatMap(({ items }) => items)
        .map((item) => ({ event: APPROVAL_EVENTS.eventOf(item), isSound: isSound(item, since) })),
      ...present({ next: left.length === 0 ? undefined : JSON.stringify(left) }),
    };
  });
}

/** Where to go on in each partition of events that is not at its end: behind an item, or at the beginning. */
type EventStarts = readonly Readonly<{ pk: string; sk?: string }>[];

const parsed = (after: string): EventStarts => JSON.parse(after) as EventStarts;

const EVENTS_AT_ONCE = 100;

const eventPage = (table: Table, start: EventStarts[number]): Promise<QueryPage> =>
  queryPage(table, {
    ...within(start.pk),
    Limit: EVENTS_AT_ONCE,
    ...present({ ExclusiveStartKey: start.sk === undefined ? undefined : start }),
  });

/** How the delivery of an event went is held to its seal from `sealedSince` on. */
function isSound(item: Item, sealedSince: Instant): boolean {
  const { pk, data, ...stored } = item;
  const event = APPROVAL_EVENTS.eventOf(item);
  const isParked = pk === parkedPartition(APPROVALS_OUTBOX);
  const {
    pk: place,
    data: told,
    ...written
  } = {
    ...APPROVAL_EVENTS.itemOf(event),
    ...writtenFailure(event.id, isParked ? { ...item, retry_at: undefined } : item),
  };
  const { failure_seal: expected, ...rest } = written;
  const seal = event.created < sealedSince ? stored['failure_seal'] : expected;
  return (
    (isParked || pk === place) &&
    canonicalJson(stored as JsonObject) ===
      canonicalJson({ ...rest, ...present({ failure_seal: seal }) } as JsonObject) &&
    canonicalJson(parseJson(String(data))) === canonicalJson(parseJson(String(told)))
  );
}

/** Of events that must be somewhere, those that were not sent, do not wait and are not parked. */
export async function lostEvents(
  read: Read,
  owed: readonly SentEvent[],
  sent: ReadonlySet<string>,
): Promise<readonly SentEvent[]> {
  const isThere = async (event: SentEvent): Promise<boolean> => {
    // In the order in which it moves; between waiting and parked it moves to and fro, so those are read twice.
    for (const key of [...UNSENT, ...UNSENT]) if ((await read(key(event))) !== undefined) return true;
    return (await read(sentEventKey(event.paymentId, event.id))) !== undefined;
  };
  const unknown = owed.filter(({ id }) => !sent.has(id));
  const found = await Promise.all(unknown.map(isThere));
  return unknown.filter((_, index) => found[index] !== true);
}

const UNSENT: readonly ((event: SentEvent) => ItemKey)[] = [
  (event) => eventKey(event, APPROVALS_OUTBOX),
  ({ id }) => parkedEventKey(id, APPROVALS_OUTBOX),
];
