import pg from 'pg';
import {
  approvalToRow,
  entryToRow,
  linesToRows,
  paymentToRow,
} from '../../../src/adapters/postgres/approvals/rows.ts';
import { approvalsPostgresStorage } from '../../../src/adapters/postgres/approvals/storage.ts';
import { postgresPool } from '../../../src/adapters/postgres/pool.ts';
import { type Json, jsonText } from '../../../src/domain/kernel/json.ts';
import type { Mutation, TamperedApprovals } from './approvals.ts';
import { disarm, snapshotOf, tablesOf } from './postgres-tables.ts';

/** The database at `connectionString`, which must be this store's alone, and a superuser's hand in it. */
export async function tamperedApprovalsPostgres(
  connectionString: string,
): Promise<TamperedApprovals & Readonly<{ client: pg.Client }>> {
  const storage = approvalsPostgresStorage(postgresPool({ connectionString }));
  const client = new pg.Client({ connectionString });
  await client.connect();
  await disarm(client);
  await client.query(
    'ALTER TABLE approvals.payment_approvals DROP CONSTRAINT payment_approvals_once, ADD CONSTRAINT payment_approvals_once CHECK (true)',
  );
  const insert = (table: string, rows: readonly object[]) =>
    client.query(
      `INSERT INTO approvals.${table} SELECT * FROM json_populate_recordset(NULL::approvals.${table}, $1)`,
      [jsonText(rows as unknown as Json)],
    );
  const remove = (table: string, id: string) =>
    client.query(`DELETE FROM approvals.${table} WHERE payment_id = $1`, [id]);
  return {
    client,
    storage,
    hand: {
      async writePayment(payment) {
        for (const table of ['payment_line_items', 'payment_approvals', 'payments'])
          await remove(table, payment.id);
        await insert('payments', [paymentToRow(payment, 'hand')]);
        await insert('payment_line_items', linesToRows(payment));
        await insert(
          'payment_approvals',
          payment.approvals.map((approval, index) => ({
            ...approvalToRow(approval, payment),
            payment_version: index + 2,
          })),
        );
      },
      async writeLinks(id, links) {
        await remove('payment_audit_log', id);
        await insert('payment_audit_log', links.map(entryToRow));
      },
      mutations: () => mutationsIn(client),
    },
    close: () => Promise.all([client.end(), storage.close()]),
  };
}

/** What a column of a type can be changed to, in SQL, when it holds a value. */
const OTHER: Readonly<Record<string, (column: string) => string>> = {
  text: (c) => `${c} || 'x'`,
  varchar: (c) => `${c} || 'x'`,
  bytea: (c) => `set_byte(${c}, 0, 255 - get_byte(${c}, 0))`,
  int2: (c) => `${c} + 100`,
  int4: (c) => `${c} + 100`,
  int8: (c) => `${c} + 100`,
  numeric: (c) => `${c} + 0.001`,
  uuid: (c) =>
    `overlay(${c}::text placing CASE right(${c}::text, 1) WHEN '0' THEN '1' ELSE '0' END from 36)::uuid`,
  timestamptz: (c) => `${c} + interval '1 microsecond'`,
  date: (c) => `${c} + 1`,
  bool: (c) => `NOT ${c}`,
  _text: (c) => `array_append(${c}, 'x')`,
  json: (c) =>
    `(CASE json_typeof(${c}) WHEN 'array' THEN ${c}::jsonb || '["x"]' ELSE ${c}::jsonb || '{"x": 1}' END)::json`,
};

/** What it can be changed to when it holds none. */
const FIRST: Readonly<Record<string, string>> = {
  text: `'x'`,
  bytea: `'\\x00'`,
  int4: '1',
  numeric: '0.5',
  uuid: 'gen_random_uuid()',
  timestamptz: 'now()',
  date: 'current_date',
  _text: `'{x}'`,
  json: `'{}'`,
};

