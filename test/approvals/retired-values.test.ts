import { afterAll, describe, expect, inject, it, vi } from 'vitest';
import { aCreation, aVendorId } from '../fixtures/approvals.ts';
import { aColleague, anApprovalsApp, told } from '../support/approvals-app.ts';
import { everyApprovalsStorage } from '../support/approvals-storages.ts';

vi.mock(import('../../src/domain/approvals/vendor-payment.ts'), async (original) => ({
  ...(await original()),
  PAYER_TYPES: ['back_office'] as never,
}));
vi.mock(import('../../src/domain/approvals/fraud.ts'), async (original) => ({
  ...(await original()),
  FRAUD_STATUSES: ['low_risk', 'high_risk'] as never,
}));

const { kinds, close } = await everyApprovalsStorage(inject('postgresUrl'));
afterAll(close);

describe.each(kinds)('vendor payments in words that are no longer accepted, on $name', ({ open }) => {
  it('are read, listed, approved and paid with the payer type and the risk that they have', async () => {
    const storage = await open();
    const { app, ...approvals } = anApprovalsApp(storage);
    const send = async (path: string, init: RequestInit) => app.request(path, init);
    const [maker, dispatcher, admin] = await Promise.all([
      aColleague(send, 'maker-2', 'dispatcher'),
      aColleague(send, 'dispatcher-1', 'dispatcher'),
      aColleague(send, 'admin-1', 'admin'),
    ]);
    const fraud = { status: 'medium_risk', score: 400, reasons: [] } as const;
    const made = aCreation({ payerType: 'driver_ic', payerId: aVendorId() as never, fraud });
    (await storage.approvalCommits.commit(made.change))._unsafeUnwrap();
    const { id } = made.payment;
    const words = { payerType: 'driver_ic', fraudStatus: 'medium_risk' };
    const order = {
      incidentId: made.payment.incidentId,
      vendorId: made.payment.vendorId,
      payerType: 'driver_ic',
      payerId: aVendorId(),
      lineItems: [{ description: 'Towing', quantity: 1, unitPriceCents: 10_000 }],
      amountCents: 10_000,
    };
    expect(await told(maker.post('/payments', order), 400)).toMatchObject({
      errors: [{ path: 'payerType' }],
    });
    expect(await told(admin.get(`/payments/${id}`), 200)).toMatchObject(words);
    expect(await told(admin.get('/payments'), 200)).toMatchObject({ payments: [words] });
    await told(admin.get(`/payments/${id}/audit`), 200);
    expect(await told(dispatcher.post(`/payments/${id}/approve`, {}), 200)).toMatchObject(words);
    expect(await told(admin.post(`/payments/${id}/process`, {}), 200)).toMatchObject({
      ...words,
      status: 'completed',
    });
    approvals.ledger.close();
    await storage.close();
  });
});
