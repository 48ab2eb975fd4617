import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { VendorId } from '../../../../src/domain/approvals/ids.ts';
import type { ApprovalsStorage } from '../../../../src/ports/approvals/approvals-storage.ts';
import { aColleague, aVendorPaymentBody, told } from '../../../support/approvals-app.ts';
import { everyApprovalsStorage } from '../../../support/approvals-storages.ts';
import { anOffice, codeOf } from './office.ts';

const { kinds, close } = await everyApprovalsStorage(inject('postgresUrl'));
afterAll(close);

/** A vendor whose payout is refused at first (see `simulatedPayouts`). */
const REFUSED_AT_FIRST = '00000000-0000-4000-8000-000000000002' as VendorId;

type Page = Readonly<{ payments: readonly Readonly<{ paymentId: string }>[] }>;

describe.each(kinds)('a review for fraud on $name', ({ open }) => {
  let storage: ApprovalsStorage;
  let office: Awaited<ReturnType<typeof anOffice>>;

  beforeAll(async () => {
    storage = await open();
    office = await anOffice(storage);
  });
  afterAll(() => storage.close());

  /** A payment that the rules flag, for an earlier one of its vendor was a fraud. */
  const flagged = async () => {
    const vendorId = randomUUID();
    const { paymentId } = await office.create(aVendorPaymentBody({ vendorId }));
    await told(review(paymentId, 'fraud'), 200);
    const payment = await office.create(aVendorPaymentBody({ vendorId }));
    expect(payment.fraudStatus).toBe('flagged');
    return payment;
  };
  const review = (id: string, outcome: string, by = office.admin) =>
    by.post(`/payments/${id}/review`, { outcome, notes: 'Asked the driver' });
  const unreviewed = async (by = office.dispatcher) =>
    (await told<Page>(by.get('/payments/unreviewed?limit=100'), 200)).payments.map(
      ({ paymentId }) => paymentId,
    );

  it('takes a payment off the list of those that await one, and says who found what', async () => {
    const { paymentId, createdBy } = await flagged();
    expect([await unreviewed(), createdBy]).toEqual([expect.arrayContaining([paymentId]), 'maker']);
    const reviewed = await told(review(paymentId, 'legitimate'), 200);
    expect(reviewed).toMatchObject({
      status: 'pending_approval',
      fraudStatus: 'flagged',
      fraudRules: 'default',
      fraudReview: { outcome: 'legitimate', by: 'admin-1', notes: 'Asked the driver' },
    });
    expect(await unreviewed()).not.toContain(paymentId);
    const { entries } = await told<{ entries: readonly object[] }>(
      office.admin.get(`/payments/${paymentId}/audit`),
      200,
    );
    expect(entries.at(-1)).toMatchObject({
      action: 'payment.reviewed',
      actor: { id: 'admin-1' },
      after: { fraudReview: { outcome: 'legitimate' } },
    });
  });

  it('stops a fraud from being approved and paid, until a later one finds otherwise', async () => {
    const { paymentId } = await office.create();
    const path = `/payments/${paymentId}`;
    await told(review(paymentId, 'fraud'), 200);
    expect(await codeOf(office.dispatcher.post(`${path}/approve`))).toBe('409 judged_fraud');
    await told(review(paymentId, 'legitimate'), 200);
    await told(office.dispatcher.post(`${path}/approve`), 200);
    await told(review(paymentId, 'fraud'), 200);
    expect(await codeOf(office.admin.post(`${path}/process`))).toBe('409 judged_fraud');
    expect(office.ledger.paid().map(({ reference }) => reference)).not.toContain(paymentId);
    await told(review(paymentId, 'legitimate'), 200);
    expect(await told(office.admin.post(`${path}/process`), 200)).toMatchObject({ status: 'completed' });
  });

  it('stops a payout that failed from being tried again, and lets it be rejected', async () => {
    const body = aVendorPaymentBody({ vendorId: REFUSED_AT_FIRST });
    const path = `/payments/${(await office.create(body)).paymentId}`;
    await told(office.dispatcher.post(`${path}/approve`), 200);
    expect(await told(office.admin.post(`${path}/process`), 200)).toMatchObject({ status: 'failed' });
    await told(office.admin.post(`${path}/review`, { outcome: 'fraud' }), 200);
    expect(await codeOf(office.admin.post(`${path}/process`))).toBe('409 judged_fraud');
    expect(await told(office.dispatcher.post(`${path}/reject`, { reason: 'Fraud' }), 200)).toMatchObject({
      status: 'cancelled',
      fraudReview: { outcome: 'fraud' },
    });
  });

  it('of a fraud has the vendor’s next payment flagged, and is told on the bus', async () => {
    const vendorId = randomUUID();
    const { paymentId } = await office.create(aVendorPaymentBody({ vendorId }));
    await told(review(paymentId, 'fraud'), 200);
    const next = await office.create(aVendorPaymentBody({ vendorId }));
    expect(next).toMatchObject({ fraudStatus: 'flagged', fraudScore: 1 });
    expect(next.fraudReasons?.[0]).toMatchObject({
      code: 'vendor_blocked',
      detail: 'a payment for the vendor was a fraud',
    });
    await office.relay();
    const published = (await office.bus.newest(1_000))._unsafeUnwrap();
    const ofTypes = published.filter((event) => event.paymentId === paymentId).map(({ type }) => type);
    expect(ofTypes.toSorted()).toEqual(['FraudDetected', 'PaymentCreated']);
  });

  it('is not by the maker, nor by who is paid, and what is paid is left alone', async () => {
    const { paymentId, vendorId } = await flagged();
    const makerAsAdmin = await aColleague(office.app.request, 'maker', 'admin');
    expect(await codeOf(review(paymentId, 'legitimate', makerAsAdmin))).toBe('403 self_approval');
    const payee = await aColleague(office.app.request, 'payee', 'admin', { vendor_id: vendorId });
    expect(await codeOf(review(paymentId, 'legitimate', payee))).toBe('403 self_approval');
    expect(await unreviewed(payee)).not.toContain(paymentId);
    expect(await unreviewed()).toContain(paymentId);
  });

  it.each([
    [{}, 'outcome'],
    [{ outcome: 'maybe' }, 'outcome'],
    [{ outcome: 'fraud', notes: ' ' }, 'notes'],
    [{ outcome: 'fraud', by: 'me' }, 'by'],
  ])('of %j is refused, and changes nothing', async (body, field) => {
    const { paymentId, version } = await office.create();
    const refused = await office.admin.post(`/payments/${paymentId}/review`, body);
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining(field)]);
    expect(await told(office.admin.get(`/payments/${paymentId}`), 200)).toMatchObject({ version });
  });

  it('leaves nothing that verification does not know', async () => {
    const { useCases } = office;
    const verified = await useCases.verifyApprovals(() => {});
    expect(verified._unsafeUnwrap()).toMatchObject({ payments: expect.any(Number) });
  });
});
