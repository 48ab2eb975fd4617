import { FRAUD_STATUSES } from '../../../domain/approvals/fraud.ts';
import type { VendorPaymentId } from '../../../domain/approvals/ids.ts';
import { barredBefore } from '../../../domain/approvals/maker-checker.ts';
import { headOfRefusals } from '../../../domain/approvals/refusal.ts';
import { eventsOfLinks } from '../../../domain/approvals/sent-event.ts';
import { isLive, type VendorPayment } from '../../../domain/approvals/vendor-payment.ts';
import { canonicalJson, type Json, type JsonObject, parseJson } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type {
  ApprovalRowType,
  PaymentHistory,
  RowDifference,
  StoredRows,
} from '../../../ports/approvals/stored-rows.ts';
import { attempt, withRetry } from '../faults.ts';
import type { Item } from '../items.ts';
import { queryItems, type Read, within } from '../reads.ts';
import { judgedSchema } from '../stored-items.ts';
import { type ItemKey, SCHEMA_KEY, type Table } from '../table.ts';
import { linkItem, linkOf, takenEventItem, vendorPaymentItem, vendorPaymentOf } from './approval-items.ts';
import { placeItems, statusItems } from './approval-writes.ts';
import {
  kindOf,
  type ListName,
  linkKey,
  listKey,
  liveKey,
  logPartition,
  PREFIX,
  refusalPartition,
  sentPartition,
  takenEventKey,
  vendorPaymentKey,
} from './keys.ts';
import { refusalHeadItem, refusalItems } from './refusals.ts';
import { sentEventItem } from './sent-events.ts';
import { storedClaims } from './stored-claims.ts';
import { lostEvents, storedEvents, UNSENT_PARTITIONS } from './stored-events.ts';
import { approvalItems, keyText } from './taken-approvals.ts';

/** Items are compared whole, as canonical text, with those that commits write. */
export const dynamodbStoredRows = (table: Table, read: Read): StoredRows => ({
  differences: (history) =>
    attempt(async () => {
      const items = await storedItems(table, read, history);
      const sent = items.filter(({ pk }) => kindOf(pk) === 'T').map(({ sk }) => sk);
      return { items, lost: await lostEvents(read, history.owed, new Set(sent)) };
    }).map(({ items, lost }) => [
      ...lost.map(({ id }): RowDifference => ({ row: 'event', id, fault: 'absent' })),
      ...differing(items, history),
    ]),
  sentSince: () =>
    attempt(() => read(SCHEMA_KEY)).map((schema) => Number(schema?.['events_noted_since'] ?? 0)),
  strays: (after) =>
    attempt(async () => {
      const { items, next } = await scan(table, after);
      const seen = await Promise.all(
        items.map(async (item) => ({ item, payment: await holderOf(read, item) })),
      );
      return { seen, next, ofTable: after === undefined ? schemaDifferences(await read(SCHEMA_KEY)) : [] };
    }).map(({ seen, next, ofTable }) => ({
      items: [...ofTable, ...seen.filter(isStray).map(({ item }) => differenceOf(item, 'orphaned'))],
      ...present({ next: next && JSON.stringify(next) }),
    })),
  claims: (after) => storedClaims(table, read, after),
  events: (after) => storedEvents(table, read, after),
});

/** The table's version, whichever version brought it there. */
function schemaDifferences(item: Item | undefined): readonly RowDifference[] {
  const isSound =
    item !== undefined &&
    canonicalJson(item as JsonObject) === canonicalJson(judgedSchema(item).written as JsonObject);
  if (isSound) return [];
  return [{ row: 'schema', id: SCHEMA_KEY.sk, fault: item === undefined ? 'absent' : 'differs' }];
}

const LISTS: readonly ListName[] = [
  'open',
  'cancelled',
  ...FRAUD_STATUSES.filter((status) => status !== 'low_risk'),
];

