import { randomUUID } from 'node:crypto';
import { errAsync } from 'neverthrow';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { rulesFraudScorer } from '../../../../src/application/approvals/score-by-rules.ts';
import { DEFAULT_THRESHOLDS } from '../../../../src/domain/approvals/fraud.ts';
import { defaultFraudRules } from '../../../../src/domain/approvals/fraud-rules.ts';
import type { ApprovalsStorage } from '../../../../src/ports/approvals/approvals-storage.ts';
import type { FraudScorer } from '../../../../src/ports/approvals/fraud-scorer.ts';
import { aVendorPaymentBody, told } from '../../../support/approvals-app.ts';
import { everyApprovalsStorage } from '../../../support/approvals-storages.ts';
import { anOffice, codeOf } from './office.ts';

const { kinds, close } = await everyApprovalsStorage(inject('postgresUrl'));
afterAll(close);

type Page = Readonly<{ payments: readonly Readonly<{ paymentId: string }>[] }>;

const RULES = defaultFraudRules([500_000n]);

const ofCents = (amountCents: number) => ({
  amountCents,
  lineItems: [{ description: 'Towing', quantity: 1, unitPriceCents: amountCents }],
});

describe.each(kinds)('a payment whose terms are changed on $name', ({ open }) => {
  let storage: ApprovalsStorage;
  let office: Awaited<ReturnType<typeof anOffice>>;
  let scorer: FraudScorer;

  beforeAll(async () => {
    storage = await open();
    const rules = rulesFraudScorer(storage, RULES);
    scorer = rules;
    office = await anOffice(storage, {
      ports: { fraudScorer: { score: (...asked) => scorer.score(...asked) } },
    });
    return () => storage.close();
  });

  const asked = (vendorId: string, cents: number) =>
    office.create(aVendorPaymentBody({ vendorId, ...ofCents(cents) }));
  const paid = async (vendorId: string, cents: number) => {
    const { paymentId } = await asked(vendorId, cents);
    await told(office.dispatcher.post(`/payments/${paymentId}/approve`), 200);
    await told(office.admin.post(`/payments/${paymentId}/process`), 200);
  };
  /** A vendor who was paid three small amounts. */
  const aKnownVendor = async () => {
    const vendorId = randomUUID();
    for (const cents of [10_000, 10_001, 10_002]) await paid(vendorId, cents);
    return vendorId;
  };
  const change = (id: string, body: object) =>
    told<Awaited<ReturnType<typeof asked>>>(office.maker.patch(`/payments/${id}`, body), 200);
  const review = (id: string, outcome: string) =>
    told(office.admin.post(`/payments/${id}/review`, { outcome }), 200);
  const listed = async (path: string) =>
    (await told<Page>(office.dispatcher.get(path), 200)).payments.map(({ paymentId }) => paymentId);
  /** Changed in one version that nothing contradicts. */
  const expectIntact = async () =>
    expect((await office.useCases.verifyApprovals(() => {}))._unsafeUnwrap()).toMatchObject({
      payments: expect.any(Number),
    });

  it('is scored as one that is made with them, needs an admin as that does, and is told on the bus', async () => {
    const vendorId = await aKnownVendor();
    const { paymentId, fraudStatus } = await asked(vendorId, 10_005);
    expect(fraudStatus).toBe('low_risk');
    const changed = await change(paymentId, ofCents(480_000));
    const made = await asked(vendorId, 480_001);
    expect(changed).toMatchObject({ fraudScore: 0.75, fraudStatus: 'flagged', fraudRules: 'default' });
    expect([changed.fraudScore, changed.fraudReasons]).toEqual([made.fraudScore, made.fraudReasons]);
    for (const path of ['/payments/flagged?limit=100', '/payments/unreviewed?limit=100'])
      expect(await listed(path)).toContain(paymentId);
    const { termsHash } = changed;
    const approve = (by = office.dispatcher) => by.post(`/payments/${paymentId}/approve`, { termsHash });
    expect(await codeOf(approve())).toBe('403 role_not_allowed');
    await told(approve(office.admin), 200);
    const { entries } = await told<{ entries: readonly object[] }>(
      office.admin.get(`/payments/${paymentId}/audit`),
      200,
    );
    expect(entries[1]).toMatchObject({
      action: 'payment.changed',
      before: { fraudStatus: 'low_risk', fraudScore: 0 },
      after: { fraudStatus: 'flagged', fraudScore: 0.75 },
    });
    expect(await told(office.admin.post(`/payments/${paymentId}/process`), 200)).toMatchObject({
      status: 'completed',
    });
    await office.relay();
    const published = (await office.bus.newest(1_000))._unsafeUnwrap();
    const ofTypes = published.filter((event) => event.paymentId === paymentId).map(({ type }) => type);
    expect(ofTypes.toSorted()).toEqual([
      'FraudDetected',
      'PaymentApproved',
      'PaymentCompleted',
      'PaymentCreated',
    ]);
    await expectIntact();
  });

  it('keeps the graver verdict, which leads every list that it is in', async () => {
    const vendorId = await aKnownVendor();
    const { paymentId } = await asked(vendorId, 10_005);
    const risen = await change(paymentId, ofCents(60_001));
    expect(risen.fraudStatus).toBe('medium_risk');
    const flagged = await change(paymentId, ofCents(480_000));
    const back = await change(paymentId, ofCents(10_007));
    const verdictOf = ({ fraudScore, fraudStatus, fraudReasons }: typeof back) => [
      fraudScore,
      fraudStatus,
      fraudReasons,
    ];
    expect(verdictOf(back)).toEqual(verdictOf(flagged));
    const ofRisk = (status: string) =>
      listed(`/payments?vendorId=${vendorId}&fraudStatus=${status}&reviewOutcome=none`);
    expect(await ofRisk('flagged')).toEqual([paymentId]);
    for (const status of ['medium_risk', 'low_risk']) expect(await ofRisk(status)).not.toContain(paymentId);
    const open = (
      await storage.vendorPayments.list(
        { status: 'pending_approval', fraudStatus: 'flagged' },
        { order: 'newest', limit: 100 },
      )
    )._unsafeUnwrap();
    expect(open.map(({ id }) => String(id))).toContain(paymentId);
    await expectIntact();
  });

  it('is none of the payments that it is scored by', async () => {
    const vendorId = randomUUID();
    for (const cents of [10_001, 10_002, 10_003, 10_004]) await asked(vendorId, cents);
    const { paymentId } = await asked(vendorId, 10_005);
    expect(await change(paymentId, ofCents(10_006))).toMatchObject({ fraudScore: 0, fraudReasons: [] });
    await asked(vendorId, 10_007);
    expect((await change(paymentId, ofCents(10_008))).fraudReasons?.map(({ code }) => code)).toEqual([
      'velocity',
    ]);
  });

  it('is for people where the scorer is away, and is not let off when it is back', async () => {
    const rules = scorer;
    const { paymentId } = await asked(randomUUID(), 10_005);
    scorer = { score: () => errAsync({ kind: 'ScorerUnavailable' }) };
    const unscored = await change(paymentId, ofCents(10_006));
    scorer = rules;
    expect(unscored).toMatchObject({
      fraudStatus: 'flagged',
      fraudReasons: [{ code: 'scorer_unavailable' }],
    });
    expect([unscored.fraudScore, unscored.fraudRules]).toEqual([undefined, undefined]);
    const scored = await change(paymentId, { metadata: { seen: true } });
    expect(scored).toMatchObject({ fraudStatus: 'flagged' });
    expect(scored.fraudScore).toBeUndefined();
    await expectIntact();
  });

  it('loses a finding that it is legitimate, which was of other terms, and awaits one again', async () => {
    const vendorId = await aKnownVendor();
    const { paymentId } = await asked(vendorId, 480_000);
    await review(paymentId, 'legitimate');
    expect(await listed('/payments/unreviewed?limit=100')).not.toContain(paymentId);
    expect(await change(paymentId, ofCents(481_000))).not.toHaveProperty('fraudReview');
    expect(await listed('/payments/unreviewed?limit=100')).toContain(paymentId);
    await expectIntact();
  });

  it('keeps a finding that it is a fraud, and that of a payment whose change changes nothing', async () => {
    const { paymentId } = await asked(randomUUID(), 10_005);
    await review(paymentId, 'legitimate');
    expect(await change(paymentId, ofCents(10_005))).toMatchObject({ version: 2, fraudReview: {} });
    await review(paymentId, 'fraud');
    expect(await change(paymentId, ofCents(10_006))).toMatchObject({ fraudReview: { outcome: 'fraud' } });
    expect(await codeOf(office.admin.post(`/payments/${paymentId}/approve`))).toBe('409 judged_fraud');
    await expectIntact();
  });

  it('teaches nothing by amounts that were only asked for', async () => {
    const vendorId = await aKnownVendor();
    for (const cents of [480_000, 480_001, 480_002])
      expect(await asked(vendorId, cents)).toMatchObject({ fraudStatus: 'flagged' });
    expect((await asked(vendorId, 480_003)).fraudReasons?.map(({ code }) => code)).toContain(
      'amount_above_history',
    );
  });

  it('is tried by the same rules with the verdict that it was given, as is every other', async () => {
    const vendorId = await aKnownVendor();
    const blocked = await asked(vendorId, 10_005);
    await review(blocked.paymentId, 'fraud');
    expect(await asked(vendorId, 10_006)).toMatchObject({ fraudStatus: 'flagged' });
    await review(blocked.paymentId, 'legitimate');
    const changed = await asked(vendorId, 10_007);
    await change(changed.paymentId, ofCents(480_000));
    const judgedOtherwise: string[] = [];
    const tried = await office.useCases.tryFraudRules(
      RULES,
      DEFAULT_THRESHOLDS,
      ({ fraud }, { was, would }) => {
        if (was !== would) judgedOtherwise.push(...fraud.reasons.map(({ code }) => code));
      },
    );
    expect(tried.isOk()).toBe(true);
    // That which went without a score has one now.
    expect(judgedOtherwise.filter((code) => code !== 'scorer_unavailable')).toEqual([]);
  });
});
