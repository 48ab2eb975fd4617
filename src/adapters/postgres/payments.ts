import { errAsync, okAsync } from 'neverthrow';
import type pg from 'pg';
import type { MerchantId, PaymentId } from '../../domain/ids.ts';
import type { Payments } from '../../ports/payments.ts';
import { coalesce } from '../shared/coalesce.ts';
import { patiently } from './faults.ts';
import { queriesOn } from './migrate.ts';
import { paymentFromRow, transactionFromRow, uuidOf } from './rows.ts';
import type { PaymentTable, TransactionTable } from './schema.ts';

type Wanted = Readonly<{ merchantId: MerchantId; id: PaymentId }>;

/** Point reads that arrive together share one statement; each page is one index range scan. */
export function postgresPayments(pool: pg.Pool): Payments {
  const db = queriesOn(pool);
  const payment = coalesce<Wanted, PaymentTable | undefined>({
    run: (wanted) => findPayments(pool, wanted),
    most: 256,
    lanes: 2,
  });
  const transactions = coalesce<Wanted, readonly TransactionTable[]>({
    run: (wanted) => findTransactions(pool, wanted),
    most: 256,
    lanes: 2,
  });
  return {
    find: (merchantId, id) =>
      patiently(() => payment({ merchantId, id })).andThen((row) =>
        row === undefined ? errAsync({ kind: 'PaymentNotFound' as const, id }) : okAsync(paymentFromRow(row)),
      ),
    transactionsOf: (merchantId, id) =>
      patiently(() => transactions({ merchantId, id })).map((rows) => rows.map(transactionFromRow)),
    list(merchantId, filter, { limit, before }) {
      let query = db.selectFrom('payment').selectAll().where('merchant_id', '=', merchantId);
      const { status, customerId, currency, from, to, minAmount, maxAmount } = filter;
      if (before !== undefined) query = query.where('id', '<', uuidOf(before));
      if (status !== undefined) query = query.where('status', '=', status);
      if (customerId !== undefined) query = query.where('customer_id', '=', uuidOf(customerId));
      if (currency !== undefined) query = query.where('currency', '=', currency);
      if (from !== undefined) query = query.where('created_at', '>=', new Date(from));
      if (to !== undefined) query = query.where('created_at', '<=', new Date(to));
      if (minAmount !== undefined) query = query.where('amount', '>=', minAmount);
      if (maxAmount !== undefined) query = query.where('amount', '<=', maxAmount);
      return patiently(() => query.orderBy('id', 'desc').limit(limit).execute()).map((rows) =>
        rows.map(paymentFromRow),
      );
    },
  };
}

async function findPayments(
  pool: pg.Pool,
  wanted: readonly Wanted[],
): Promise<readonly (PaymentTable | undefined)[]> {
  const { rows } = await pool.query<PaymentTable & { position: bigint }>({
    name: 'find_payments',
    text: `SELECT wanted.position, payment.* FROM unnest($1::text[], $2::uuid[])
        WITH ORDINALITY AS wanted(merchant_id, id, position)
      CROSS JOIN LATERAL (
        SELECT * FROM payment p WHERE p.merchant_id = wanted.merchant_id AND p.id = wanted.id LIMIT 1
      ) AS payment`,
    values: columnsOf(wanted),
  });
  const found = new Map(rows.map((row) => [Number(row.position), row]));
  return wanted.map((_, index) => found.get(index + 1));
}

async function findTransactions(
  pool: pg.Pool,
  wanted: readonly Wanted[],
): Promise<readonly (readonly TransactionTable[])[]> {
  const { rows } = await pool.query<TransactionTable & { position: bigint }>({
    name: 'find_transactions',
    text: `SELECT wanted.position, transaction.* FROM unnest($1::text[], $2::uuid[])
        WITH ORDINALITY AS wanted(merchant_id, id, position)
      CROSS JOIN LATERAL (
        SELECT * FROM transaction t WHERE t.payment_id = wanted.id AND t.merchant_id = wanted.merchant_id
        ORDER BY t.id LIMIT 1000
      ) AS transaction`,
    values: columnsOf(wanted),
  });
  const found = Map.groupBy(rows, (row) => Number(row.position));
  return wanted.map((_, index) => found.get(index + 1) ?? []);
}

const columnsOf = (wanted: readonly Wanted[]) => [
  wanted.map(({ merchantId }) => merchantId),
  wanted.map(({ id }) => uuidOf(id)),
];
