import { FRAUD_STATUSES } from '../../../domain/approvals/fraud.ts';
import { barredBefore } from '../../../domain/approvals/maker-checker.ts';
import { headOfRefusals } from '../../../domain/approvals/refusal.ts';
import { eventsOfLinks } from '../../../domain/approvals/sent-event.ts';
import { canonicalJson, type Json, type JsonObject, parseJson } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type {
  ApprovalRowType,
  PaymentHistory,
  RowDifference,
  StoredRows,
} from '../../../ports/approvals/stored-rows.ts';
import { attempt } from '../faults.ts';
import type { Item } from '../items.ts';
import { queryItems, type Read, within } from '../reads.ts';
import { judgedSchema } from '../stored-items.ts';
import { type ItemKey, SCHEMA_KEY, type Table } from '../table.ts';
import { linkItem, takenEventItem, vendorPaymentItem } from './approval-items.ts';
import { besideItems } from './approval-writes.ts';
import {
  kindOf,
  type ListName,
  listKey,
  liveKey,
  logPartition,
  refusalPartition,
  sentPartition,
  vendorPaymentKey,
} from './keys.ts';
import { refusalHeadItem, refusalItems } from './refusals.ts';
import { sentEventItem } from './sent-events.ts';
import { storedClaims } from './stored-claims.ts';
import { lostEvents, storedEvents } from './stored-events.ts';
import { holderOf, isOfSchema, isStray, scan } from './strays.ts';
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
  tracedSince: () =>
    attempt(() => read(SCHEMA_KEY)).map((schema) => Number(schema?.['claims_traced_since'] ?? 0)),
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

/** Payments of before each began with a head have one once an approver was refused. */
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
