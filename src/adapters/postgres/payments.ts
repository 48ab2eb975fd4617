import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import { errAsync, okAsync } from 'neverthrow';
import type pg from 'pg';
import { storedCurrency } from '../../domain/kernel/currency.ts';
import { firstIdAt, idOf, type MerchantId, type PaymentId, timeDigits } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { exactAmount, isLookedFor, type PaymentFilter } from '../../domain/payments/payment-filter.ts';
import { type PaymentSum, sumUp } from '../../domain/payments/payment-sum.ts';
import type { Payments } from '../../ports/payments.ts';
import { fullPage } from '../shared/full-page.ts';
import { AUDIT_COLUMNS } from './audit-trail.ts';
import { queriesOn } from './migrate.ts';
import { findAll, type ManyKeys, prepared, readsByKey } from './reads.ts';
import { auditFromRow, hexOf, paymentFromRow, transactionFromRow, uuidOf } from './rows.ts';
import type { Database, Row } from './schema.ts';

type Wanted = Readonly<{ merchantId: MerchantId; id: PaymentId }>;

/** Each page is one index range scan. */
export function postgresPayments(pool: pg.Pool): Payments {
  const db = queriesOn(pool);
  const payment = readsByKey<Wanted, Row<'payment'>>(pool, PAYMENTS);
  const transactions = readsByKey<Wanted, Row<'transaction'>>(pool, TRANSACTIONS);
  const links = readsByKey<Wanted, Row<'audit_entry'>>(pool, LINKS_OF_PAYMENTS);
  const transactionsOf = (merchantId: MerchantId, id: PaymentId) =>
    transactions({ merchantId, id }).map((rows) => rows.map(transactionFromRow));
  const list: Payments['list'] = (merchantId, filter, { limit, before }) => {
    const query = newest(matching(source(db, merchantId, filter), merchantId, filter).selectAll(), before);
    return findAll(pool, prepared(query.limit(limit).compile()), paymentFromRow);
  };
  return {
    find: (merchantId, id) =>
      payment({ merchantId, id }).andThen(([row]) =>
        row === undefined ? errAsync({ kind: 'PaymentNotFound' as const, id }) : okAsync(paymentFromRow(row)),
      ),
    transactionsOf,
    transactionsOfEach: (merchantId, ids) =>
      findAll(
        pool,
        {
          name: TRANSACTIONS.name,
          text: TRANSACTIONS.text,
          values: [`{${ids.map(() => `"${merchantId}"`).join(',')}}`, `{${ids.map(uuidOf).join(',')}}`],
        },
        transactionFromRow,
      ).map((found) => Map.groupBy(found, ({ paymentId }) => paymentId)),
    unsettled: (merchantId, { from = 0, until, limit, after }) =>
      findAll(
        pool,
        {
          ...UNSETTLED,
          values: [
            merchantId,
            uuidOf(firstIdAt('txn', from)),
            uuidOf(firstIdAt('txn', until)),
            uuidOf(after ?? firstIdAt('txn', 0)),
            limit,
          ],
        },
        transactionFromRow,
      ).map((transactions) => {
        const last = transactions.at(-1);
        return {
          transactions,
          ...(last === undefined || transactions.length < limit ? {} : { next: last.id }),
        };
      }),
    lapsing: (until, limit) =>
      findAll(pool, { ...LAPSING, values: [new Date(until), limit] }, (row: LapsingRow) => ({
        merchantId: row.merchant_id as MerchantId,
        id: idOf('pay', hexOf(row.id)),
      })),
    historyOf: (merchantId, id) =>
      transactionsOf(merchantId, id).andThen((found) =>
        links({ merchantId, id }).map((rows) => ({
          transactions: found,
          links: rows.map(auditFromRow),
        })),
      ),
    oldestAttention: () =>
      findAll(pool, OLDEST_ATTENTION, (row: Readonly<{ since: Instant }>) => row.since).map(
        ([since]) => since,
      ),
    list,
    lookThrough(merchantId, filter, { limit, before, most }) {
      if (!isLookedFor(filter))
        return list(merchantId, filter, { limit, ...present({ before }) }).map((payments) =>
          fullPage(payments, limit),
        );
      const { from, to } = filter;
      const looked = newest(matching(db.selectFrom('payment'), merchantId, present({ from, to })), before);
      const within = looked.selectAll().limit(most).as('payment');
      const query = newest(matching(db.selectFrom(within), merchantId, filter).selectAll()).limit(limit);
      return findAll(pool, prepared(query.compile()), paymentFromRow).andThen((payments) => {
        if (payments.length === limit) return okAsync(fullPage(payments, limit));
        const last = payments.at(-1)?.id;
        // What was inserted meanwhile moves the end up, but never behind what was found: nothing is given twice, nor left out.
        const edge = prepared(
          looked
            .select(['id'])
            .offset(most - 1)
            .limit(1)
            .compile(),
        );
        return findAll(pool, edge, ({ id }: Pick<Row<'payment'>, 'id'>) => idOf('pay', hexOf(id))).map(
          ([end]) => ({
            payments,
            ...present({ next: end !== undefined && last !== undefined && last < end ? last : end }),
          }),
        );
      });
    },
    sums(merchantId, filter) {
      const query = matching(source(db, merchantId, filter), merchantId, filter)
        .select(['currency', 'status'])
        // A sum of bigints is numeric, which would come back as text.
        .select([
          sql<bigint>`count(*)`.as('count'),
          sql<string>`sum(amount)::text`.as('amount'),
          sql<string>`sum(captured_amount)::text`.as('captured'),
          sql<string>`sum(refunded_amount)::text`.as('refunded'),
        ])
        .groupBy(['currency', 'status']);
      return findAll(pool, prepared(query.compile()), sumFromRow).map(sumUp);
    },
  };
}

