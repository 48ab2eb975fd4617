import pg from 'pg';
import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { approvalsPostgresStorage } from '../../src/adapters/postgres/approvals/storage.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import type { VendorPaymentId } from '../../src/domain/approvals/ids.ts';
import { aColleague, anApprovalsApp, aVendorPaymentBody, ofCents, told } from '../support/approvals-app.ts';
import { postgresServer } from '../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

type Payment = Readonly<{ paymentId: VendorPaymentId; status: string }>;

/** Approvals on a database that somebody can reach beside paywright. */
async function anOpenDatabase() {
  const url = await server.newDatabase();
  const storage = approvalsPostgresStorage(postgresPool({ connectionString: url }));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(async () => {
    await client.end();
    await storage.close();
  });
  const { app, ledger } = anApprovalsApp(storage);
  const as = (name: string, role: string) => aColleague(app.request, name, role);
  const [maker, dispatcher, admin] = await Promise.all([
    as('maker', 'admin'),
    as('dispatcher', 'dispatcher'),
    as('admin', 'admin'),
  ]);
  const create = (cents: number) =>
    told<Payment>(maker.post('/payments', aVendorPaymentBody(ofCents(cents))), 201);
  /** Whether money leaves when the payment is processed, and what the request is answered. */
  const process = async ({ paymentId }: Payment) => {
    const response = await maker.post(`/payments/${paymentId}/process`);
    const { code } = (await response.json()) as { code?: string };
    return { status: response.status, code, paid: ledger.paid().length };
  };
  return { client, create, dispatcher, admin, process };
}

const APPROVED_BY_SQL = `
  UPDATE approvals.payments SET status = 'approved', approved_by = 'ghost', approved_at = now() WHERE payment_id = $1`;
const APPROVAL_BY_SQL = `
  INSERT INTO approvals.payment_approvals
    (payment_id, edition, approved_by, roles, terms_hash, approved_at, payment_version)
  SELECT payment_id, edition, 'ghost', '{admin}', terms_hash, now(), version
  FROM approvals.payments WHERE payment_id = $1`;

const NOT_INTACT = { status: 409, code: 'payment_not_intact', paid: 0 };

describe('a payment whose rows were edited beneath paywright', () => {
  it('is not paid, though two statements make it look approved', async () => {
    const { client, create, process } = await anOpenDatabase();
    const payment = await create(10_000);
    await client.query(APPROVED_BY_SQL, [payment.paymentId]);
    await client.query(APPROVAL_BY_SQL, [payment.paymentId]);
    expect(await process(payment)).toEqual(NOT_INTACT);
  });

  it.each([
    [
      'its payee is another than was approved',
      `UPDATE approvals.payments SET vendor_id = gen_random_uuid() WHERE payment_id = $1`,
    ],
    [
      'its amount is another than was approved',
      `UPDATE approvals.payments SET amount_cents = amount_cents + 1 WHERE payment_id = $1`,
    ],
    [
      'its approval is by another role than was held',
      `UPDATE approvals.payment_approvals SET roles = '{admin}' WHERE payment_id = $1`,
    ],
    [
      'its maker is another than made it',
      `UPDATE approvals.payments SET created_by = 'ghost' WHERE payment_id = $1`,
    ],
    ['its log was cut', `DELETE FROM approvals.payment_audit_log WHERE payment_id = $1 AND sequence = 2`],
  ])('is not paid when %s', async (_, statement) => {
    const { client, create, dispatcher, process } = await anOpenDatabase();
    const payment = await create(10_000);
    await told(dispatcher.post(`/payments/${payment.paymentId}/approve`), 200);
    await client.query(statement, [payment.paymentId]);
    expect(await process(payment)).toEqual(NOT_INTACT);
  });
});
