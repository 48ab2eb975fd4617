import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { APPROVALS_MIGRATIONS, migrateApprovals } from '../../src/adapters/postgres/approvals/migrate.ts';
import { entryToRow, linesToRows, paymentToRow } from '../../src/adapters/postgres/approvals/rows.ts';
import { approvalsPostgresStorage } from '../../src/adapters/postgres/approvals/storage.ts';
import { migratePostgres } from '../../src/adapters/postgres/migrate.ts';
import { newestOf } from '../../src/adapters/postgres/migration-files.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import type { PayerId } from '../../src/domain/approvals/ids.ts';
import type { VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import { type Json, jsonText } from '../../src/domain/kernel/json.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import {
  ADMIN,
  aCreation,
  aLine,
  anEdit,
  anUncheckedApproval,
  aRejection,
  DISPATCHER,
  MAKER,
  type Made,
} from '../fixtures/approvals.ts';
import { NOON, plain } from '../fixtures/changes.ts';
import { PATIENT, postgresServer } from '../support/postgres-database.ts';
import { APPROVALS_GRANTS, asOwner, plainRole } from '../support/postgres-roles.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

let url: string;
let storage: ApprovalsStorage;
let owner: pg.Pool;
beforeEach(async () => {
  url = await server.newDatabase();
  storage = approvalsPostgresStorage(postgresPool({ ...PATIENT, connectionString: url }));
  owner = postgresPool({ ...PATIENT, connectionString: url, max: 4 });
});
afterEach(async () => {
  await storage.close();
  await owner.end();
});

async function committed<Payment extends VendorPayment>({ change, payment }: Made<Payment>) {
  (await storage.approvalCommits.commit(change))._unsafeUnwrap();
  return payment;
}
const find = async ({ id }: VendorPayment) => (await storage.vendorPayments.find(id))._unsafeUnwrap();
const rowsOf = async (text: string, ...values: unknown[]) =>
  (await owner.query<Record<string, unknown>>(text, values)).rows;

describe('the views of approvals', () => {
  it('count each thing by itself: 3 lines and 2 log entries are 3 and 2', async () => {
    const lineItems = [aLine(100n), aLine(200n), aLine(300n, { quantity: 2 })];
    const created = await committed(aCreation({ lineItems }));
    const once = await committed(anUncheckedApproval(created, DISPATCHER, { isLast: false }));
    await committed(aCreation());
    const [summary, ...others] = await rowsOf(
      'SELECT * FROM approvals.payment_summary WHERE payment_id = $1',
      created.id,
    );
    expect(others).toEqual([]);
    expect(summary).toMatchObject({ line_item_count: 3n, audit_log_count: 2n, approval_count: 1n });
    expect(summary).toMatchObject({ amount_cents: 900n, status: 'pending_approval', version: 2 });

    const edited = await committed(anEdit(once));
    expect(edited.lineItems).toHaveLength(1);
    const [after] = await rowsOf('SELECT * FROM approvals.payment_summary WHERE payment_id = $1', created.id);
    expect(after).toMatchObject({ line_item_count: 1n, audit_log_count: 3n, approval_count: 0n });
  });

  it('show what waits for approval, oldest first, with its lines', async () => {
    const youngest = await committed(aCreation({ createdAt: NOON + 2_000 }));
    const oldest = await committed(aCreation({ createdAt: NOON, lineItems: [aLine(1n)] }));
    const between = await committed(aCreation({ createdAt: NOON + 1_000 }));
    const approved = await committed(aCreation({ createdAt: NOON - 1_000 }));
    await committed(anUncheckedApproval(approved));
    await committed(aRejection(await committed(aCreation())));
    const waiting = await rowsOf('SELECT * FROM approvals.pending_approvals');
    expect(waiting.map((row) => row['payment_id'])).toEqual([oldest.id, between.id, youngest.id]);
    expect(waiting.map((row) => row['line_item_count'])).toEqual([1n, 2n, 2n]);
  });
});

describe('updated_at', () => {
  it('is the time of a move, also of two within a millisecond', async () => {
    const created = await committed(aCreation());
    const once = await committed(
      anUncheckedApproval(created, DISPATCHER, { at: created.updatedAt, isLast: false }),
    );
    expect((await find(once))?.updatedAt).toBe(created.updatedAt);
  });

  it('is the server’s time when a payment is changed by hand', async () => {
    const created = await committed(aCreation());
    const before = Date.now() - 1;
    await owner.query(`UPDATE approvals.payments SET metadata = '{"by":"hand"}' WHERE payment_id = $1`, [
      created.id,
    ]);
    const found = await find(created);
    expect(found?.metadata).toEqual({ by: 'hand' });
    expect(found?.updatedAt).toBeGreaterThanOrEqual(before);
  });
});