/** What is another in a forged copy of a row; of one incident and vendor the store itself refuses a second live payment. */
const KEYS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'approvals.payments': [['payment_id', 'incident_id']],
  'approvals.payment_line_items': [['payment_id'], ['line_item_id']],
  'approvals.payment_approvals': [['payment_id'], ['edition'], ['approved_by']],
  'approvals.payment_approval_identity': [['payment_id'], ['edition'], ['identity']],
  'approvals.payment_audit_log': [['payment_id'], ['sequence']],
  'approvals.payment_refusal': [['payment_id'], ['sequence', 'refusal_key']],
  'approvals.payment_refusal_count': [['payment_id'], ['refusal_key']],
  'approvals.payment_refusal_head': [['payment_id']],
  'approvals.event_taken': [['event_key'], ['event_key', 'payment_id']],
  'approvals.request_claim': [['caller'], ['operation'], ['key']],
  'approvals.request_claim_trace': [['caller'], ['operation'], ['key']],
  'approvals.outbox': [['id'], ['id', 'payment_id']],
  'approvals.outbox_parked': [['id'], ['id', 'payment_id']],
  'approvals.sent_event': [['payment_id'], ['id']],
  'approvals.migration': [['name']],
  'approvals.migration_lock': [['id']],
};

/** Who works on what, and copies for other systems, in the place of a queue and a bus outside. */
const LEFT_OUT = ['approvals.lease', 'approvals.queue_message', 'approvals.bus_event'];

async function mutationsIn(client: pg.Client): Promise<readonly Mutation[]> {
  const tables = (await tablesOf(client)).filter(
    ({ name }) => name.startsWith('approvals.') && !LEFT_OUT.includes(name),
  );
  const restore = await snapshotOf(client, tables);
  const run = (title: string, statement: string): Mutation => ({
    title: title.replace('approvals.', ''),
    async apply() {
      const { rowCount } = await client.query(statement);
      if (rowCount !== 1) throw new Error(`${title} changed ${rowCount} rows: ${statement}`);
    },
    undo: restore,
  });
  const mutations: Mutation[] = [
    {
      title: 'all refusals deleted',
      apply: () =>
        client.query(
          'TRUNCATE approvals.payment_refusal, approvals.payment_refusal_count, approvals.payment_refusal_head',
        ),
      undo: restore,
    },
  ];
  for (const { name, columns } of tables) {
    if (KEYS[name] === undefined) throw new Error(`nothing is known of the keys of ${name}`);
    const row = (where: string) => `ctid = (SELECT ctid FROM ${name} WHERE ${where} ORDER BY ctid LIMIT 1)`;
    const has = async (where: string) =>
      (await client.query(`SELECT FROM ${name} WHERE ${where} LIMIT 1`)).rowCount === 1;
    for (const { name: column, type, isNullable } of columns) {
      const c = `"${column}"`;
      const value = OTHER[type];
      if (value === undefined) throw new Error(`nothing is known to change a ${type} to`);
      if (await has(`${c} IS NOT NULL`))
        mutations.push(
          run(
            `${name}.${column} changed`,
            `UPDATE ${name} SET ${c} = ${value(c)} WHERE ${row(`${c} IS NOT NULL`)}`,
          ),
        );
      else throw new Error(`${name}.${column} is empty in every row`);
      if (!isNullable) continue;
      mutations.push(
        run(`${name}.${column} emptied`, `UPDATE ${name} SET ${c} = NULL WHERE ${row(`${c} IS NOT NULL`)}`),
      );
      if (await has(`${c} IS NULL`))
        mutations.push(
          run(
            `${name}.${column} filled`,
            `UPDATE ${name} SET ${c} = ${FIRST[type]} WHERE ${row(`${c} IS NULL`)}`,
          ),
        );
    }
    mutations.push(run(`${name} row deleted`, `DELETE FROM ${name} WHERE ${row('true')}`));
    const list = columns.map((column) => `"${column.name}"`).join(', ');
    for (const key of KEYS[name] ?? []) {
      const forged = columns.map(({ name: column, type }) =>
        key.includes(column) ? OTHER[type]?.(`"${column}"`) : `"${column}"`,
      );
      mutations.push(
        run(
          `${name} row inserted under another ${key.join(' and ')}`,
          `INSERT INTO ${name} (${list}) SELECT ${forged.join(', ')} FROM ${name} WHERE ${row('true')}`,
        ),
      );
    }
  }
  return mutations;
}
