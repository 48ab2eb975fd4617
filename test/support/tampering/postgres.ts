import pg from 'pg';
import {
  aggregateFromRow,
  aggregateToRows,
  entryFromRow,
  entryToRow,
} from '../../../src/adapters/postgres/ledger-rows.ts';
import { postgresPool } from '../../../src/adapters/postgres/pool.ts';
import {
  auditFromRow,
  auditToRow,
  hexOf,
  paymentFromRow,
  paymentToRow,
  transactionFromRow,
  transactionToRow,
} from '../../../src/adapters/postgres/rows.ts';
import type { Row as StoredRow } from '../../../src/adapters/postgres/schema.ts';
import { postgresStorage } from '../../../src/adapters/postgres/storage.ts';
import { storedCurrency } from '../../../src/domain/kernel/currency.ts';
import type { MerchantId } from '../../../src/domain/kernel/ids.ts';
import { type Json, jsonText, whole } from '../../../src/domain/kernel/json.ts';
import { ACCOUNTS, type Account } from '../../../src/domain/ledger/ledger.ts';
import { disarm, snapshotOf, tablesOf } from './postgres-tables.ts';
import type { Hand, Row, Stored, TamperedStore } from './tampering.ts';

/** The database at `connectionString`, which must be this store's alone, and a superuser's hand in it. */
export async function tamperedPostgres(
  connectionString: string,
): Promise<TamperedStore & Readonly<{ client: pg.Client }>> {
  const pool = postgresPool({ connectionString });
  const client = new pg.Client({ connectionString });
  await client.connect();
  await disarm(client);
  const storage = postgresStorage(pool);
  return {
    client,
    storage,
    async hand() {
      const restore = await snapshotOf(client, await tablesOf(client));
      const hand: Hand = {
        rows: (kind) => rowsOf(pool, kind),
        insert: (kind, value) => insert(pool, kind, value),
        restore,
      };
      return hand;
    },
    close: () => Promise.all([client.end(), storage.close()]),
  };
}

type Mapping<Value> = Readonly<{
  table: string;
  /** Columns of type json, which are read as text, so that no digit is lost. */
  json?: readonly string[];
  read(row: never): Value;
  /** Of the row that was there before, what the value does not say. */
  written(value: Value, row: Readonly<Record<string, unknown>>): object;
}>;

const MAPPINGS: Readonly<{ [Kind in keyof Stored]: Mapping<Stored[Kind]> }> = {
  payment: {
    table: 'payment',
    read: (row: StoredRow<'payment'>) => paymentFromRow(row),
    written: (value) => ({ reserved_refund_amount: 0, ...paymentToRow(value) }),
  },
  transaction: {
    table: 'transaction',
    read: (row: StoredRow<'transaction'>) => transactionFromRow(row),
    written: transactionToRow,
  },
  link: {
    table: 'audit_entry',
    json: ['before', 'after', 'metadata'],
    read: (row: StoredRow<'audit_entry'>) => auditFromRow(row),
    written: auditToRow,
  },
  aggregate: {
    table: 'aggregate',
    json: ['record'],
    read: (row: StoredRow<'aggregate'>) => ({
      owner: row.owner as MerchantId,
      aggregate: aggregateFromRow(row.kind, row),
    }),
    written: ({ owner, aggregate }, row) => ({
      ...aggregateToRows(
        { expected: 0, next: aggregate, takes: [], releases: [] },
        hexOf(String(row['change_id'])),
      )[0],
      owner,
    }),
  },
  entry: {
    table: 'ledger_entry',
    read: (row: StoredRow<'ledger_entry'>) => entryFromRow(row),
    written: entryToRow,
  },
  balance: {
    table: 'balance',
    read: (row: StoredRow<'balance'>) => ({
      merchantId: row.merchant_id as MerchantId,
      currency: storedCurrency(row.currency),
      ...(Object.fromEntries(ACCOUNTS.map((account) => [account, BigInt(row[account])])) as Record<
        Account,
        bigint
      >),
    }),
    written: ({ merchantId, ...balance }, { slot }) => ({
      merchant_id: merchantId,
      ...balance,
      slot,
      written_in: slot,
    }),
  },
  tally: {
    table: 'tally',
    read: (row: StoredRow<'tally'>) => ({
      merchantId: row.merchant_id as MerchantId,
      day: row.day,
      currency: storedCurrency(row.currency),
      status: row.status,
      count: Number(row.count),
      amount: BigInt(row.amount),
      captured: BigInt(row.captured),
      refunded: BigInt(row.refunded),
    }),
    written: ({ merchantId, ...tally }, { slot }) => ({
      merchant_id: merchantId,
      ...tally,
      slot,
      written_in: slot,
    }),
  },
  ledgerTally: {
    table: 'ledger_tally',
    read: (row: StoredRow<'ledger_tally'>) => ({
      merchantId: row.merchant_id as MerchantId,
      day: row.day,
      currency: storedCurrency(row.currency),
      type: row.type,
      count: Number(row.count),
      amount: BigInt(row.amount),
    }),
    written: ({ merchantId, ...tally }, { slot }) => ({
      merchant_id: merchantId,
      ...tally,
      slot,
      written_in: slot,
    }),
  },
};

async function rowsOf<Kind extends keyof Stored>(
  pool: pg.Pool,
  kind: Kind,
): Promise<readonly Row<Stored[Kind]>[]> {
  const { table, json = [], read, written }: Mapping<Stored[Kind]> = MAPPINGS[kind];
  const texts = [...json, ...(kind === 'tally' || kind === 'ledgerTally' ? ['day'] : [])];
  const columns = ['*', ...texts.map((name) => `${name}::text AS ${name}`)].join(', ');
  const { rows } = await pool.query<Record<string, unknown>>(`SELECT ctid, ${columns} FROM ${table}`);
  return rows.map((row) => ({
    value: read(row as never),
    async put(next) {
      await pool.query(`DELETE FROM ${table} WHERE ctid = $1`, [row['ctid']]);
      if (next !== undefined) await write(pool, table, written(next, row));
    },
  }));
}

const insert = <Kind extends keyof Stored>(pool: pg.Pool, kind: Kind, value: Stored[Kind]) => {
  const { table, written }: Mapping<Stored[Kind]> = MAPPINGS[kind];
  return write(pool, table, written(value, { change_id: '0'.repeat(32) }));
};

const write = (pool: pg.Pool, table: string, row: object) =>
  pool.query(`INSERT INTO ${table} SELECT * FROM json_populate_record(NULL::${table}, $1)`, [
    jsonText(exact(row) as Json),
  ]);

/** Bigints that JSON can say, as what JSON says them with; seals as the column reads them. */
const exact = (row: object) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      name === 'seal' ? `\\x${String(value)}` : typeof value === 'bigint' ? whole(value) : value,
    ]),
  );
