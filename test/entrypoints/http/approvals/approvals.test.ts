import { randomUUID } from 'node:crypto';
import { errAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../../src/domain/approvals/policy.ts';
import { APPROVALS } from '../../../../src/entrypoints/http/approvals/approvals-app.ts';
import { auditLog } from '../../../../src/entrypoints/http/approvals/audit-log-schema.ts';
import {
  vendorPayment,
  vendorPaymentPage,
} from '../../../../src/entrypoints/http/approvals/vendor-payment-schemas.ts';
import {
  aColleague,
  anApprovalsApp,
  aVendorPaymentBody,
  type Colleague,
  ofCents,
  told,
} from '../../../support/approvals-app.ts';
import { anHttpApp } from '../../../support/http-app.ts';
import type { Document } from '../../../support/operations.ts';
import { anOffice, codeOf } from './office.ts';

describe('a vendor payment over HTTP', () => {
  it('is created, approved by another person, and paid by an admin, each step in its audit log', async () => {
    const { create, dispatcher, admin, ledger, bus, relay } = await anOffice();
    const body = aVendorPaymentBody({ metadata: { claim: { no: 7 } }, payerId: randomUUID() });
    const created = await create(body);
    expect(created).toMatchObject({ ...body, status: 'pending_approval', currency: 'USD', version: 1 });
    expect(created).toMatchObject({ fraudStatus: 'low_risk', approvals: [], createdBy: 'maker' });
    const { paymentId } = created;
    const path = `/payments/${paymentId}`;
    const approved = await told(dispatcher.post(`${path}/approve`, { notes: 'Seen the photos' }), 200);
    expect(approved).toMatchObject({
      status: 'approved',
      approvedBy: 'dispatcher-1',
      approvals: [{ by: 'dispatcher-1', notes: 'Seen the photos' }],
    });
    const completed = vendorPayment.parse(await told(admin.post(`${path}/process`), 200));
    expect(completed).toMatchObject({ status: 'completed', processorReference: expect.any(String) });
    expect(ledger.paid()).toMatchObject([{ reference: paymentId, cents: 12_050n }]);
    expect(await told(dispatcher.get(path), 200)).toEqual(completed);
    const { entries } = auditLog.parse(await told(dispatcher.get(`${path}/audit`), 200));
    expect(entries.map(({ action, actor }) => [action, actor.id, actor.type])).toEqual([
      ['payment.created', 'maker', 'user'],
      ['payment.approved', 'dispatcher-1', 'user'],
      ['payment.processing', 'admin-1', 'admin'],
      ['payment.completed', 'admin-1', 'admin'],
    ]);
    await relay();
    expect((await bus.newest(10))._unsafeUnwrap().map(({ type }) => type)).toEqual([
      'PaymentCompleted',
      'PaymentApproved',
      'PaymentCreated',
    ]);
  });

  it('says where it is', async () => {
    const { maker } = await anOffice();
    const response = await maker.post('/payments', aVendorPaymentBody());
    const { paymentId } = (await response.json()) as { paymentId: string };
    expect(response.headers.get('location')).toBe(`/approvals/payments/${paymentId}`);
  });

  it('has ids of one spelling, however they are written', async () => {
    const { create, maker, dispatcher } = await anOffice();
    const body = aVendorPaymentBody();
    const shouted = {
      ...body,
      incidentId: body.incidentId.toUpperCase(),
      vendorId: body.vendorId.toUpperCase(),
    };
    const { paymentId } = await create(shouted);
    expect(await codeOf(maker.post('/payments', body))).toBe('409 duplicate_incident');
    expect(await told(dispatcher.get(`/payments/${paymentId.toUpperCase()}`), 200)).toMatchObject(body);
    const query = `?incidentId=${shouted.incidentId}&vendorId=${shouted.vendorId}&status=pending_approval`;
    expect(await told(dispatcher.get(`/payments${query}`), 200)).toMatchObject({ payments: [{ paymentId }] });
  });

  it('that is large takes two people, one of them an admin', async () => {
    const { create, dispatcher, admin, app } = await anOffice();
    const { paymentId } = await create(aVendorPaymentBody(ofCents(512_345)));
    const approve = (who: Colleague) => who.post(`/payments/${paymentId}/approve`);
    expect(await told(approve(dispatcher), 200)).toMatchObject({ status: 'pending_approval' });
    expect(await codeOf(approve(dispatcher))).toBe('409 already_approved');
    const second = await aColleague(app.request, 'dispatcher-2', 'dispatcher');
    expect(await codeOf(approve(second))).toBe('403 role_not_allowed');
    expect(await told(approve(admin), 200)).toMatchObject({ status: 'approved', approvedBy: 'admin-1' });
  });

  it('that was approved under a laxer policy is not paid, and the answer names no changed terms alone', async () => {
    const policy = { ...DEFAULT_POLICY };
    const { create, dispatcher, admin } = await anOffice(undefined, { rules: { policy } });
    const path = `/payments/${(await create()).paymentId}`;
    await told(dispatcher.post(`${path}/approve`), 200);
    Object.assign(policy, { tiers: DEFAULT_POLICY.tiers.map((tier) => ({ ...tier, approvals: 2 })) });
    expect(await told(admin.post(`${path}/process`), 409)).toMatchObject({
      code: 'approval_void',
      title: 'The approval does not hold',
      detail: expect.stringContaining('what the policy asks for'),
    });
    await told(dispatcher.post(`${path}/reject`, { reason: 'Made anew' }), 200);
  });

  it('that is changed needs every approval anew, and its changer gives none', async () => {
    const { create, dispatcher, admin } = await anOffice();
    const { paymentId, termsHash } = await create(aVendorPaymentBody(ofCents(612_345)));
    const path = `/payments/${paymentId}`;
    await told(dispatcher.post(`${path}/approve`, { termsHash }), 200);
    const changed = await told(admin.patch(path, ofCents(400_000)), 200);
    expect(changed).toMatchObject({ approvals: [], changedBy: ['admin-1'], amountCents: 400_000 });
    expect(await codeOf(dispatcher.post(`${path}/approve`, { termsHash }))).toBe('409 approval_void');
    expect(await codeOf(admin.post(`${path}/approve`))).toBe('403 self_approval');
    expect(await codeOf(dispatcher.post(`${path}/approve`))).toBe('428 terms_hash_required');
    const seen = { termsHash: changed['termsHash'] };
    expect(await told(dispatcher.post(`${path}/approve`, seen), 200)).toMatchObject({ status: 'approved' });
    expect(await codeOf(admin.patch(path, ofCents(1)))).toBe('409 payment_state_conflict');
  });

  it('is rejected with a reason, and makes room for another', async () => {
    const { create, dispatcher } = await anOffice();
    const body = aVendorPaymentBody();
    const { paymentId } = await create(body);
    const rejected = await told(dispatcher.post(`/payments/${paymentId}/reject`, { reason: 'Twice' }), 200);
    expect(rejected).toMatchObject({ status: 'cancelled', rejectedReason: 'Twice' });
    await create(body);
  });

  it('that is refused by the bank is tried again under its reference', async () => {
    const { create, dispatcher, admin, ledger } = await anOffice();
    const vendorId = '00000000-0000-4000-8000-000000000002';
    const { paymentId } = await create(aVendorPaymentBody({ vendorId }));
    const path = `/payments/${paymentId}`;
    await told(dispatcher.post(`${path}/approve`), 200);
    expect(await told(admin.post(`${path}/process`), 200)).toMatchObject({
      status: 'failed',
      failedReason: expect.any(String),
    });
    expect(await told(admin.post(`${path}/process`), 200)).toMatchObject({ status: 'completed' });
    expect(ledger.paid().map(({ reference }) => reference)).toEqual([paymentId]);
  });

  it('answers pages that do not lose their place while approvals drain the list', async () => {
    const { create, dispatcher } = await anOffice();
    const made: string[] = [];
    for (let each = 0; each < 7; each += 1) made.push((await create()).paymentId);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query = `limit=2${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      const page = vendorPaymentPage.parse(await told(dispatcher.get(`/payments/pending?${query}`), 200));
      expect(page.pagination).toMatchObject({ limit: 2, count: page.payments.length });
      seen.push(...page.payments.map(({ paymentId }) => paymentId));
      for (const { paymentId } of page.payments)
        await told(dispatcher.post(`/payments/${paymentId}/approve`), 200);
      cursor = page.pagination.nextCursor;
    }
    expect(seen).toEqual(made);
    expect(await told(dispatcher.get('/payments/pending'), 200)).toMatchObject({
      payments: [],
      pagination: { limit: 50, count: 0, nextCursor: null },
    });
    expect(await told(dispatcher.get('/payments?status=approved&offset=5'), 200)).toMatchObject({
      payments: [{ paymentId: made[1] }, { paymentId: made[0] }],
    });
  });

  it('without a score is listed as flagged and needs an admin', async () => {
    const { create, dispatcher, admin } = await anOffice(undefined, {
      ports: {
        fraudScorer: { score: () => errAsync({ kind: 'ScorerUnavailable' }) },
      },
    });
    const { paymentId, fraudStatus, fraudScore } = await create();
    expect([fraudStatus, fraudScore]).toEqual(['flagged', undefined]);
    expect(await told(dispatcher.get('/payments/flagged'), 200)).toMatchObject({ payments: [{ paymentId }] });
    expect(await codeOf(dispatcher.post(`/payments/${paymentId}/approve`))).toBe('403 role_not_allowed');
    expect(await told(admin.post(`/payments/${paymentId}/approve`), 200)).toMatchObject({
      status: 'approved',
    });
  });
});

describe('the document', () => {
  it('describes what approvals serve, beside the platform', async () => {
    const { app } = await anHttpApp({ besides: APPROVALS });
    const { paths } = (await (await app.request('/openapi.json')).json()) as Document;
    const described = Object.entries(paths)
      .filter(([path]) => path.startsWith('/approvals/'))
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
    expect(described).toHaveLength(APPROVALS.flatMap(({ routes }) => routes).length);
    const { app: approvals } = anApprovalsApp();
    for (const [method = '', path = ''] of described.map((each) => each.split(' '))) {
      const { status } = await approvals.request(path, { method: method.toUpperCase() });
      expect([path, status]).toEqual([path, 401]);
    }
  });

  it('has examples that work as they are', async () => {
    const { app } = await anHttpApp({ besides: APPROVALS });
    const { components } = (await (await app.request('/openapi.json')).json()) as Document;
    const example = (name: string) => components.schemas[name]?.example as object;
    const { maker, dispatcher, admin, system } = await anOffice();
    const { paymentId } = vendorPayment.parse(
      await told(maker.post('/payments', example('NewVendorPayment')), 201),
    );
    const changed = await told(maker.patch(`/payments/${paymentId}`, example('VendorPaymentChange')), 200);
    const approval = { ...example('Approve'), termsHash: changed['termsHash'] };
    await told(dispatcher.post(`/payments/${paymentId}/approve`, approval), 200);
    await told(admin.post(`/payments/${paymentId}/reject`, example('Reject')), 200);
    await told(system.post('/events', example('WorkCompleted')), 201);
  });
});
