import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { aColleague, anApprovalsApp, aVendorPaymentBody, told } from '../../../support/approvals-app.ts';
import { anOffice, codeOf } from './office.ts';

describe('roles', () => {
  const DOINGS = [
    ['POST', '/payments', ['dispatcher', 'admin', 'system']],
    ['GET', '/payments', ['dispatcher', 'admin', 'system', 'vendor']],
    ['GET', '/payments/pending', ['dispatcher', 'admin']],
    ['GET', '/payments/flagged', ['dispatcher', 'admin']],
    ['GET', '/payments/unreviewed', ['dispatcher', 'admin']],
    ['GET', '/payments/x', ['dispatcher', 'admin', 'system', 'vendor']],
    ['PATCH', '/payments/x', ['dispatcher', 'admin']],
    ['GET', '/payments/x/audit', ['dispatcher', 'admin']],
    ['POST', '/payments/x/approve', ['dispatcher', 'admin']],
    ['POST', '/payments/x/reject', ['dispatcher', 'admin']],
    ['POST', '/payments/x/process', ['admin']],
    ['POST', '/payments/x/review', ['admin']],
    ['GET', '/reports/payouts', ['dispatcher', 'admin', 'system', 'vendor']],
    ['GET', '/reports/incidents', ['dispatcher', 'admin']],
    ['GET', '/reports/approvers', ['dispatcher', 'admin']],
    ['GET', '/reports/fraud', ['dispatcher', 'admin']],
    ['POST', '/events', ['system']],
  ] as const;

  it.each(DOINGS)('%s %s is for %j alone', async (method, path, allowed) => {
    const { app } = anApprovalsApp();
    for (const role of ['dispatcher', 'admin', 'system', 'vendor', 'owner', undefined]) {
      const somebody = await aColleague(app.request, 'somebody', role);
      const isAllowed = (allowed as readonly (string | undefined)[]).includes(role);
      // Nothing of the request is looked at before the role is.
      const answer = await somebody.call(method, path, method === 'GET' ? undefined : 'not JSON');
      expect([role, answer.status === 403]).toEqual([role, !isAllowed]);
    }
    const nobody = await app.request(`/approvals${path}`, { method });
    expect(nobody.status).toBe(401);
  });

  it.each([
    { role: 'admin' },
    { 'custom:role': 'admin' },
    { 'cognito:groups': ['staff', 'dispatcher', 'admin'] },
  ])('come from %j', async (claims) => {
    const { create, dispatcher, app } = await anOffice();
    const { paymentId } = await create();
    await told(dispatcher.post(`/payments/${paymentId}/approve`), 200);
    const admin = await aColleague(app.request, 'ann', undefined, claims);
    expect(await told(admin.post(`/payments/${paymentId}/process`), 200)).toMatchObject({
      status: 'completed',
    });
  });

  it('of a merchant are none', async () => {
    const { app } = anApprovalsApp();
    const merchant = await aColleague(app.request, 'user-1', undefined, {
      merchant_id: 'merchant-1',
      permissions: ['payments', 'admin'],
    });
    expect(await codeOf(merchant.get('/payments'))).toBe('403 role_not_allowed');
  });
});

describe('a vendor', () => {
  it.each(['by its subject', 'by a claim'])('named %s sees its own payments and no others', async (how) => {
    const { create, app } = await anOffice();
    const vendorId = randomUUID();
    const [own, other] = [await create(aVendorPaymentBody({ vendorId })), await create()];
    const vendor =
      how === 'by a claim'
        ? await aColleague(app.request, 'ann', 'vendor', { vendor_id: vendorId })
        : await aColleague(app.request, vendorId, 'vendor');
    const seen = await told(vendor.get(`/payments/${own.paymentId}`), 200);
    expect(seen).toMatchObject({ paymentId: own.paymentId });
    for (const secret of [
      'fraud',
      'approvals',
      'approvedBy',
      'createdBy',
      'changedBy',
      'rejected',
      'metadata',
    ])
      expect(Object.keys(seen).filter((name) => name.startsWith(secret))).toEqual([]);
    for (const id of [other.paymentId, randomUUID(), 'no-uuid'])
      expect(await codeOf(vendor.get(`/payments/${id}`))).toBe('404 payment_not_found');
    expect(await told(vendor.get('/payments'), 200)).toMatchObject({
      payments: [{ paymentId: own.paymentId }],
    });
    expect(await told(vendor.get(`/payments?vendorId=${other.vendorId}`), 200)).toMatchObject({
      payments: [],
    });
    expect(await told(vendor.get(`/payments?incidentId=${other.incidentId}`), 200)).toMatchObject({
      payments: [],
    });
  });

  it('that nothing names sees nothing', async () => {
    const { create, app } = await anOffice();
    const { paymentId } = await create();
    const vendor = await aColleague(app.request, 'ann', 'vendor');
    expect(await codeOf(vendor.get(`/payments/${paymentId}`))).toBe('404 payment_not_found');
    expect(await told(vendor.get('/payments'), 200)).toMatchObject({ payments: [] });
  });

  it('with an id that is no UUID is not authenticated', async () => {
    const { app } = anApprovalsApp();
    const vendor = await aColleague(app.request, 'ann', 'vendor', { vendor_id: 'acme' });
    expect(await codeOf(vendor.get('/payments'))).toBe('401 unauthenticated');
  });
});
