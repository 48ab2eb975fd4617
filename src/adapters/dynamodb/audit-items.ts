import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import { GENESIS_HASH } from '../../domain/kernel/audit-chain.ts';
import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import type { AuditEntryId, MerchantId } from '../../domain/kernel/ids.ts';
import { rfc3339 } from '../../domain/kernel/instant.ts';
import { type JsonObject, jsonText, parseJson } from '../../domain/kernel/json.ts';
import type { Item } from './items.ts';
import { auditKey, historyOfKey, type ItemKey, linkOfKey, trailKey } from './table.ts';

/** How a link is stored: `whole`, as every version reads it, or `short`, which versions before schema 12 cannot read. */
export type LinkForm = 'whole' | 'short';

/**
 * `partition` is where the history of what the link is about is kept. The short form leaves out what the item's keys say, and of the
 * first link what it says of its record elsewhere: most links are so below the KiB at which an item costs another write. Both forms
 * restore to the very link that was hashed.
 */
export const auditItem = (entry: AuditEntry, partition: string, form: LinkForm): Item => ({
  ...auditKey(partition, entry),
  ...trailKey(entry),
  record: jsonText(form === 'short' ? shortened(entry, partition) : entry),
});

export function auditEntryOf(item: Item): AuditEntry {
  const record = recordOf(item);
  return isWhole(record)
    ? (record as unknown as AuditEntry)
    : restored(record as ShortLink, item as LinkItem);
}

export const linkFormOf = (item: Item): LinkForm => (isWhole(recordOf(item)) ? 'whole' : 'short');

type LinkItem = ItemKey & Readonly<{ trail_id: AuditEntryId }>;

/** What the keys of an item say of its link. */
type Keyed = Pick<AuditEntry, 'id' | 'entityType' | 'entityId' | 'sequence' | 'merchantId'>;

/** A first link has no `previousHash`, and its record's parts in place of `after` where that is framed. */
type ShortLink = Omit<AuditEntry, keyof Keyed | 'previousHash'> &
  Readonly<{ previousHash?: string }> &
  Partial<Parts>;

/** What a framed record says between the head and the tail of its frame, and behind the tail where it goes on there. */
type Parts = Readonly<{ created: JsonObject; beside?: JsonObject }>;

const recordOf = (item: Item): JsonObject =>
  parseJson((item as Readonly<{ record: string }>).record) as JsonObject;

const isWhole = (record: JsonObject): boolean => Object.hasOwn(record, 'id');

function shortened(entry: AuditEntry, partition: string): ShortLink {
  const { id: _, entityType, entityId, sequence, merchantId, previousHash, ...others } = entry;
  if (sequence > 1 || previousHash !== GENESIS_HASH) return { ...others, previousHash };
  const { after, ...rest } = others;
  const parts = after && unframed(after, frameOf({ entityType, entityId, merchantId }, partition, entry));
  return parts === undefined ? others : { ...rest, ...parts };
}

function restored(
  { created, beside, previousHash = GENESIS_HASH, ...record }: ShortLink,
  item: LinkItem,
): AuditEntry {
  const keyed = keyedBy(item);
  const { head, tail } = frameOf(keyed, item.pk, record);
  return {
    ...record,
    ...keyed,
    ...(created === undefined ? {} : { after: { ...head, ...created, ...tail, ...beside } }),
    previousHash,
  };
}

function keyedBy({ pk, sk, trail_id: id }: LinkItem): Keyed {
  const { merchantId, place } = historyOfKey(pk);
  const { entityId, sequence } = linkOfKey(sk);
  return { id, entityType: entityTypeOf(place, entityId), entityId, sequence, merchantId };
}

/** As `historyPartition` and `aggregateHistory` name places. */
function entityTypeOf(place: string, entityId: string): AuditEntry['entityType'] {
  if (place === entityId) return 'payment';
  const ofAggregate = `:${entityId}`;
  return place.endsWith(ofAggregate) ? (place.slice(0, -ofAggregate.length) as AggregateKind) : 'transaction';
}

/** How the record of a new payment or transaction begins and ends, all of which its first link says elsewhere. */
type Frame = Readonly<{ head: JsonObject; tail: JsonObject }>;

function frameOf(
  {
    entityType,
    entityId: id,
    merchantId,
  }: Readonly<{ entityType: Keyed['entityType']; entityId: string; merchantId: MerchantId }>,
  partition: string,
  { timestamp }: Pick<AuditEntry, 'timestamp'>,
): Frame {
  const at = rfc3339(timestamp);
  return {
    head:
      entityType === 'transaction'
        ? { id, payment_id: historyOfKey(partition).place }
        : { id, merchant_id: merchantId },
    tail: { version: 1, created_at: at, updated_at: at },
  };
}

/** Undefined where the record is not framed so, in value and in order. */
function unframed(record: JsonObject, { head, tail }: Frame): Parts | undefined {
  const fields = Object.entries(record).filter(([, value]) => value !== undefined);
  const heads = Object.entries(head);
  const tails = Object.entries(tail);
  const isAt = (expected: typeof heads, from: number): boolean =>
    expected.every(([name, value], index) => {
      const [foundName, found] = fields[from + index] ?? [];
      return foundName === name && found === value;
    });
  const end = fields.findIndex(([name]) => name === 'version');
  if (!isAt(heads, 0) || !isAt(tails, end)) return undefined;
  const beside = fields.slice(end + tails.length);
  return {
    created: Object.fromEntries(fields.slice(heads.length, end)),
    ...(beside.length === 0 ? {} : { beside: Object.fromEntries(beside) }),
  };
}
