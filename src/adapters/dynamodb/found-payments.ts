import { type MerchantId, type PaymentId, timeDigits } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import { isChosen, type PaymentFilter } from '../../domain/payments/payment-filter.ts';
import type { PaymentPage } from '../../ports/payments.ts';
import type { FinderKind } from './finders.ts';
import { paymentOf } from './items.ts';
import { newestOf } from './newest.ts';
import type { IdRange } from './payment-ranges.ts';
import type { Read } from './reads.ts';
import { FINDER_TIMES, schemaItem } from './schema-item.ts';
import { paymentKey, type Table } from './table.ts';

/** How many at once are read of those that finders name. */
const CHUNK = 100;

/**
 * The payments of a range that finders name and a filter chooses, newest first, as many at a time as a page wants: the filter is
 * judged on what is read, strongly consistent.
 */
export async function* foundIn(
  table: Table,
  read: Read,
  merchantId: MerchantId,
  filter: PaymentFilter,
  { partitions, range, page }: Readonly<{ partitions: readonly string[]; range: IdRange; page: PaymentPage }>,
): AsyncGenerator<readonly Payment[]> {
  let { before } = page;
  for (let limit = Math.min(CHUNK, page.limit); ; limit = CHUNK) {
    const high = before !== undefined && before < range.high ? before : range.high;
    if (range.low > high) return;
    const queries = partitions.map((pk) => ({
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
      ProjectionExpression: 'sk',
      ExpressionAttributeValues: { ':pk': pk, ':low': range.low, ':high': high },
    }));
    const keys = await newestOf(table, queries, { limit, ...present({ before }) });
    const ids = keys.map(({ sk }) => sk as PaymentId);
    const items = await Promise.all(ids.map((id) => read(paymentKey(merchantId, id))));
    yield items
      .flatMap((item) => (item === undefined ? [] : [paymentOf(item)]))
      .filter((payment) => isChosen(payment, filter));
    before = ids.at(-1);
    if (ids.length < limit) return;
  }
}

/** A range of ids, and whether finders name all in it that they could. */
type Stretch = Readonly<{ range: IdRange; isNamed: boolean }>;

/**
 * A range, newest part first, by what finders name. An older version, which may serve for a day beside the migration, writes none:
 * of that day they may be missing until the next run of the migration.
 */
export async function stretchesOf(
  table: Table,
  kind: FinderKind,
  range: IdRange,
): Promise<readonly Stretch[]> {
  const schema = await schemaItem(table);
  const names = FINDER_TIMES[kind];
  const since = schema?.[names.since];
  if (since === undefined) return [{ range, isNamed: false }];
  if (since === 0) return [{ range, isNamed: true }];
  const { low, high } = range;
  // No id is as either: one is the beginning of ids, the other behind all of its time.
  const from = `pay_${timeDigits(Number(schema?.[names.missingFrom] ?? 0))}`;
  const until = `pay_${timeDigits(Number(since))}g`;
  return [
    { range: { low: laterOf(low, until), high }, isNamed: true },
    { range: { low: laterOf(low, from), high: earlierOf(high, until) }, isNamed: false },
    { range: { low, high: earlierOf(high, from) }, isNamed: true },
  ].filter((each) => each.range.low <= each.range.high);
}

const laterOf = (a: string, b: string): string => (a > b ? a : b);
const earlierOf = (a: string, b: string): string => (a < b ? a : b);