const newest = <Output>(
  query: SelectQueryBuilder<Database, 'payment', Output>,
  before?: PaymentId,
): SelectQueryBuilder<Database, 'payment', Output> =>
  (before === undefined ? query : query.where('id', '<', uuidOf(before))).orderBy('id', 'desc');

type SumRow = Pick<Row<'payment'>, 'currency' | 'status'> &
  Readonly<{ count: bigint; amount: string; captured: string; refunded: string }>;

const sumFromRow = (row: SumRow): PaymentSum => ({
  currency: storedCurrency(row.currency),
  status: row.status,
  count: Number(row.count),
  amount: BigInt(row.amount),
  captured: BigInt(row.captured),
  refunded: BigInt(row.refunded),
});

/**
 * Payments with a pair of metadata are a query of their own: beside an order and a limit, a planner that does not know how rare the
 * pair is may walk all payments in that order instead.
 */
function source(
  db: Kysely<Database>,
  merchantId: MerchantId,
  { metadata }: PaymentFilter,
): SelectQueryBuilder<Database, 'payment', object> {
  if (metadata === undefined) return db.selectFrom('payment');
  const { name, value } = metadata;
  const paired = sql<Row<'payment'>>`(
    SELECT * FROM payment p
    WHERE p.merchant_id = ${merchantId} AND p.metadata IS NOT NULL
      AND metadata_pairs(p.merchant_id, p.metadata)
        @> ARRAY[hashtextextended(${merchantId}::text || ' ' || ${name}::text || ' ' || ${value}::text, 0)]
      AND (CASE WHEN metadata_pairs(p.merchant_id, p.metadata) IS NULL THEN NULL ELSE p.metadata ->> ${name}::text END) = ${value}::text
    OFFSET 0)`;
  return db.selectFrom(paired.as('payment')) as unknown as SelectQueryBuilder<Database, 'payment', object>;
}

