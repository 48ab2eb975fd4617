import type pg from 'pg';
import {
  auditToRow,
  claimToRow,
  eventToRow,
  paymentToRow,
  transactionToRow,
} from '../src/adapters/postgres/rows.ts';
import type { Change } from '../src/ports/commits.ts';
import type { RawDriver } from './work.ts';

/** One statement that inserts what a first commit inserts, from JSON rows; no guards but the keys. */
const INSERT = `
  WITH c AS (INSERT INTO claim SELECT * FROM json_populate_recordset(NULL::claim, $1)),
    p AS (INSERT INTO payment SELECT * FROM json_populate_recordset(NULL::payment, $2)),
    a AS (INSERT INTO audit_entry SELECT * FROM json_populate_recordset(NULL::audit_entry, $3))
  INSERT INTO outbox SELECT * FROM json_populate_recordset(NULL::outbox, $4)`;

/** One statement that writes what a second commit writes. */
const SETTLE = `
  WITH c AS (
      UPDATE claim SET state = r.state, due_at = NULL, change_id = r.change_id, answer = r.answer,
        answer_expires_at = r.answer_expires_at
      FROM json_populate_recordset(NULL::claim, $1) r
      WHERE claim.merchant_id = r.merchant_id AND claim.operation = r.operation AND claim.key = r.key),
    p AS (
      UPDATE payment SET status = r.status, authorized_amount = r.authorized_amount,
        captured_amount = r.captured_amount, version = r.version, audit_hash = r.audit_hash, updated_at = r.updated_at
      FROM json_populate_recordset(NULL::payment, $2) r
      WHERE payment.merchant_id = r.merchant_id AND payment.id = r.id),
    t AS (INSERT INTO transaction SELECT * FROM json_populate_recordset(NULL::transaction, $5)),
    a AS (INSERT INTO audit_entry SELECT * FROM json_populate_recordset(NULL::audit_entry, $3))
  INSERT INTO outbox SELECT * FROM json_populate_recordset(NULL::outbox, $4)`;

/** node-postgres with named statements over the same pool size and the same tables. */
export const rawPostgres = (pool: pg.Pool): RawDriver => ({
  writeEach: async (changes) => {
    for (const change of changes)
      await (change.transactions.length === 0 ? insert(pool, [change]) : settle(pool, change));
  },
  writeTogether: (changes) => insert(pool, changes),
  readClaim: ({ claim: { next } }) =>
    pool.query({
      name: 'raw_claim',
      text: 'SELECT * FROM claim WHERE merchant_id = $1 AND operation = $2 AND key = $3',
      values: [next.merchantId, next.operation, next.key],
    }),
  readPage: (merchantId, limit) =>
    pool.query({
      name: 'raw_page',
      text: 'SELECT * FROM payment WHERE merchant_id = $1 ORDER BY id DESC LIMIT $2',
      values: [merchantId, limit],
    }),
});

const insert = (pool: pg.Pool, changes: readonly Change[]) =>
  pool.query({ name: 'raw_insert', text: INSERT, values: rowsOf(changes).slice(0, 4) });

const settle = (pool: pg.Pool, change: Change) =>
  pool.query({ name: 'raw_settle', text: SETTLE, values: rowsOf([change]) });

const rowsOf = (changes: readonly Change[]): string[] =>
  [
    changes.map(({ claim }) => claimToRow(claim.next)),
    changes.flatMap(({ payment }) => (payment === undefined ? [] : [paymentToRow(payment.next)])),
    changes.flatMap(({ audit }) => audit.map(auditToRow)),
    changes.flatMap(({ events }) => events.map(eventToRow)),
    changes.flatMap(({ transactions }) => transactions.map(({ next }) => transactionToRow(next))),
  ].map((rows) => JSON.stringify(rows));
