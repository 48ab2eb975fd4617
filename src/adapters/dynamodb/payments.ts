import { errAsync, okAsync } from 'neverthrow';
import { timeDigits } from '../../domain/ids.ts';
import { type PaymentSum, sumUp } from '../../domain/payment-sum.ts';
import { tallyOf } from '../../domain/tally.ts';
import type { PaymentFilter, PaymentPage, Payments } from '../../ports/payments.ts';
import { attempt } from './faults.ts';
import { type Item, paymentOf, transactionOf } from './items.ts';
import { type PartitionQuery, queryItems, queryPage, type Read } from './reads.ts';
import { historyPartition, paymentKey, paymentPartitions, type Table, TRANSACTION_PREFIX } from './table.ts';

export const dynamodbPayments = (table: Table, read: Read): Payments => ({
  find: (merchantId, id) =>
    attempt(() => read(paymentKey(merchantId, id))).andThen((item) =>
      item === undefined ? errAsync({ kind: 'PaymentNotFound' as const, id }) : okAsync(paymentOf(item)),
    ),
  transactionsOf: (merchantId, id) =>
    attempt(() =>
      queryItems(table, {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': historyPartition(merchantId, id), ':prefix': TRANSACTION_PREFIX },
      }),
    ).map((items) => items.map(transactionOf)),
  list: (merchantId, filter, page) =>
    attempt(async () => {
      const range = idRange(filter, page);
      if (range.low > range.high || page.limit <= 0) return [];
      const conditions = conditionsOf(filter);
      const isFiltered = conditions.FilterExpression !== undefined;
      const partitions = paymentPartitions(merchantId).map((pk) =>
        newestFirst(table, { ...rangeQuery(pk, range, conditions), ScanIndexForward: false }, isFiltered),
      );
      return merge(partitions, page);
    }).map((items) => items.map(paymentOf)),
  sums: (merchantId, filter) =>
    attempt(async () => {
      const range = idRange(filter, {});
      if (range.low > range.high) return [];
      const queries = paymentPartitions(merchantId).map((pk) => rangeQuery(pk, range, conditionsOf(filter)));
      return (await Promise.all(queries.map((query) => sumsOf(table, query)))).flat();
    }).map(sumUp),
});

/** One partition's payments, a page at a time, so that memory holds sums only. */
async function sumsOf(table: Table, query: PartitionQuery): Promise<readonly PaymentSum[]> {
  let sums: readonly PaymentSum[] = [];
  let next: Item | undefined;
  do {
    const page = await queryPage(table, {
      ...query,
      ...(next === undefined ? {} : { ExclusiveStartKey: next }),
    });
    sums = sumUp([...sums, ...page.items.map(paymentOf).map(tallyOf)]);
    next = page.next;
  } while (next !== undefined);
  return sums;
}

type IdRange = Readonly<{ low: string; high: string }>;

const rangeQuery = (pk: string, { low, high }: IdRange, conditions: Conditions): PartitionQuery => ({
  KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
  // What a payment is made from; the SDK's time goes by attributes.
  ProjectionExpression: 'sk, #record, audit_hash',
  ...conditions,
  ExpressionAttributeNames: { '#record': 'record', ...conditions.ExpressionAttributeNames },
  ExpressionAttributeValues: {
    ':pk': pk,
    ':low': low,
    ':high': high,
    ...conditions.ExpressionAttributeValues,
  },
});

/** One partition's payments as far as they were read. */
type Reading = { items: Item[]; hasMore: boolean; more(limit: number): Promise<void> };

function newestFirst(table: Table, query: PartitionQuery, isFiltered: boolean): Reading {
  let next: Item | undefined;
  const reading: Reading = {
    items: [],
    hasMore: true,
    async more(limit) {
      const page = await queryPage(table, {
        ...query,
        // A filter drops items after they were counted, so it is given more to choose from.
        Limit: isFiltered ? Math.max(200, limit) : limit,
        ...(next === undefined ? {} : { ExclusiveStartKey: next }),
      });
      reading.items.push(...page.items);
      next = page.next;
      reading.hasMore = next !== undefined;
    },
  };
  return reading;
}

/**
 * Takes the newest of all partitions, one by one. A partition with nothing read but more to come could hold the next,
 * so it is read on before anything older is taken.
 */
async function merge(
  partitions: readonly Reading[],
  { limit, before }: PaymentPage,
): Promise<readonly Item[]> {
  const taken: Item[] = [];
  while (taken.length < limit) {
    if (partitions.some(({ items, hasMore }) => items.length === 0 && hasMore)) {
      // The others will be empty soon as well, unless the page is nearly full.
      const few = (limit - taken.length) / (2 * partitions.length);
      const thirsty = partitions.filter(({ items, hasMore }) => hasMore && items.length <= few);
      const share = shareOf(limit - taken.length, partitions.length);
      await Promise.all(thirsty.map((each) => each.more(share)));
      continue;
    }
    const newest = partitions.reduce((best, each) => (idOf(each) > idOf(best) ? each : best));
    const item = newest.items.shift();
    if (item === undefined) break;
    if (item['sk'] !== before) taken.push(item);
  }
  return taken;
}

/**
 * What each partition is asked for: its even share and half the spread of chance, where reading a little more of all
 * costs as much as asking those that fall short again.
 */
function shareOf(wanted: number, partitions: number): number {
  const even = wanted / partitions;
  return Math.ceil(even + Math.sqrt(even) / 2);
}

const idOf = ({ items: [first] }: Reading): string => (first === undefined ? '' : String(first['sk']));

/**
 * The ids a page can hold, both ends included. Ids begin with their payment's creation time, so dates narrow the range;
 * 'g' sorts behind every hex digit.
 */
function idRange({ from, to }: PaymentFilter, { before }: Pick<PaymentPage, 'before'>): IdRange {
  const low = from === undefined ? 'pay_' : `pay_${timeDigits(from)}`;
  const high = to === undefined ? 'pay_g' : `pay_${timeDigits(to)}g`;
  return { low, high: before !== undefined && before < high ? before : high };
}

type Conditions = Readonly<{
  FilterExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, unknown>;
}>;

function conditionsOf(filter: PaymentFilter): Conditions {
  const conditions = [
    { name: 'status', operator: '=', value: filter.status },
    { name: 'customer_id', operator: '=', value: filter.customerId },
    { name: 'currency', operator: '=', value: filter.currency },
    { name: 'amount', operator: '>=', value: filter.minAmount },
    { name: 'amount', operator: '<=', value: filter.maxAmount },
  ].filter(({ value }) => value !== undefined);
  if (conditions.length === 0) return {};
  return {
    FilterExpression: conditions
      .map(({ name, operator }, index) => `#${name} ${operator} :f${index}`)
      .join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(conditions.map(({ name }) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(
      conditions.map(({ value }, index) => [`:f${index}`, value]),
    ),
  };
}