/** What is in the places of a payment: its partition of links and approvals, and an item here and there. */
async function storedItems(
  table: Table,
  read: Read,
  history: PaymentHistory,
): Promise<readonly (Item & ItemKey)[]> {
  const { payment } = history;
  const { id } = payment;
  const keys = [
    vendorPaymentKey(id),
    ...[...besideItems(payment), ...takenItems(history)].map(({ pk, sk }) => ({
      pk: String(pk),
      sk: String(sk),
    })),
    ...LISTS.map((list) => listKey(list, id)),
    liveKey(payment),
  ];
  const distinct = [...new Map(keys.map((key) => [keyText(key), key])).values()];
  const [log, refused, sent, beside] = await Promise.all([
    queryItems(table, within(logPartition(id))),
    queryItems(table, within(refusalPartition(id))),
    queryItems(table, within(sentPartition(id))),
    Promise.all(distinct.map(read)),
  ]);
  const isOwn = (item: Item) => item['holder'] === undefined || item['holder'] === id;
  return [
    ...log,
    ...refused,
    ...sent,
    ...beside.filter((item) => item !== undefined).filter(isOwn),
  ] as (Item & ItemKey)[];
}

/** The items of a payment that guards and lists ask for, which its newest version alone decides. */
const besideItems = (payment: VendorPayment): readonly Item[] => [
  ...(isLive(payment) ? [{ ...liveKey(payment), holder: payment.id }] : []),
  ...placeItems(payment),
  ...statusItems(payment),
];

function differing(stored: readonly (Item & ItemKey)[], history: PaymentHistory): readonly RowDifference[] {
  const { payment, links, given, refused } = history;
  const own = stored.find(({ pk }) => kindOf(pk) === 'P');
  const held = new Set(stored.map(keyText));
  const expected = [
    paymentItem(history, own),
    ...besideItems(payment),
    ...takenItems(history),
    ...approvalItems(payment.id, given, held),
    ...links.map(linkItem),
    ...refused.flatMap(refusalItems),
    ...headItems(history),
    ...sentItems(links, stored),
  ] as (Item & ItemKey)[];
  const texts = new Map(stored.map((item) => [keyText(item), itemText(item)]));
  const keys = new Set(expected.map(keyText));
  return [
    ...expected
      .filter((item) => texts.get(keyText(item)) !== itemText(item))
      .map((item) => differenceOf(item, texts.has(keyText(item)) ? 'differs' : 'absent')),
    ...stored.filter((item) => !keys.has(keyText(item))).map((item) => differenceOf(item, 'orphaned')),
  ];
}

/**
 * A payment of whose makers the subjects alone were kept may have been stored without `barred`, others with what the version
 * before compared, and the newest change of one whose links do not say which it was is not known.
 */
function paymentItem({ payment, links }: PaymentHistory, stored: Item | undefined): Item {
  const changeId = links.at(-1)?.written?.changeId ?? String(stored?.['change_id']);
  const { barred, ...item } = vendorPaymentItem(payment, changeId);
  if (stored?.['barred'] === undefined && payment.makerIdentities === undefined) return item;
  const before = barredBefore(payment);
  return {
    ...item,
    barred: canonicalJson(stored?.['barred'] as Json) === canonicalJson(before) ? before : barred,
  };
}

/** The event outside that called for a payment, where its first link says which it was. */
function takenItems({ payment, links: [first] }: PaymentHistory): readonly Item[] {
  const key = first?.written?.eventKey;
  return key === undefined ? [] : [takenEventItem(key, payment.id)];
}

/** Of events that links say nothing of, which were written before that was kept, the items are taken as they are. */
function sentItems(links: PaymentHistory['links'], stored: readonly (Item & ItemKey)[]): readonly Item[] {
  const own = stored.filter(({ pk }) => kindOf(pk) === 'T');
  const known = new Map(eventsOfLinks(links).map((event) => [event.id as string, event]));
  const isAllKnown = links.every(({ written }) => written !== undefined);
  return own.flatMap((item) => {
    const event = known.get(item.sk);
    if (event !== undefined) return [sentEventItem(event)];
    return isAllKnown ? [] : [item];
  });
}

/** Payments of before each began with a head have one once somebody was refused. */
function headItems({ payment: { id }, links: [first], refused }: PaymentHistory): readonly Item[] {
  return refused.length === 0 && first?.written?.refusals === undefined
    ? []
    : [refusalHeadItem(id, headOfRefusals(refused))];
}

/**
 * Without how often refused attempts were made, which is compared with the head as a sum; JSON that an item holds as text is compared as a
 * value.
 */
function itemText({ record, attempts, ...rest }: Item): string {
  return canonicalJson({
    ...rest,
    hasAttempts: attempts !== undefined,
    ...(record === undefined ? {} : { record: typeof record === 'string' ? parseJson(record) : null }),
  } as JsonObject);
}