function matching<Output>(
  query: SelectQueryBuilder<Database, 'payment', Output>,
  merchantId: MerchantId,
  filter: PaymentFilter,
): SelectQueryBuilder<Database, 'payment', Output> {
  const { status, attention, customerId, currency, from, to, minAmount, maxAmount, declineCode } = filter;
  let chosen = query.where('merchant_id', '=', merchantId);
  if (status !== undefined) chosen = chosen.where('status', '=', status);
  if (attention !== undefined) chosen = chosen.where('attention_since', 'is not', null);
  if (customerId !== undefined) chosen = chosen.where('customer_id', '=', uuidOf(customerId));
  if (currency !== undefined) chosen = chosen.where('currency', '=', currency);
  // An id begins with its time, so the range of times is a range of the index.
  if (from !== undefined) chosen = chosen.where('id', '>=', `${timeDigits(from)}${'0'.repeat(20)}`);
  if (to !== undefined) chosen = chosen.where('id', '<=', `${timeDigits(to)}${'f'.repeat(20)}`);
  const amount = exactAmount(filter);
  // In these words the index by amount gives them in the order of their ids.
  if (amount !== undefined) chosen = chosen.where('amount', '=', amount);
  else {
    if (minAmount !== undefined) chosen = chosen.where('amount', '>=', minAmount);
    if (maxAmount !== undefined) chosen = chosen.where('amount', '<=', maxAmount);
  }
  if (declineCode !== undefined) chosen = chosen.where('failure_code', '=', declineCode);
  return chosen;
}

const columnsOf = (wanted: readonly Wanted[]) => [
  wanted.map(({ merchantId }) => merchantId),
  wanted.map(({ id }) => uuidOf(id)),
];

/** In the words of the partial index. */
const OLDEST_ATTENTION = {
  name: 'oldest_attention',
  text: `SELECT attention_since AS since FROM payment
    WHERE attention_since IS NOT NULL ORDER BY attention_since LIMIT 1`,
  values: [],
};

/** In the words of the partial index, so that it is used whatever the parameters are. */
const UNSETTLED = {
  name: 'list_unsettled_transactions',
  text: `SELECT * FROM transaction
    WHERE merchant_id = $1 AND type IN ('capture', 'refund') AND status IN ('pending', 'succeeded')
      AND id >= $2::uuid AND id < $3::uuid AND id > $4::uuid
    ORDER BY id LIMIT $5`,
};

type LapsingRow = Pick<Row<'payment'>, 'merchant_id' | 'id'>;

/** In the words of the partial index, likewise. */
const LAPSING = {
  name: 'list_lapsing_payments',
  text: `SELECT merchant_id, id FROM payment
    WHERE status = 'authorized' AND NOT closing AND authorized_until <= $1::timestamptz
    ORDER BY authorized_until LIMIT $2`,
};

const PAYMENTS: ManyKeys<Wanted> = {
  name: 'find_payments',
  text: `SELECT wanted.position, payment.* FROM unnest($1::text[], $2::uuid[])
      WITH ORDINALITY AS wanted(merchant_id, id, position)
    CROSS JOIN LATERAL (
      SELECT * FROM payment p WHERE p.merchant_id = wanted.merchant_id AND p.id = wanted.id LIMIT 1
    ) AS payment`,
  columnsOf,
};

const TRANSACTIONS: ManyKeys<Wanted> = {
  name: 'find_transactions',
  text: `SELECT wanted.position, transaction.* FROM unnest($1::text[], $2::uuid[])
      WITH ORDINALITY AS wanted(merchant_id, id, position)
    CROSS JOIN LATERAL (
      SELECT * FROM transaction t WHERE t.payment_id = wanted.id AND t.merchant_id = wanted.merchant_id
      ORDER BY t.id
    ) AS transaction`,
  columnsOf,
};

/**
 * As the audit trail reads those of one. `OFFSET 0` keeps the merchant out of the search for a chain, or the index of the whole
 * trail is walked for each payment where the planner knows nothing of the table yet.
 */
const LINKS_OF_PAYMENTS: ManyKeys<Wanted> = {
  name: 'audit_of_payments',
  text: `SELECT wanted.position, link.* FROM unnest($1::text[], $2::uuid[])
      WITH ORDINALITY AS wanted(merchant_id, id, position)
    CROSS JOIN LATERAL (
      SELECT 'pay_' || replace(wanted.id::text, '-', '') AS id UNION ALL
      SELECT 'txn_' || replace(t.id::text, '-', '') FROM transaction t WHERE t.payment_id = wanted.id
    ) AS chain
    CROSS JOIN LATERAL (
      SELECT ${AUDIT_COLUMNS} FROM audit_entry
      WHERE entity_id = chain.id AND entity_type IN ('payment', 'transaction')
      OFFSET 0
    ) AS link
    WHERE link.merchant_id = wanted.merchant_id
    ORDER BY link.entity_type, link.entity_id, link.sequence`,
  columnsOf,
};
