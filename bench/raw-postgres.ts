import type pg from 'pg';
import { aggregateToRows, entryToRow, tallyToRow } from '../src/adapters/postgres/ledger-rows.ts';
import {
  auditToRow,
  claimToRow,
  eventToRow,
  paymentToRow,
  transactionToRow,
} from '../src/adapters/postgres/rows.ts';
import { whole } from '../src/domain/kernel/json.ts';
import { balancesOf } from '../src/domain/ledger/ledger.ts';
import type { Change, Guarded } from '../src/ports/commits.ts';
import type { RawDriver } from './rows.ts';

const inserted = (table: string, n: number) =>
  `INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $${n})`;

const SLOT = 'pg_backend_pid() % 32';

/** One statement that writes what a change writes, from JSON rows; no guards but the keys. */
const WRITE = `
  WITH c1 AS (${inserted('claim', 1)}), p1 AS (${inserted('payment', 2)}), t1 AS (${inserted('transaction', 3)}),
    a AS (${inserted('audit_entry', 4)}), l AS (${inserted('ledger_entry', 5)}), g AS (${inserted('aggregate', 6)}),
    c2 AS (
      UPDATE claim SET state = r.state, due_at = r.due_at, fence = r.fence, change_id = r.change_id, answer = r.answer,
        answer_expires_at = r.answer_expires_at
      FROM json_populate_recordset(NULL::claim, $7) r
      WHERE claim.merchant_id = r.merchant_id AND claim.operation = r.operation AND claim.key = r.key),
    p2 AS (
      UPDATE payment SET status = r.status, authorized_amount = r.authorized_amount,
        captured_amount = r.captured_amount, refunded_amount = r.refunded_amount, reserved_amount = r.reserved_amount,
        closing = r.closing, version = r.version, audit_hash = r.audit_hash, updated_at = r.updated_at
      FROM json_populate_recordset(NULL::payment, $8) r
      WHERE payment.merchant_id = r.merchant_id AND payment.id = r.id),
    t2 AS (
      UPDATE transaction SET status = r.status, processor_id = r.processor_id, response_code = r.response_code,
        response_text = r.response_text, processed_at = r.processed_at, version = r.version,
        audit_hash = r.audit_hash, updated_at = r.updated_at
      FROM json_populate_recordset(NULL::transaction, $9) r
      WHERE transaction.payment_id = r.payment_id AND transaction.id = r.id),
    b AS (
      INSERT INTO balance AS b (merchant_id, currency, slot, available, pending, processor, fees, transfers)
      SELECT merchant_id, currency, ${SLOT}, available, pending, processor, fees, transfers
      FROM json_populate_recordset(NULL::balance, $10)
      ON CONFLICT (merchant_id, currency, slot) DO UPDATE SET
        available = b.available + excluded.available, pending = b.pending + excluded.pending,
        processor = b.processor + excluded.processor, fees = b.fees + excluded.fees,
        transfers = b.transfers + excluded.transfers),
    y AS (
      INSERT INTO tally AS t (merchant_id, day, currency, status, slot, count, amount, captured, refunded)
      SELECT merchant_id, day, currency, status, ${SLOT}, sum(count), sum(amount), sum(captured), sum(refunded)
      FROM json_populate_recordset(NULL::tally, $11) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
      ON CONFLICT (merchant_id, day, currency, status, slot) DO UPDATE SET
        count = t.count + excluded.count, amount = t.amount + excluded.amount,
        captured = t.captured + excluded.captured, refunded = t.refunded + excluded.refunded),
    s AS (
      INSERT INTO spending AS s SELECT * FROM json_populate_recordset(NULL::spending, $12)
      ON CONFLICT (merchant_id, currency) DO UPDATE SET spendings = s.spendings + 1)
  INSERT INTO outbox (id, type, merchant_id, payment_id, created_at, data)
    SELECT id, type, merchant_id, payment_id, created_at, data FROM json_populate_recordset(NULL::outbox, $13)`;

/** node-postgres with named statements over the same pool size and the same tables. */
export const rawPostgres = (pool: pg.Pool): RawDriver => ({
  async writeEach(changes) {
    for (const change of changes) await write(pool, [change]);
  },
  writeTogether: (changes) => write(pool, changes),
  readClaim({ claim }) {
    if (claim === undefined) throw new Error('the change has no claim to read');
    const { merchantId, operation, key } = claim.next;
    return pool.query({
      name: 'raw_claim',
      text: 'SELECT * FROM claim WHERE merchant_id = $1 AND operation = $2 AND key = $3',
      values: [merchantId, operation, key],
    });
  },
  readPage: (merchantId, limit) =>
    pool.query({
      name: 'raw_page',
      text: 'SELECT * FROM payment WHERE merchant_id = $1 ORDER BY id DESC LIMIT $2',
      values: [merchantId, limit],
    }),
  summarize: (merchantId) =>
    pool.query({
      name: 'raw_summary',
      text: `SELECT currency, status, count(*), sum(amount), sum(captured_amount), sum(refunded_amount)
        FROM payment WHERE merchant_id = $1 GROUP BY 1, 2`,
      values: [merchantId],
    }),
  readAggregate: (merchantId, kind, id) =>
    pool.query({
      name: 'raw_aggregate',
      text: 'SELECT * FROM aggregate WHERE owner = $1 AND kind = $2 AND id = $3',
      values: [merchantId, kind, id],
    }),
});

const write = (pool: pg.Pool, changes: readonly Change[]) =>
  pool.query({ name: 'raw_write', text: WRITE, values: rowsOf(changes) });

const nexts = <T>(guarded: readonly Guarded<T>[], opened: boolean): T[] =>
  guarded.filter(({ expected }) => (expected === 0) === opened).map(({ next }) => next);

function rowsOf(changes: readonly Change[]): string[] {
  const claims = changes.flatMap(({ claim }) => claim ?? []);
  const payments = changes.flatMap(({ payment }) => payment ?? []);
  const transactions = changes.flatMap((change) => change.transactions);
  const entries = changes.flatMap((change) => change.entries);
  return [
    nexts(claims, true).map(claimToRow),
    nexts(payments, true).map((payment) => ({ reserved_refund_amount: 0, ...paymentToRow(payment) })),
    nexts(transactions, true).map(transactionToRow),
    changes.flatMap(({ audit }) => audit.map(auditToRow)),
    entries.map(entryToRow),
    changes.flatMap(({ id, aggregates }) => aggregates.flatMap((each) => aggregateToRows(each, id))),
    nexts(claims, false).map(claimToRow),
    nexts(payments, false).map((payment) => ({ reserved_refund_amount: 0, ...paymentToRow(payment) })),
    nexts(transactions, false).map(transactionToRow),
    balancesOf(entries).map(({ merchantId, currency, ...sums }) => ({
      merchant_id: merchantId,
      currency,
      ...Object.fromEntries(Object.entries(sums).map(([account, sum]) => [account, whole(sum)])),
    })),
    changes.flatMap(({ tallies }) => tallies.map(tallyToRow)),
    changes.flatMap(({ spending }) =>
      spending === undefined
        ? []
        : [{ merchant_id: spending.merchantId, currency: spending.currency, spendings: 1 }],
    ),
    changes.flatMap(({ events }) => events.map(eventToRow)),
  ].map((rows) => JSON.stringify(rows));
}