const TYPES: Readonly<Record<string, ApprovalRowType>> = {
  P: 'vendor_payment',
  U: 'unique_key',
  S: 'list_entry',
  V: 'list_entry',
  I: 'list_entry',
  R: 'refusal',
  K: 'event_key',
  E: 'event',
  T: 'event',
};

const differenceOf = ({ pk, sk }: ItemKey, fault: RowDifference['fault']): RowDifference => ({
  row: isOfSchema(pk) ? 'schema' : (TYPES[kindOf(pk)] ?? (sk.startsWith('L') ? 'audit_entry' : 'approval')),
  id: kindOf(pk) === 'P' ? sk : `${pk} ${sk}`,
  fault,
});

const isOfSchema = (pk: string): boolean => pk.startsWith(SCHEMA_KEY.pk);

type ScannedItem = ItemKey & Readonly<{ holder?: string; payment_id?: string }>;

/** A page of a scan, without what other services keep in the table. */
const scan = (
  table: Table,
  after: string | undefined,
): Promise<Readonly<{ items: readonly ScannedItem[]; next?: Item }>> =>
  withRetry(table, async (abortSignal) => {
    const { Items = [], LastEvaluatedKey: next } = await table.call(
      'Scan',
      {
        TableName: table.name,
        ConsistentRead: true,
        FilterExpression: 'begins_with(pk, :prefix) OR begins_with(pk, :schema)',
        ExpressionAttributeValues: { ':prefix': `${PREFIX}#`, ':schema': SCHEMA_KEY.pk },
        ProjectionExpression: 'pk, sk, holder, payment_id',
        ...present({ ExclusiveStartKey: after === undefined ? undefined : (JSON.parse(after) as Item) }),
      },
      abortSignal,
    );
    return { items: Items as unknown as readonly ScannedItem[], ...present({ next }) };
  });

/** The item of the payment that an item says it is of, itself for a payment; of an event outside, that payment's first link. */
function holderOf(read: Read, { pk, sk, holder, payment_id: paymentId }: ScannedItem) {
  if (isOfSchema(pk)) return Promise.resolve(undefined);
  const kind = kindOf(pk);
  if (kind === 'K') return read(linkKey((paymentId ?? '') as VendorPaymentId, 1));
  const inLog =
    kind === 'X' || kind === 'R' || kind === 'T'
      ? pk.slice(logPartition('' as VendorPaymentId).length)
      : undefined;
  const id = inLog ?? holder ?? sk;
  if (kind === 'P') return read({ pk, sk });
  return kind === 'C' || kind === 'E' || kind === 'L'
    ? Promise.resolve(undefined)
    : read(vendorPaymentKey(id as VendorPaymentId));
}

/** Whether an item is in no place of its payment, and an event in no place of the outbox. */
function isStray({ item, payment }: Readonly<{ item: ScannedItem; payment: Item | undefined }>): boolean {
  if (isOfSchema(item.pk)) return keyText(item) !== keyText(SCHEMA_KEY);
  switch (kindOf(item.pk)) {
    // Kept for a time only.
    case 'C':
    case 'L':
      return false;
    case 'E':
      return !UNSENT_PARTITIONS.includes(item.pk);
    case 'P':
      return (
        payment !== undefined && keyText(vendorPaymentKey(vendorPaymentOf(payment).id)) !== keyText(item)
      );
    case 'X':
    case 'R':
    case 'T':
      return payment === undefined;
    case 'K':
      return item.payment_id !== undefined && !isTakenBy(item, payment);
    case 'U':
    case 'S':
    case 'V':
    case 'I':
      return (
        payment === undefined ||
        !besideItems(vendorPaymentOf(payment)).some((each) => keyText(each as ItemKey) === keyText(item))
      );
    default:
      return true;
  }
}

/** Items of before links said which event was taken name no payment, or one whose first link says nothing of it. */
function isTakenBy(key: ItemKey, firstLink: Item | undefined): boolean {
  if (firstLink === undefined) return false;
  const { written } = linkOf(firstLink);
  return (
    written === undefined ||
    (written.eventKey !== undefined && keyText(takenEventKey(written.eventKey)) === keyText(key))
  );
}