describe('the checks of approvals', () => {
  const PAYMENTS: readonly (readonly [string, string])[] = [
    [`status = 'paid'`, 'payments_status_check'],
    [`status = 'approved'`, 'payments_whole'],
    [`status = 'cancelled'`, 'payments_whole'],
    [`status = 'completed', approved_by = 'x', approved_at = now()`, 'payments_paying'],
    [`status = 'processing', approved_by = 'x', approved_at = now()`, 'payments_paying'],
    [`payout_attempt = 1`, 'payments_paying'],
    [`status = 'approved', approved_by = 'x'`, 'payments_decided'],
    [`status = 'approved', approved_by = created_by, approved_at = now()`, 'payments_maker_never_approves'],
    [
      `status = 'approved', approved_by = 'x', approved_at = now(), changed_by = '{y,x}'`,
      'payments_maker_never_approves',
    ],
    ['amount_cents = 0', 'payments_amount_cents_check'],
    ['amount_cents = 9007199254740992', 'payments_amount_cents_check'],
    [`currency = 'EUR'`, 'payments_currency_check'],
    [`payer_type = 'nobody'`, 'payments_payer_type_check'],
    ['fraud_score = 0.6996', 'payments_fraud_score_check'],
    ['fraud_score = 1.001', 'payments_fraud_score_check'],
    [`fraud_status = 'odd'`, 'payments_fraud_status_check'],
  ];
  it.each(PAYMENTS)('keep payments from %s', async (assignment, constraint) => {
    const created = await committed(aCreation());
    const change = owner.query(`UPDATE approvals.payments SET ${assignment} WHERE payment_id = $1`, [
      created.id,
    ]);
    await expect(change).rejects.toMatchObject({ code: '23514', constraint });
    expect(await find(created)).toEqual(created);
  });

  const LINES: readonly (readonly [string, string])[] = [
    ['quantity = 0, total_cents = 0', 'payment_line_items_quantity_check'],
    ['unit_price_cents = -1, total_cents = -quantity', 'payment_line_items_unit_price_cents_check'],
    ['total_cents = total_cents + 1', 'payment_line_items_total'],
    ['quantity = 9007199254740991, unit_price_cents = 9007199254740991', 'payment_line_items_total'],
    [`description = ''`, 'payment_line_items_description_check'],
    [`description = repeat('é', 256)`, 'payment_line_items_description_check'],
  ];
  it.each(LINES)('keep lines from %s', async (assignment, constraint) => {
    const created = await committed(aCreation());
    const change = owner.query(
      `UPDATE approvals.payment_line_items SET ${assignment} WHERE payment_id = $1`,
      [created.id],
    );
    await expect(change).rejects.toMatchObject({ code: '23514', constraint });
  });

  const approve = ({ id, revision }: VendorPayment, by: string) =>
    owner.query(
      `INSERT INTO approvals.payment_approvals (payment_id, edition, approved_by, roles, terms_hash, approved_at,
        payment_version) VALUES ($1, $2, $3, '{admin}', 'hash', now(), 9)`,
      [id, revision, by],
    );

  it('keep makers from approving and anybody from approving twice, by hand too', async () => {
    const edited = await committed(anEdit(await committed(aCreation())));
    for (const maker of [MAKER.id, 'editor-1'])
      await expect(approve(edited, maker)).rejects.toMatchObject({
        code: '23514',
        constraint: 'payment_approvals_not_by_maker',
      });
    await approve(edited, ADMIN.id);
    await expect(approve(edited, ADMIN.id)).rejects.toMatchObject({ constraint: 'payment_approvals_once' });
    const turn = `UPDATE approvals.payment_approvals SET approved_by = '${MAKER.id}' WHERE payment_id = $1`;
    await expect(owner.query(turn, [edited.id])).rejects.toMatchObject({ code: '23514' });
  });

  it('keep who is paid from approving, under the id of a claim, in an identity or as the subject, by hand too', async () => {
    const payerId = '0b6f4a0e-7c52-4d55-9a53-6d3f1f0e7a11' as PayerId;
    const { id, revision, vendorId } = await committed(aCreation({ payerId }));
    const approveAs = (by: string, vendor: string | null, identities: readonly string[]) =>
      owner.query(
        `INSERT INTO approvals.payment_approvals (payment_id, edition, approved_by, roles, terms_hash, approved_at,
          payment_version, vendor_id, identities) VALUES ($1, $2, $3, '{admin}', 'hash', now(), 9, $4, $5)`,
        [id, revision, by, vendor, identities],
      );
    const named = (paid: string): readonly Parameters<typeof approveAs>[] => [
      ['someone', paid, []],
      ['someone', null, [`mail:${paid}@vendors.example`]],
      ['someone', null, [`x-${paid.replaceAll('-', '')}`]],
      [paid, null, []],
    ];
    for (const given of [...named(vendorId), ...named(payerId)])
      await expect(approveAs(...given)).rejects.toMatchObject({
        constraint: 'payment_approvals_not_by_maker',
      });
    await approveAs('someone', '5f6c7d84-1f63-4b4b-8f5e-0a4f6a3d2b99', ['mail:someone@vendors.example']);
  });

  it('keep the day on which a payment is due where a process of the version before, which does not name it, moves the payment', async () => {
    const created = await committed(aCreation({ dueDate: '2026-03-31' }));
    const { change, payment } = anEdit(created);
    const { due_date: _, ...row } = paymentToRow(payment, change.id);
    const answers = await rowsOf(
      `SELECT approvals.commit_change(1, $1, $2, NULL, $3, '[]', NULL) AS refusal`,
      ...[row, linesToRows(payment), entryToRow(change.entry)].map((part) => jsonText(part as Json)),
    );
    expect(answers).toEqual([{ refusal: null }]);
    expect(await find(created)).toMatchObject({ version: 2, dueDate: '2026-03-31' });
    const emptied = await committed(anEdit(payment, { dueDate: null }));
    expect(await find(created)).toEqual(emptied);
  });

  it('see who became a maker while an approval waited for it', async () => {
    const created = await committed(aCreation());
    const editing = await owner.connect();
    await editing.query('BEGIN');
    await editing.query(`UPDATE approvals.payments SET changed_by = '{late}' WHERE payment_id = $1`, [
      created.id,
    ]);
    const late = approve(created, 'late').catch((fault: unknown) => fault);
    await new Promise((over) => setTimeout(over, 100));
    await editing.query('COMMIT');
    editing.release();
    expect(await late).toMatchObject({ constraint: 'payment_approvals_not_by_maker' });
  });

  it('keep an incident and vendor to one live payment', async () => {
    const first = await committed(aCreation());
    const second = await committed(aCreation());
    const change = owner.query(
      'UPDATE approvals.payments SET incident_id = $2, vendor_id = $3 WHERE payment_id = $1',
      [second.id, first.incidentId, first.vendorId],
    );
    await expect(change).rejects.toMatchObject({ code: '23505', constraint: 'payments_one_live' });
  });
});

