import { randomUUID } from 'node:crypto';
import { errAsync } from 'neverthrow';
import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { systemDigests } from '../../src/adapters/system/digests.ts';
import { auditLogChain } from '../../src/domain/approvals/audit-log.ts';
import type { VendorPaymentId } from '../../src/domain/approvals/ids.ts';
import {
  aColleague,
  anApprovalsApp,
  aVendorPaymentBody,
  type Colleague,
  told,
} from '../support/approvals-app.ts';
import { everyApprovalsStorage } from '../support/approvals-storages.ts';
import { SECRET } from '../support/http-app.ts';

const { kinds, close } = await everyApprovalsStorage(inject('postgresUrl'));
afterAll(close);

type Entry = Readonly<{
  action: string;
  sequence: number;
  actor: { id: string };
  after: { reason?: string };
  attempts?: number;
}>;

describe.each(kinds)('who is refused at a payment, on $name,', ({ open }) => {
  async function anOffice(parts: Parameters<typeof anApprovalsApp>[1] = {}) {
    const storage = await open();
    onTestFinished(() => storage.close());
    const { app, lines } = anApprovalsApp(storage, parts);
    const as = (sub: string, role: string) => aColleague(app.request, sub, role);
    const [maker, admin, vendor] = [
      await as('maker', 'dispatcher'),
      await as('admin-1', 'admin'),
      await as('v', 'vendor'),
    ];
    const { paymentId } = await told<{ paymentId: VendorPaymentId }>(
      maker.post('/payments', aVendorPaymentBody()),
      201,
    );
    const path = `/payments/${paymentId}`;
    const log = async (by: Colleague) =>
      (await told<{ entries: readonly Entry[] }>(by.get(`${path}/audit`), 200)).entries;
    return { storage, lines, maker, admin, vendor, paymentId, path, log };
  }

  it('is in its log, whether the rule or the role refuses, and the payment stays as it was', async () => {
    const { storage, maker, admin, vendor, paymentId, path, log } = await anOffice();
    const before = await told(admin.get(path), 200);
    for (let n = 0; n < 3; n += 1) await told(maker.post(`${path}/approve`), 403);
    await told(vendor.post(`${path}/approve`), 403);
    await told(vendor.post(`${path}/reject`, { reason: 'Mine' }), 403);
    await told(vendor.patch(path, { metadata: {} }), 403);
    await told(maker.post(`${path}/process`), 403);
    await told(vendor.get(`${path}/audit`), 403);
    expect(await told(admin.get(path), 200)).toEqual(before);
    const [created, ...refused] = await log(admin);
    expect(created).toMatchObject({ action: 'payment.created', sequence: 1 });
    expect(
      refused.map(({ action, actor, after, attempts, sequence }) => [
        sequence,
        action,
        actor.id,
        after.reason,
        attempts,
      ]),
    ).toEqual([
      [1, 'payment.approval_refused', 'maker', 'SelfApproval', 3],
      [2, 'payment.approval_refused', 'v', 'RoleNotAllowed', 1],
      [3, 'payment.rejection_refused', 'v', 'RoleNotAllowed', 1],
      [4, 'payment.change_refused', 'v', 'RoleNotAllowed', 1],
      [5, 'payment.payout_refused', 'maker', 'RoleNotAllowed', 1],
      [6, 'payment.audit_refused', 'v', 'RoleNotAllowed', 1],
    ]);
    const links = (await storage.refusals.of(paymentId))._unsafeUnwrap();
    const head = (await storage.refusals.head(paymentId))._unsafeUnwrap();
    const chain = auditLogChain.verify(links, { id: paymentId, ...head }, systemDigests(SECRET).sha256);
    expect(chain._unsafeUnwrap()).toBe(6);
  });

  it('leaves no trace of payments that do not exist, and is told no more of them than of others', async () => {
    const { storage, vendor, paymentId } = await anOffice();
    const unknown = randomUUID();
    const answerAt = async (id: string) => {
      const { request_id: _, ...problem } = await told(vendor.post(`/payments/${id}/approve`), 403);
      return problem;
    };
    expect(await answerAt(unknown)).toEqual(await answerAt(paymentId));
    expect((await storage.refusals.of(unknown as VendorPaymentId))._unsafeUnwrap()).toEqual([]);
    await told(vendor.post('/payments/no-id/approve'), 403);
  });

  it('is refused all the same while the log cannot be written, which is said in the service’s own log', async () => {
    const unavailable = () => errAsync({ kind: 'StorageUnavailable' as const, cause: 'down' });
    const refusals = {
      countAgain: unavailable,
      head: unavailable,
      append: unavailable,
      of: unavailable,
    };
    const { lines, maker, vendor, paymentId, path } = await anOffice({ ports: { refusals } });
    expect(await told(maker.post(`${path}/approve`), 403)).toMatchObject({ code: 'self_approval' });
    expect(await told(vendor.post(`${path}/approve`), 403)).toMatchObject({ code: 'role_not_allowed' });
    const said = lines.filter((line) => line.includes('refused attempt not kept'));
    expect(said).toHaveLength(2);
    expect(said[0]).toContain(paymentId);
  });
});
