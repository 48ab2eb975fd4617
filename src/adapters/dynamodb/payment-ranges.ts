import { type MerchantId, timeDigits } from '../../domain/kernel/ids.ts';
import { jsonText } from '../../domain/kernel/json.ts';
import type { PaymentFilter } from '../../domain/payments/payment-filter.ts';
import type { PaymentPage } from '../../ports/payments.ts';
import type { PartitionQuery } from './reads.ts';
import { paymentPartitions } from './table.ts';

/** Where ids of payments begin and end, both included. */
export type IdRange = Readonly<{ low: string; high: string }>;

/** What asks each partition of the merchant for the payments of a range that a filter chooses; `isChosen` has the last word. */
export const rangeQueries = (
  merchantId: MerchantId,
  range: IdRange,
  filter: PaymentFilter,
): readonly PartitionQuery[] => {
  const conditions = conditionsOf(filter);
  return paymentPartitions(merchantId).map((pk) => rangeQuery(pk, range, conditions));
};

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
export function idRange({ from, to }: PaymentFilter, { before }: Pick<PaymentPage, 'before'>): IdRange {
  const low = from === undefined ? 'pay_' : `pay_${timeDigits(from)}`;
  const high = to === undefined ? 'pay_g' : `pay_${timeDigits(to)}g`;
  return { low, high: before !== undefined && before < high ? before : high };
}

type Conditions = Readonly<{
  FilterExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, unknown>;
}>;

/** All that chooses but a pair of metadata and a decline: they are text of the record here, which may stand elsewhere in it too. */
function conditionsOf(filter: PaymentFilter): Conditions {
  const { metadata, declineCode } = filter;
  const pair = metadata && textOf(metadata.name, metadata.value);
  const decline = declineCode && textOf('code', declineCode);
  const conditions = [
    { name: 'status', operator: '=', value: filter.status },
    { name: 'customer_id', operator: '=', value: filter.customerId },
    { name: 'currency', operator: '=', value: filter.currency },
    { name: 'amount', operator: '>=', value: filter.minAmount },
    { name: 'amount', operator: '<=', value: filter.maxAmount },
    { name: 'record', operator: 'contains', value: pair },
    { name: 'record', operator: 'contains', value: decline },
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

const textOf = (name: string, value: string): string => jsonText({ [name]: value }).slice(1, -1);
