import type pg from 'pg';
import { storedCurrency } from '../../domain/kernel/currency.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Account, Balance } from '../../domain/ledger/ledger.ts';
import type { Balances } from '../../ports/balances.ts';
import { findAll } from './reads.ts';
import type { Row } from './schema.ts';

type Sums = Omit<Row<'balance'>, 'slot' | 'written_in'> & Pick<Row<'spending'>, 'spendings'>;

/** The sums and the spendings are read by one statement, so they are of one moment. */
export const postgresBalances = (pool: pg.Pool): Balances => ({
  of: (merchantId, currency) =>
    findAll(
      pool,
      {
        name: 'balances_of',
        text: `SELECT b.merchant_id, b.currency, sum(b.available) AS available, sum(b.pending) AS pending,
            sum(b.processor) AS processor, sum(b.fees) AS fees, sum(b.transfers) AS transfers,
            sum(b.bank) AS bank, sum(b.differences) AS differences,
            coalesce(max(s.spendings), 0) AS spendings
          FROM balance b LEFT JOIN spending s ON s.merchant_id = b.merchant_id AND s.currency = b.currency
          WHERE b.merchant_id = $1 AND b.currency = coalesce($2, b.currency)
          GROUP BY b.merchant_id, b.currency ORDER BY b.currency`,
        values: [merchantId, currency ?? null],
      },
      (row: Sums) => ({ ...balanceFromRow(row), spendings: row.spendings }),
    ),
});

/** A balance, or one slot's part of it. */
export const balanceFromRow = (row: Pick<Row<'balance'>, 'merchant_id' | 'currency' | Account>): Balance => ({
  merchantId: row.merchant_id as MerchantId,
  currency: storedCurrency(row.currency),
  available: BigInt(row.available),
  pending: BigInt(row.pending),
  processor: BigInt(row.processor),
  fees: BigInt(row.fees),
  transfers: BigInt(row.transfers),
  bank: BigInt(row.bank),
  differences: BigInt(row.differences),
});
