import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import { aBusyApprovalsStore } from '../../support/busy-approvals.ts';
import { dataDirectory, runCli } from '../../support/cli-process.ts';
import { postgresServer } from '../../support/postgres-database.ts';
import { tamperedApprovalsPostgres } from '../../support/tampering/approvals-postgres.ts';
import { snapshotOf, tablesOf } from '../../support/tampering/postgres-tables.ts';

const server = await postgresServer(inject('postgresUrl'));
const dir = dataDirectory();
const folder = mkdtempSync(join(tmpdir(), 'paywright-checkpoint-'));
const known = join(folder, 'known.ndjson');
let store: Awaited<ReturnType<typeof tamperedApprovalsPostgres>>;
let book: Awaited<ReturnType<typeof aBusyApprovalsStore>>;
let env: Readonly<Record<string, string>>;
const verifying = (...options: readonly string[]) => runCli(['verify', ...options], env);

beforeAll(async () => {
  const url = await server.newDatabase();
  store = await tamperedApprovalsPostgres(url);
  book = await aBusyApprovalsStore(store.storage);
  env = { PAYWRIGHT_DATA_DIR: dir.path, STORAGE: 'postgres', DATABASE_URL: url };
  expect((await verifying('--checkpoint', known)).code).toBe(0);
});
afterAll(async () => {
  await store.close();
  await server.close();
  dir.remove();
  rmSync(folder, { recursive: true, force: true });
});

it('has a line for each vendor payment, and agrees with payments that went on since', async () => {
  const lines = readFileSync(`${known}.approvals`, 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(11);
  expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ vendor_payments: 9, links: 24 });
  await book.approve(await book.create());
  expect(await book.process(book.waiting)).toBe('completed');
  expect((await verifying('--since-checkpoint', known)).code).toBe(0);
});

it('finds refusals that are gone with all that told of them, and attempts that are fewer', async () => {
  const { client } = store;
  const id = book.suspect;
  const undo = await snapshotOf(
    client,
    (await tablesOf(client)).filter(({ name }) => name.includes('payment_refusal')),
  );
  for (const table of ['payment_refusal', 'payment_refusal_count'])
    await client.query(`DELETE FROM approvals.${table} WHERE payment_id = $1`, [id]);
  await client.query(
    `UPDATE approvals.payment_refusal_head SET sequence = 0, hash = repeat('0', 64), attempts = 0 WHERE payment_id = $1`,
    [id],
  );
  expect((await verifying()).code).toBe(0);
  expect((await verifying('--since-checkpoint', known)).stderr).toBe(
    `paywright: bad row: refusal ${id} of approvals: link 1 was there at the checkpoint, and is gone\n`,
  );
  await undo();
  for (const table of ['payment_refusal_head', 'payment_refusal_count'])
    await client.query(
      `UPDATE approvals.${table} SET attempts = attempts - 1 WHERE payment_id = $1 AND attempts > 1`,
      [id],
    );
  expect((await verifying('--since-checkpoint', known)).stderr).toBe(
    `paywright: bad row: refusal ${id} of approvals was there at the checkpoint, and is gone\n`,
  );
  await undo();
});

it('finds a rejected payment that was set back with its chain to when it was approved', async () => {
  const id = book.cancelled;
  const links = (await store.storage.auditLog.of(id))._unsafeUnwrap();
  const {
    rejectedBy: _,
    rejectedAt: __,
    rejectedReason: ___,
    ...payment
  } = (await store.storage.vendorPayments.find(id))._unsafeUnwrap() as Extract<
    VendorPayment,
    { status: 'cancelled' }
  >;
  const last = links[1] as (typeof links)[number];
  await store.hand.writePayment({
    ...payment,
    status: 'approved',
    version: last.sequence,
    updatedAt: last.timestamp,
    auditHash: last.hash,
  } as VendorPayment);
  await store.client.query('UPDATE approvals.payments SET change_id = $2 WHERE payment_id = $1', [
    id,
    last.written?.changeId,
  ]);
  await store.client.query('DELETE FROM approvals.outbox WHERE payment_id = $1 AND created_at > $2', [
    id,
    new Date(last.timestamp),
  ]);
  await store.hand.writeLinks(id, links.slice(0, -1));
  expect((await verifying()).code).toBe(0);
  expect((await verifying('--since-checkpoint', known)).stderr).toBe(
    `paywright: bad row: vendor payment ${id} of approvals: link 3 was there at the checkpoint, and is gone\n`,
  );
});
