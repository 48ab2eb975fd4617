import { createHash } from 'node:crypto';
import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { approvalChange } from '../../src/application/approvals/approval-change.ts';
import type { VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import { vendorPaymentRecord } from '../../src/domain/approvals/vendor-payment-record.ts';
import { canonicalJson } from '../../src/domain/kernel/json.ts';
import { aCreation, anEdit, approvalPorts, asked, MAKER, type Made } from '../fixtures/approvals.ts';
import { aColleague, anApprovalsApp, aVendorPaymentBody, told } from '../support/approvals-app.ts';
import { everyApprovalsStorage } from '../support/approvals-storages.ts';

const { kinds, close } = await everyApprovalsStorage(inject('postgresUrl'));
afterAll(close);

type Payment = Readonly<{
  paymentId: string;
  termsHash: string;
  version: number;
  status: string;
  dueDate?: string;
}>;

/** As the version before hashed terms: payee, amount, currency and lines. */
function hashBefore(payment: VendorPayment): string {
  const { vendorId: payee, amountCents, currency, lineItems } = vendorPaymentRecord(payment);
  const lines = lineItems.map(({ description, quantity, unitPriceCents, totalCents }) => ({
    description,
    quantity,
    unitPriceCents,
    totalCents,
  }));
  const terms = canonicalJson({ payee, amountCents, currency, lineItems: lines });
  return createHash('sha256').update(terms).digest('hex');
}

describe.each(kinds)('the terms that people approve, on $name,', ({ open }) => {
  async function anOffice() {
    const storage = await open();
    onTestFinished(() => storage.close());
    const { app } = anApprovalsApp(storage);
    const [maker, dispatcher, admin] = await Promise.all([
      aColleague(app.request, MAKER.id, 'dispatcher'),
      aColleague(app.request, 'dispatcher-7', 'dispatcher'),
      aColleague(app.request, 'admin-7', 'admin'),
    ]);
    /** Stores a move as the version before made it. */
    const storedBefore = async ({ payment }: Made, action: string, before?: VendorPayment) => {
      const { change, payment: stored } = approvalChange<VendorPayment>(approvalPorts, {
        ...asked(MAKER),
        at: payment.updatedAt,
        action,
        next: { ...payment, termsHash: hashBefore(payment) },
        ...(before === undefined ? {} : { before }),
      });
      (await storage.approvalCommits.commit(change))._unsafeUnwrap();
      return stored;
    };
    const codeOf = async (answer: Promise<Response>) => {
      const response = await answer;
      return ((await response.json()) as { code?: string }).code ?? response.status;
    };
    return { maker, dispatcher, admin, storedBefore, codeOf };
  }

  it('have the metadata among them: an approval of other metadata is void, and the same again is the same', async () => {
    const { maker, dispatcher, codeOf } = await anOffice();
    const body = aVendorPaymentBody({ metadata: { order: 'A-1' } });
    const created = await told<Payment>(maker.post('/payments', body), 201);
    const path = `/payments/${created.paymentId}`;
    const approve = (termsHash: string) => codeOf(dispatcher.post(`${path}/approve`, { termsHash }));
    const edit = (metadata: object) => told<Payment>(maker.patch(path, { metadata }), 200);
    const edited = await edit({ order: 'A-2' });
    expect(edited.termsHash).not.toBe(created.termsHash);
    expect(await approve(created.termsHash)).toBe('approval_void');
    const emptied = await edit({});
    expect(await approve(edited.termsHash)).toBe('approval_void');
    expect((await edit({})).version).toBe(emptied.version);
    expect((await edit({ order: 'A-1' })).termsHash).toBe(created.termsHash);
    expect(await approve(created.termsHash)).toBe(200);
  });

  it('have the due date among them: it can be put off or removed, which voids approvals, and is kept until the vendor is paid', async () => {
    const { maker, dispatcher, admin, codeOf } = await anOffice();
    const body = aVendorPaymentBody({ dueDate: '2024-02-29' });
    const created = await told<Payment>(maker.post('/payments', body), 201);
    expect(created.dueDate).toBe('2024-02-29');
    const path = `/payments/${created.paymentId}`;
    const approve = (termsHash: string) => codeOf(dispatcher.post(`${path}/approve`, { termsHash }));
    const edit = (dueDate: string | null) => told<Payment>(maker.patch(path, { dueDate }), 200);
    const later = await edit('9998-12-31');
    expect(later.dueDate).toBe('9998-12-31');
    expect(await approve(created.termsHash)).toBe('approval_void');
    const without = await edit(null);
    expect(without).not.toHaveProperty('dueDate');
    expect(await told(admin.get(path), 200)).not.toHaveProperty('dueDate');
    expect((await edit(null)).version).toBe(without.version);
    expect(await approve(later.termsHash)).toBe('approval_void');
    expect((await edit('2024-02-29')).termsHash).toBe(created.termsHash);
    expect(await approve(created.termsHash)).toBe(200);
    const paid = await told<Payment>(admin.post(`${path}/process`), 200);
    expect([paid.status, paid.dueDate]).toEqual(['completed', '2024-02-29']);
    expect(await told(admin.get('/payments'), 200)).toMatchObject({ payments: [{ dueDate: '2024-02-29' }] });
  });

  it('under the hash of the version before are approved, unchanged by the same again, and paid', async () => {
    const { maker, dispatcher, admin, storedBefore } = await anOffice();
    const { id, termsHash } = await storedBefore(
      aCreation({ metadata: { order: 'A-1' } }),
      'payment.created',
    );
    const same = await told<Payment>(maker.patch(`/payments/${id}`, { metadata: { order: 'A-1' } }), 200);
    expect([same.version, same.termsHash]).toEqual([1, termsHash]);
    await told(dispatcher.post(`/payments/${id}/approve`, { termsHash }), 200);
    expect((await told<Payment>(admin.post(`/payments/${id}/process`), 200)).status).toBe('completed');
  });

  it('under that hash and once changed are approved by their version, as the hash does not say which metadata', async () => {
    const { dispatcher, admin, storedBefore, codeOf } = await anOffice();
    const created = await storedBefore(aCreation({ metadata: { order: 'A-1' } }), 'payment.created');
    const change = { metadata: { order: 'A-2' } };
    const edit = anEdit(created, change, undefined, MAKER);
    const { id, termsHash } = await storedBefore(edit, 'payment.changed', created);
    expect(termsHash).toBe(created.termsHash);
    expect(await codeOf(dispatcher.post(`/payments/${id}/approve`, { termsHash }))).toBe(
      'terms_hash_required',
    );
    const headers = { 'if-match': '"2"' };
    expect((await dispatcher.call('POST', `/payments/${id}/approve`, { termsHash }, headers)).status).toBe(
      200,
    );
    expect((await told<Payment>(admin.post(`/payments/${id}/process`), 200)).status).toBe('completed');
  });

  it('without metadata and due date have the hash that the version before gave them', async () => {
    const { payment } = aCreation();
    expect(payment.termsHash).toBe(hashBefore(payment));
    expect(aCreation({ dueDate: '2026-03-31' }).payment.termsHash).not.toBe(hashBefore(payment));
    expect(aCreation({ metadata: { order: 'A-1' } }).payment.termsHash).not.toBe(hashBefore(payment));
  });
});
