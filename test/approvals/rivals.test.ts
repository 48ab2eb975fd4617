import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { systemDigests } from '../../src/adapters/system/digests.ts';
import { auditLogChain } from '../../src/domain/approvals/audit-log.ts';
import type { VendorPaymentId } from '../../src/domain/approvals/ids.ts';
import {
  aColleague,
  anApprovalsApp,
  aVendorPaymentBody,
  type Colleague,
  ofCents,
  told,
} from '../support/approvals-app.ts';
import { type ApprovalsStorageKind, everyApprovalsStorage } from '../support/approvals-storages.ts';
import { SECRET } from '../support/http-app.ts';

const { kinds, close } = await everyApprovalsStorage(inject('postgresUrl'));
afterAll(close);

type Payment = Readonly<{
  paymentId: VendorPaymentId;
  status: string;
  version: number;
  approvals: readonly { by: string }[];
}>;

/** People who all press a button at once. */
async function aCrowd({ open }: ApprovalsStorageKind) {
  const storage = await open();
  onTestFinished(() => storage.close());
  const { app, ledger } = anApprovalsApp(storage);
  const as = (name: string, role: string) => aColleague(app.request, name, role);
  const [maker, ann, bob, eve, tom] = await Promise.all([
    as('maker', 'dispatcher'),
    as('ann', 'dispatcher'),
    as('bob', 'admin'),
    as('eve', 'admin'),
    as('tom', 'dispatcher'),
  ]);
  const create = async (amountCents: number): Promise<string> => {
    const body = aVendorPaymentBody(ofCents(amountCents));
    return `/payments/${(await told<Payment>(maker.post('/payments', body), 201)).paymentId}`;
  };
  /** The payment as it has come to rest, once its audit log was found whole. */
  const atRest = async (path: string): Promise<Payment> => {
    const payment = await told<Payment>(bob.get(path), 200);
    const entries = (await storage.auditLog.of(payment.paymentId))._unsafeUnwrap();
    const stored = (await storage.vendorPayments.find(payment.paymentId))._unsafeUnwrap();
    const head = { id: payment.paymentId, version: payment.version, auditHash: stored?.auditHash ?? '' };
    expect(auditLogChain.verify(entries, head, systemDigests(SECRET).sha256).isOk()).toBe(true);
    return payment;
  };
  return { create, atRest, ledger, maker, ann, bob, eve, tom };
}

/** Who was told what: `200`, or the status and code of a refusal. */
const outcomes = async (responses: readonly Promise<Response>[]): Promise<readonly string[]> => {
  const ended = await Promise.all(responses);
  return Promise.all(
    ended.map(async (response) => {
      const { code } = (await response.json()) as { code?: string };
      return code === undefined ? String(response.status) : `${response.status} ${code}`;
    }),
  );
};

const ROUNDS = 5;

describe.each(kinds)('at once, on $name,', (kind) => {
  it('two approve where one is enough: one has done it, and the other is refused', async () => {
    const { create, atRest, ann, tom } = await aCrowd(kind);
    for (let round = 0; round < ROUNDS; round += 1) {
      const path = await create(12_345);
      const ends = await outcomes([ann, tom].map((who) => who.post(`${path}/approve`)));
      expect(ends.toSorted()).toEqual(['200', '409 payment_state_conflict']);
      const { status, approvals, version } = await atRest(path);
      expect([status, approvals.length, version]).toEqual(['approved', 1, 2]);
    }
  });

  it('two approve where two are needed: both count', async () => {
    const { create, atRest, ann, bob } = await aCrowd(kind);
    for (let round = 0; round < ROUNDS; round += 1) {
      const path = await create(600_123);
      expect(await outcomes([ann, bob].map((who) => who.post(`${path}/approve`)))).toEqual(['200', '200']);
      const { status, approvals } = await atRest(path);
      expect([status, approvals.map(({ by }) => by).toSorted()]).toEqual(['approved', ['ann', 'bob']]);
    }
  });

  it('one person approves five times: it counts once', async () => {
    const { create, atRest, bob } = await aCrowd(kind);
    for (let round = 0; round < ROUNDS; round += 1) {
      const path = await create(600_123);
      const ends = await outcomes(Array.from({ length: 5 }, () => bob.post(`${path}/approve`)));
      expect(ends.toSorted()).toEqual(['200', ...Array<string>(4).fill('409 already_approved')]);
      const { status, approvals } = await atRest(path);
      expect([status, approvals.length]).toEqual(['pending_approval', 1]);
    }
  });

  it('one approves and one rejects: in either order nothing is paid that was rejected', async () => {
    const { create, atRest, ledger, ann, bob, tom } = await aCrowd(kind);
    for (let round = 0; round < ROUNDS; round += 1) {
      const path = await create(12_345);
      const rivals = [ann.post(`${path}/approve`), tom.post(`${path}/reject`, { reason: 'No' })];
      const [approved, rejected] = await outcomes(rivals);
      expect(rejected).toBe('200');
      expect(['200', '409 payment_state_conflict']).toContain(approved);
      expect((await atRest(path)).status).toBe('cancelled');
      expect(await outcomes([bob.post(`${path}/process`)])).toEqual(['409 payment_state_conflict']);
    }
    expect(ledger.paid()).toEqual([]);
  });

  it('one edits and one approves: no approval falls on terms that its giver did not see', async () => {
    const { create, atRest, ann, tom } = await aCrowd(kind);
    for (let round = 0; round < ROUNDS; round += 1) {
      const path = await create(12_345);
      const { termsHash } = await told<{ termsHash: string }>(ann.get(path), 200);
      const rivals = [ann.post(`${path}/approve`, { termsHash }), tom.patch(path, ofCents(99_999))];
      const ends = (await outcomes(rivals)).join();
      const { status } = await atRest(path);
      expect(['200,409 payment_state_conflict,approved', '409 approval_void,200,pending_approval']).toContain(
        `${ends},${status}`,
      );
    }
  });

  it('two pay: the vendor is paid once', async () => {
    const { create, atRest, ledger, ann, bob, eve } = await aCrowd(kind);
    for (let round = 0; round < ROUNDS; round += 1) {
      const path = await create(12_345);
      await told(ann.post(`${path}/approve`), 200);
      const pay = (who: Colleague) => who.post(`${path}/process`);
      const ends = await outcomes([pay(bob), pay(eve), pay(bob), pay(eve)]);
      expect(ends.toSorted()).toEqual(['200', ...Array<string>(3).fill('409 payment_state_conflict')]);
      expect((await atRest(path)).status).toBe('completed');
      expect(ledger.paid()).toHaveLength(round + 1);
    }
  });

  it('many ask for the same incident and vendor: one payment is made', async () => {
    const { atRest, maker, bob } = await aCrowd(kind);
    const body = aVendorPaymentBody();
    const ends = await outcomes(Array.from({ length: 8 }, () => maker.post('/payments', body)));
    expect(ends.toSorted()).toEqual(['201', ...Array<string>(7).fill('409 duplicate_incident')]);
    const { payments } = await told<{ payments: readonly Payment[] }>(
      bob.get(`/payments?incidentId=${body.incidentId}`),
      200,
    );
    expect(payments).toHaveLength(1);
    expect((await atRest(`/payments/${payments[0]?.paymentId}`)).version).toBe(1);
  });
});