describe('the audit log', () => {
  it('stays whole when its payment is deleted by hand', async () => {
    const creation = aCreation();
    const approval = anUncheckedApproval(await committed(creation));
    await committed(approval);
    await owner.query('DELETE FROM approvals.payments WHERE payment_id = $1', [creation.payment.id]);
    expect(await find(creation.payment)).toBeUndefined();
    for (const table of ['payment_line_items', 'payment_approvals'])
      expect(await rowsOf(`SELECT FROM approvals.${table}`)).toEqual([]);
    const links = (await storage.auditLog.of(creation.payment.id))._unsafeUnwrap();
    expect(plain(links)).toEqual(plain([creation.change.entry, approval.change.entry]));
  });

  it('cannot be changed or shortened by the role that serves', async () => {
    await committed(aCreation());
    const { url: as } = await plainRole(url, APPROVALS_GRANTS);
    for (const tampering of [
      `UPDATE approvals.payment_audit_log SET action = 'nothing'`,
      'DELETE FROM approvals.payment_audit_log',
      'TRUNCATE approvals.payment_audit_log',
      'DELETE FROM approvals.payments',
      `UPDATE approvals.payment_approvals SET approved_by = 'x'`,
      'DELETE FROM approvals.event_taken',
    ])
      await expect(asOwner(as, tampering)).rejects.toMatchObject({ code: '42501' });
  });
});

describe('the schema of approvals', () => {
  async function emptyDatabase(): Promise<string> {
    const name = `empty_${randomBytes(6).toString('hex')}`;
    await asOwner(inject('postgresUrl'), `CREATE DATABASE ${name}`);
    const at = new URL(inject('postgresUrl'));
    at.pathname = `/${name}`;
    return at.href;
  }

  it('is brought up to date once by the first of many, with the platform’s or without', async () => {
    const empty = await emptyDatabase();
    const pools = Array.from({ length: 3 }, () => postgresPool({ ...PATIENT, connectionString: empty }));
    const [first] = pools;
    if (first === undefined) throw new Error('there is no pool');
    const { health } = approvalsPostgresStorage(first);
    const needed = newestOf(APPROVALS_MIGRATIONS);
    expect((await health.check())._unsafeUnwrapErr()).toEqual({
      kind: 'SchemaOutdated',
      found: 'none',
      needed,
    });
    const applied = await Promise.all(
      pools.map(async (pool) => (await migrateApprovals(pool))._unsafeUnwrap()),
    );
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
    expect(applied.flat().at(-1)).toBe(needed);
    expect((await migrateApprovals(first))._unsafeUnwrap()).toEqual([]);
    expect((await health.check()).isOk()).toBe(true);
    expect((await migratePostgres(first))._unsafeUnwrap().length).toBeGreaterThan(0);
    expect((await migrateApprovals(first))._unsafeUnwrap()).toEqual([]);
    await Promise.all(pools.map((pool) => pool.end()));
  });
});
