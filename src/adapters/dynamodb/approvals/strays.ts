import type { VendorPaymentId } from '../../../domain/approvals/ids.ts';
import { present } from '../../../domain/kernel/present.ts';
import { withRetry } from '../faults.ts';
import type { Item } from '../items.ts';
import type { Read } from '../reads.ts';
import { type ItemKey, SCHEMA_KEY, type Table } from '../table.ts';
import { linkOf, vendorPaymentOf } from './approval-items.ts';
import { besideItems } from './approval-writes.ts';
import { kindOf, linkKey, logPartition, PREFIX, takenEventKey, vendorPaymentKey } from './keys.ts';
import { UNSENT_PARTITIONS } from './stored-events.ts';
import { keyText } from './taken-approvals.ts';

/** Whether an item says to which version the table was brought. */
export const isOfSchema = (pk: string): boolean => pk.startsWith(SCHEMA_KEY.pk);

/** What is read of an item that may be in no payment's place. */
type ScannedItem = ItemKey & Readonly<{ holder?: string; payment_id?: string }>;

/** A page of a scan, without what other services keep in the table. */
export const scan = (
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

/** Kept for a time only: claims and their traces, leases, and what stands in for the queue and the bus. */
const OF_NO_PAYMENT: ReadonlySet<string> = new Set(['B', 'C', 'CT', 'L', 'Q']);

/** The item of the payment that an item says it is of, itself for a payment; of an event outside, that payment's first link. */
export function holderOf(read: Read, { pk, sk, holder, payment_id: paymentId }: ScannedItem) {
  if (isOfSchema(pk)) return Promise.resolve(undefined);
  const kind = kindOf(pk);
  if (kind === 'K') return read(linkKey((paymentId ?? '') as VendorPaymentId, 1));
  const inLog =
    kind === 'X' || kind === 'R' || kind === 'T'
      ? pk.slice(logPartition('' as VendorPaymentId).length)
      : undefined;
  const id = inLog ?? holder ?? sk;
  if (kind === 'P') return read({ pk, sk });
  return kind === 'E' || OF_NO_PAYMENT.has(kind)
    ? Promise.resolve(undefined)
    : read(vendorPaymentKey(id as VendorPaymentId));
}

/** Whether an item is in no place of its payment, and an event in no place of the outbox. */
export function isStray({
  item,
  payment,
}: Readonly<{ item: ScannedItem; payment: Item | undefined }>): boolean {
  if (isOfSchema(item.pk)) return keyText(item) !== keyText(SCHEMA_KEY);
  const kind = kindOf(item.pk);
  if (OF_NO_PAYMENT.has(kind)) return false;
  switch (kind) {
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
