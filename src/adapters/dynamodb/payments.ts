import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { type MerchantId, type PaymentId, timeDigits } from '../../domain/kernel/ids.ts';
import { jsonText } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import { isChosen, type PaymentFilter } from '../../domain/payments/payment-filter.ts';
import { type PaymentSum, sumUp } from '../../domain/payments/payment-sum.ts';
import { tallyOf } from '../../domain/payments/tally.ts';
import type { PaymentPage, Payments } from '../../ports/payments.ts';
import { inAttention, oldestAttention } from './attention.ts';
import { overdue } from './due.ts';
import { attempt } from './faults.ts';
import { auditEntryOf, type Item, paymentOf, transactionOf } from './items.ts';
import { newestOf } from './newest.ts';
import {
  beginningWith,
  findAll,
  findOne,
  type PartitionQuery,
  queryPage,
  type Read,
  within,
} from './reads.ts';
import {
  AUDIT_PREFIX,
  historyPartition,
  lapsingDueShards,
  paymentKey,
  paymentPartitions,
  type Table,
  TRANSACTION_PREFIX,
} from './table.ts';
import { unsettledIn } from './unsettled.ts';

export function dynamodbPayments(table: Table, read: Read): Payments {
  const transactionsOf: Payments['transactionsOf'] = (merchantId, id) =>
    findAll(table, beginningWith(historyPartition(merchantId, id), TRANSACTION_PREFIX), transactionOf);
  return {
    find: (merchantId, id) =>
      findOne(read, paymentKey(merchantId, id), paymentOf).andThen((payment) =>
        payment === undefined ? errAsync({ kind: 'PaymentNotFound' as const, id }) : okAsync(payment),
      ),
    transactionsOf,
    transactionsOfEach: (merchantId, ids) =>
      ResultAsync.combine(
        ids.map((id) => transactionsOf(merchantId, id).map((found) => [id, found] as const)),
      ).map((found) => new Map(found)),
    unsettled: (merchantId, page) => attempt(() => unsettledIn(table, read, merchantId, page)),
    lapsing: (until, limit) =>
      attempt(() => overdue(table, lapsingDueShards(), until, limit)).map((items) =>
        items.map(({ pk, sk }) => ({
          merchantId: String(pk).split('#')[0] as MerchantId,
          id: sk as PaymentId,
        })),
      ),
    historyOf: (merchantId, id) =>
      // Transactions sort behind links, and are read before them.
      findAll(
        table,
        { ...within(historyPartition(merchantId, id)), ScanIndexForward: false },
        (item) => item,
      ).map((items) => {
        const partOf = (prefix: string) => items.filter(({ sk }) => String(sk).startsWith(prefix)).reverse();
        return {
          transactions: partOf(TRANSACTION_PREFIX).map(transactionOf),
          links: partOf(AUDIT_PREFIX).map(auditEntryOf),
        };
      }),
    list: (merchantId, filter, page) =>
      attempt(async () => {
        if (filter.attention)
          return (await inAttention(table, read, merchantId, filter, page)).map(paymentOf);
        const conditions = conditionsOf(filter);
        const chosen: Payment[] = [];
        for (let { before } = page, isMore = true; isMore && chosen.length < page.limit; ) {
          const range = idRange(filter, present({ before }));
          if (range.low > range.high) break;
          const part = { limit: page.limit - chosen.length, ...present({ before }) };
          const queries = paymentPartitions(merchantId).map((pk) => rangeQuery(pk, range, conditions));
          const found = (await newestOf(table, queries, part)).map(paymentOf);
          chosen.push(...found.filter((payment) => isChosen(payment, filter)));
          before = found.at(-1)?.id;
          isMore = found.length === part.limit;
        }
        return chosen;
      }),
    oldestAttention: () => attempt(() => oldestAttention(table)),
    sums: (merchantId, filter) =>
      attempt(async () => {
        const range = idRange(filter, {});
        if (range.low > range.high) return [];
        if (filter.attention) {
          const page = { limit: Number.POSITIVE_INFINITY };
          const found = await inAttention(table, read, merchantId, filter, page);
          return found.map(paymentOf).map(tallyOf);
        }
        const queries = paymentPartitions(merchantId).map((pk) =>
          rangeQuery(pk, range, conditionsOf(filter)),
        );
        return (await Promise.all(queries.map((query) => sumsOf(table, query, filter)))).flat();
      }).map(sumUp),
  };
}

/** One partition's payments, a page at a time, so that memory holds sums only. */
async function sumsOf(
  table: Table,
  query: PartitionQuery,
  filter: PaymentFilter,
): Promise<readonly PaymentSum[]> {
  let sums: readonly PaymentSum[] = [];
  let next: Item | undefined;
  do {
    const page = await queryPage(table, {
      ...query,
      ...present({ ExclusiveStartKey: next }),
    });
    const chosen = page.items.map(paymentOf).filter((payment) => isChosen(payment, filter));
    sums = sumUp([...sums, ...chosen.map(tallyOf)]);
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

/** All that chooses but a pair of metadata: that is text of the record here, which may stand elsewhere in it too. */
function conditionsOf(filter: PaymentFilter): Conditions {
  const { metadata } = filter;
  const pair = metadata && jsonText({ [metadata.name]: metadata.value }).slice(1, -1);
  const conditions = [
    { name: 'status', operator: '=', value: filter.status },
    { name: 'customer_id', operator: '=', value: filter.customerId },
    { name: 'currency', operator: '=', value: filter.currency },
    { name: 'amount', operator: '>=', value: filter.minAmount },
    { name: 'amount', operator: '<=', value: filter.maxAmount },
    { name: 'record', operator: 'contains', value: pair },
  ].filter(({ value }) => value !== undefined);
  if (conditions.length === 0) return {};
  return {
    FilterExpression: conditions
      .map(({ name, operator }, index) =>
        operator === 'contains' ? `contains(#${name}, :f${index})` : `#${name} ${operator} :f${index}`,
      )
      .join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(conditions.map(({ name }) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(
      conditions.map(({ value }, index) => [`:f${index}`, value]),
    ),
  };
}
