import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { approvalsPostgresStorage } from '../../src/adapters/postgres/approvals/storage.ts';
import type { VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import {
  ADMIN,
  aCreation,
  aLine,
  anApprover,
  anEdit,
  anUncheckedApproval,
  aRejection,
  DISPATCHER,
  type Made,
} from '../fixtures/approvals.ts';
import { databaseForEachTest } from '../support/database-for-each-test.ts';
import { eventually } from '../support/eventually.ts';
import { type Trouble } from './tcp-proxy.ts';

const database = await databaseForEachTest(approvalsPostgresStorage);
const { storageOn, superuser, proxied } = database;

const pause = (ms: number) => new Promise((over) => setTimeout(over, ms));

/** Given back after the test, whatever it has come to. */
async function aConnection(pool: pg.Pool): Promise<pg.PoolClient> {
  const client = await pool.connect();
  database.closing({ close: () => Promise.resolve(client.release(true)) });
  return client;
}

async function committed<Payment extends VendorPayment>(
  storage: ApprovalsStorage,
  { change, payment }: Made<Payment>,
) {
  (await storage.approvalCommits.commit(change))._unsafeUnwrap();
  return payment;
}
const find = async (storage: ApprovalsStorage, { id }: VendorPayment) =>
  (await storage.vendorPayments.find(id))._unsafeUnwrap();
const eventsIn = async (storage: ApprovalsStorage) =>
  (await storage.outbox.unsent(1_000))._unsafeUnwrap().map(({ type }) => type);
const waitersIn = async (admin: pg.Pool) => {
  const { rowCount } = await admin.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rowCount;
};
const deadlocksIn = async (admin: pg.Pool) => {
  const { rows } = await admin.query<{ deadlocks: string }>(
    'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
  );
  return Number(rows[0]?.deadlocks);
};

describe('a commit of approvals on Postgres', () => {
  const TROUBLES: readonly Trouble[] = ['lost request', 'reset', 'cut', 'silence', 'late'];

  it.each(TROUBLES)(
    'that meets a wire with %s is made once, and its caller gets its result',
    async (trouble) => {
      const { wire, storage } = await proxied({ query_timeout: 1_000 });
      wire.trouble('commit_approval_change', trouble);
      const created = await committed(storage, aCreation({ eventKey: 'source e-1' }));
      wire.trouble('commit_approval_change', trouble, trouble);
      const approved = await committed(storage, anUncheckedApproval(created));
      expect(wire.met()).toBe(trouble === 'late' ? 2 : 3);
      expect(await eventsIn(storage)).toEqual(['PaymentCreated', 'ApprovalRequested', 'PaymentApproved']);
      expect((await storage.auditLog.of(approved.id))._unsafeUnwrap()).toHaveLength(2);
      expect(await find(storage, approved)).toEqual(approved);
    },
  );

  it('that is asked again while its first try still waits for a rival is one', async () => {
    const storage = storageOn({ query_timeout: 500 });
    const creation = aCreation({ eventKey: 'source e-1' });
    const other = await committed(storage, aCreation());
    const { incidentId, vendorId } = creation.payment;
    const rival = await aConnection(superuser());
    await rival.query('BEGIN');
    await rival.query(
      'UPDATE approvals.payments SET incident_id = $2, vendor_id = $3 WHERE payment_id = $1',
      [other.id, incidentId, vendorId],
    );
    const commit = storage.approvalCommits.commit(creation.change);
    await pause(1_200);
    await rival.query('ROLLBACK');
    expect((await commit).isOk()).toBe(true);
    expect(await eventsIn(storage)).toHaveLength(4);
    expect((await storage.auditLog.of(creation.payment.id))._unsafeUnwrap()).toHaveLength(1);
  });

  it('holds the payment first, then its lines in the order of their ids', async () => {
    const storage = storageOn();
    const lines = [aLine(1n), aLine(2n), aLine(3n)];
    const created = await committed(storage, aCreation({ lineItems: lines.toReversed() }));
    const [lowest, middle, highest] = created.lineItems.map(({ id }) => id).toSorted();
    const admin = superuser();
    const holder = await aConnection(admin);
    await holder.query('BEGIN');
    await holder.query('SELECT FROM approvals.payment_line_items WHERE line_item_id = $1 FOR UPDATE', [
      middle,
    ]);
    const approved = storage.approvalCommits.commit(anUncheckedApproval(created).change);
    await eventually(async () => expect(await waitersIn(admin)).toBe(1));
    const isFree = async (table: string, column: string, id: string | undefined) => {
      const text = `SELECT FROM approvals.${table} WHERE ${column} = $1 FOR UPDATE SKIP LOCKED`;
      return (await admin.query(text, [id])).rowCount === 1;
    };
    expect(await isFree('payments', 'payment_id', created.id)).toBe(false);
    expect(await isFree('payment_line_items', 'line_item_id', lowest)).toBe(false);
    expect(await isFree('payment_line_items', 'line_item_id', highest)).toBe(true);
    await holder.query('ROLLBACK');
    expect((await approved).isOk()).toBe(true);
  });

  it('never waits in a circle with other updates of the same payments', async () => {
    const storages = [storageOn(), storageOn()];
    const [first] = storages;
    const admin = superuser();
    if (first === undefined) throw new Error('there is no storage');
    const payments: VendorPayment[] = [];
    for (let n = 0; n < 6; n += 1)
      payments.push(await committed(first, aCreation({ lineItems: [aLine(5n), aLine(6n), aLine(7n)] })));
    const byHand = async (payment: VendorPayment) => {
      const client = await admin.connect();
      await client.query('BEGIN');
      await client.query('SELECT FROM approvals.payments WHERE payment_id = $1 FOR UPDATE', [payment.id]);
      await client.query(
        `SELECT FROM approvals.payment_line_items WHERE payment_id = $1 ORDER BY line_item_id FOR UPDATE`,
        [payment.id],
      );
      await client.query('COMMIT');
      client.release();
    };
    const updates = Array.from({ length: 120 }, async (_, n) => {
      const payment = payments[n % payments.length];
      const storage = storages[n % 2];
      if (payment === undefined || storage === undefined) return;
      const now = await find(storage, payment);
      if (now?.status !== 'pending_approval') return;
      const lineItems = [aLine(BigInt(n)), aLine(1n), ...now.lineItems.map(({ id }) => aLine(9n, { id }))];
      const moves = [
        anEdit(now, { lineItems: lineItems.toReversed() }),
        anUncheckedApproval(now, anApprover(`approver-${n}`, 'admin'), { isLast: false }),
      ];
      await Promise.all([
        ...moves.map(({ change }) => storage.approvalCommits.commit(change)),
        byHand(payment),
      ]);
    });
    await Promise.all(updates);
    expect(await deadlocksIn(admin)).toBe(0);
    for (const payment of payments) {
      const found = await find(first, payment);
      expect((await first.auditLog.of(payment.id))._unsafeUnwrap()).toHaveLength(found?.version ?? 0);
      expect(found?.version).toBeGreaterThan(1);
    }
  });

  it('that two processes make at once is made by one, and the other is refused with its reason', async () => {
    const [one, two] = [storageOn(), storageOn()];
    const created = await committed(one, aCreation());
    const rivals = [
      anUncheckedApproval(created, DISPATCHER),
      anUncheckedApproval(created, ADMIN),
      aRejection(created),
    ];
    const outcomes = await Promise.all(
      rivals.map(({ change }, n) => (n % 2 === 0 ? one : two).approvalCommits.commit(change)),
    );
    expect(outcomes.filter((each) => each.isOk())).toHaveLength(1);
    for (const each of outcomes.filter((outcome) => outcome.isErr()))
      expect(each._unsafeUnwrapErr()).toEqual({ kind: 'StaleVersion', id: created.id });
  });

  it.each(['nul \u0000 inside', 'half a pair \ud800'])(
    'that cannot be stored (%j) is a defect, and leaves nothing',
    async (description) => {
      const storage = storageOn();
      const spoiled = aCreation({ lineItems: [aLine(1n, { description })] });
      await expect(storage.approvalCommits.commit(spoiled.change)).rejects.toMatchObject({ code: /^22/ });
      expect(await find(storage, spoiled.payment)).toBeUndefined();
      expect(await eventsIn(storage)).toEqual([]);
    },
  );

  it('of a server that is gone is unavailable', async () => {
    const { wire, storage } = await proxied();
    await wire.close();
    const { change, payment } = aCreation();
    expect((await storage.approvalCommits.commit(change))._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
    expect((await storage.vendorPayments.find(payment.id))._unsafeUnwrapErr().kind).toBe(
      'StorageUnavailable',
    );
    expect((await storage.health.check())._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
  });
});
