import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import { isChosen, isLookedFor, type PaymentFilter } from '../../domain/payments/payment-filter.ts';
import { type PaymentSum, sumUp } from '../../domain/payments/payment-sum.ts';
import { tallyOf } from '../../domain/payments/tally.ts';
import type { PaymentPage, PaymentSearch, PaymentsFound } from '../../ports/payments.ts';
import { fullPage } from '../shared/full-page.ts';
import { inAttention } from './attention.ts';
import { findersOf } from './finders.ts';
import { foundIn, stretchesOf } from './found-payments.ts';
import { type Item, paymentOf } from './items.ts';
import { newestLookedAt, newestOf } from './newest.ts';
import { type IdRange, idRange, rangeQueries } from './payment-ranges.ts';
import { type PartitionQuery, queryPage, type Read } from './reads.ts';
import type { Table } from './table.ts';

/** A page of what a filter chooses, by whatever reads the fewest others. */
export async function listedPayments(
  table: Table,
  read: Read,
  merchantId: MerchantId,
  filter: PaymentFilter,
  page: PaymentPage,
): Promise<readonly Payment[]> {
  if (filter.attention) return (await inAttention(table, read, merchantId, filter, page)).map(paymentOf);
  const range = idRange(filter, page);
  if (page.limit <= 0 || range.low > range.high) return [];
  const finders = findersOf(merchantId, filter);
  if (finders === undefined) return readThrough(table, merchantId, filter, range, page);
  const { kind, partitions } = finders;
  const chosen: Payment[] = [];
  for (const stretch of await stretchesOf(table, kind, range)) {
    const rest = { ...page, limit: page.limit - chosen.length };
    if (rest.limit <= 0) break;
    if (!stretch.isNamed) {
      chosen.push(...(await readThrough(table, merchantId, filter, stretch.range, rest)));
      continue;
    }
    const found = foundIn(table, read, merchantId, filter, { partitions, range: stretch.range, page: rest });
    for await (const some of found) {
      chosen.push(...some);
      if (chosen.length >= page.limit) break;
    }
  }
  return chosen.slice(0, page.limit);
}

/** The same, of so many as are to be looked at where no finder names what is asked for. */
export async function lookedThrough(
  table: Table,
  read: Read,
  merchantId: MerchantId,
  filter: PaymentFilter,
  { most, ...page }: PaymentSearch,
): Promise<PaymentsFound> {
  if (!isLookedFor(filter))
    return fullPage(await listedPayments(table, read, merchantId, filter, page), page.limit);
  const range = idRange(filter, page);
  if (page.limit <= 0 || range.low > range.high) return { payments: [] };
  const { limit, before } = page;
  const search = { limit, most, ...present({ before }) };
  const { items, next } = await newestLookedAt(table, rangeQueries(merchantId, range, filter), search);
  return {
    payments: items.map(paymentOf).filter((payment) => isChosen(payment, filter)),
    ...present({ next: next as PaymentId | undefined }),
  };
}

/** The same of a range, by reading all payments in it. */
async function readThrough(
  table: Table,
  merchantId: MerchantId,
  filter: PaymentFilter,
  { low, high }: IdRange,
  page: PaymentPage,
): Promise<readonly Payment[]> {
  const chosen: Payment[] = [];
  for (let { before } = page, isMore = true; isMore && chosen.length < page.limit; ) {
    const range = { low, high: before !== undefined && before < high ? before : high };
    if (range.low > range.high) break;
    const part = { limit: page.limit - chosen.length, ...present({ before }) };
    const found = (await newestOf(table, rangeQueries(merchantId, range, filter), part)).map(paymentOf);
    chosen.push(...found.filter((payment) => isChosen(payment, filter)));
    before = found.at(-1)?.id;
    isMore = found.length === part.limit;
  }
  return chosen;
}

/** What all payments that a filter chooses add up to. */
export async function summedPayments(
  table: Table,
  read: Read,
  merchantId: MerchantId,
  filter: PaymentFilter,
): Promise<readonly PaymentSum[]> {
  const page = { limit: Number.POSITIVE_INFINITY };
  if (filter.attention)
    return sumUp((await inAttention(table, read, merchantId, filter, page)).map(paymentOf).map(tallyOf));
  const range = idRange(filter, {});
  if (range.low > range.high) return [];
  const finders = findersOf(merchantId, filter);
  const stretches =
    finders === undefined ? [{ range, isNamed: false }] : await stretchesOf(table, finders.kind, range);
  let sums: readonly PaymentSum[] = [];
  for (const stretch of stretches) {
    if (stretch.isNamed && finders !== undefined) {
      const { partitions } = finders;
      const found = foundIn(table, read, merchantId, filter, { partitions, range: stretch.range, page });
      for await (const some of found) sums = sumUp([...sums, ...some.map(tallyOf)]);
    } else {
      const queries = rangeQueries(merchantId, stretch.range, filter);
      const parts = await Promise.all(queries.map((query) => sumsOf(table, query, filter)));
      sums = sumUp([...sums, ...parts.flat()]);
    }
  }
  return sums;
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
