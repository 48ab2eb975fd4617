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
import type { TamperedApprovals } from './approvals.ts';
import { disarm } from './postgres-tables.ts';

/** The database at `connectionString`, which must be this store's alone, and a superuser's hand in it. */
export async function tamperedApprovalsPostgres(
  connectionString: string,
): Promise<TamperedApprovals & Readonly<{ client: pg.Client }>> {
  const storage = approvalsPostgresStorage(postgresPool({ connectionString }));
  const client = new pg.Client({ connectionString });
  await client.connect();
  await disarm(client);
  await client.query('ALTER TABLE approvals.payment_approvals DROP CONSTRAINT payment_approvals_once');
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
    },
    close: () => Promise.all([client.end(), storage.close()]),
  };
}
