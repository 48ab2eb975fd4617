import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageIn } from '../../../src/domain/approvals/approval-message.ts';
import type { VendorPaymentId } from '../../../src/domain/approvals/ids.ts';
import { publishedRecord } from '../../../src/domain/approvals/published-record.ts';
import type { FraudScorer } from '../../../src/ports/approvals/fraud-scorer.ts';
import { ADMIN, anApprover, aVendorId, DISPATCHER, SYSTEM } from '../../fixtures/approvals.ts';
import { type ApprovalsWorld, anApprovalsWorld, anApproved, anOrder } from './world.ts';

const line = (unitPriceCents: bigint, quantity = 1, description = 'Towing') => ({
  description,
  quantity,
  unitPriceCents,
});
const scoring = (score: number): FraudScorer => ({ score: () => okAsync({ score, reasons: [] }) });

describe('creating a vendor’s payment', () => {
  let world: ApprovalsWorld;
  beforeEach(() => {
    world = anApprovalsWorld();
  });
  afterEach(() => world.close());

  it('puts it on record with its events and its first audit link', async () => {
    const order = anOrder({ lineItems: [line(1_025n, 2, 'Mileage'), line(10_000n)] });
    const payment = (await world.create(order))._unsafeUnwrap();
    expect(payment).toMatchObject({
      incidentId: order.incidentId,
      vendorId: order.vendorId,
      status: 'pending_approval',
      amount: { minorUnits: 12_050n, currency: 'USD' },
      makers: ['maker-1'],
      version: 1,
    });
    expect(await world.stored(payment.id)).toEqual(payment);
    expect(await world.actionsOf(payment.id)).toEqual(['payment.created']);
    const [told, queued] = (await world.storage.outbox.unsent(9))._unsafeUnwrap();
    expect(told).toMatchObject({ type: 'PaymentCreated', data: publishedRecord(payment) });
    expect(queued && messageIn(queued)).toEqual({
      body: {
        paymentId: payment.id,
        incidentId: order.incidentId,
        vendorId: order.vendorId,
        amountCents: 12_050,
        createdAt: '2026-03-01T12:00:00.000Z',
      },
      attributes: { paymentId: payment.id, incidentId: order.incidentId, priority: 'normal' },
    });
  });

  it('refuses what does not add up or is out of bounds, and leaves nothing', async () => {
    const cases = [
      [anOrder({ lineItems: [] }), { kind: 'LineItemsMissing' }],
      [anOrder({ lineItems: [line(1n, 0)] }), { kind: 'LineItemInvalid', index: 0, field: 'quantity' }],
      [anOrder({ lineItems: [line(1n), line(1n, -1)] }), { index: 1, field: 'quantity' }],
      [{ ...anOrder(), lineItems: [line(1n, 1.5)] }, { field: 'quantity' }],
      [anOrder({ lineItems: [line(-1n)] }), { field: 'unitPriceCents' }],
      [anOrder({ lineItems: [line(1n, 1, '')] }), { field: 'description' }],
      [anOrder({ lineItems: [line(1n, 1, 'x'.repeat(256))] }), { field: 'description' }],
      [anOrder({ lineItems: [line(4_503_599_627_370_496n, 2)] }), { kind: 'AmountTooLarge' }],
      [anOrder({ lineItems: [line(9_007_199_254_740_991n), line(1n)] }), { kind: 'AmountTooLarge' }],
      [anOrder({ lineItems: Array.from({ length: 101 }, () => line(1n)) }), { kind: 'TooManyLineItems' }],
      [anOrder({ lineItems: [line(0n)] }), { kind: 'AmountNotPositive' }],
      [
        { ...anOrder(), amountCents: 12_346n },
        { kind: 'AmountMismatch', totalCents: 12_345n },
      ],
      [anOrder({ metadata: { text: 'x'.repeat(16_384) } }), { kind: 'MetadataTooLarge' }],
    ] as const;
    for (const [order, refusal] of cases)
      expect((await world.create(order))._unsafeUnwrapErr()).toMatchObject(refusal);
    expect(world.calls.commit).toBe(0);
    const exact = anOrder({ lineItems: [line(9_007_199_254_740_991n), line(0n, 1, '☕'.repeat(255))] });
    expect((await world.create(exact)).isOk()).toBe(true);
  });

  it('is for dispatchers, admins and the system', async () => {
    for (const by of [DISPATCHER, ADMIN, SYSTEM])
      expect((await world.create(anOrder(), by)).isOk()).toBe(true);
    for (const by of [anApprover('v', 'vendor'), anApprover('nobody')])
      expect((await world.create(anOrder(), by))._unsafeUnwrapErr().kind).toBe('RoleNotAllowed');
  });

  it('refuses a second live payment of an incident and vendor until the first is rejected', async () => {
    const order = anOrder();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => world.create(order)));
    expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.isErr()) expect(outcome.error).toEqual({ kind: 'DuplicateIncident' });
    const id = outcomes.flatMap((outcome) => (outcome.isOk() ? [outcome.value.id] : []))[0];
    if (id === undefined) throw new Error('nothing was created');
    await world.approve(id);
    await world.process(id);
    expect((await world.create(order))._unsafeUnwrapErr()).toEqual({ kind: 'DuplicateIncident' });
    const other = anOrder();
    const rejected = (await world.create(other))._unsafeUnwrap();
    await world.reject(rejected.id);
    expect((await world.create(other)).isOk()).toBe(true);
  });

  it('asks no scorer for a payment that is in the way of another', async () => {
    let scored = 0;
    const counting = anApprovalsWorld({
      scorer: {
        score() {
          scored += 1;
          return okAsync({ score: 0, reasons: [] });
        },
      },
    });
    const order = anOrder();
    await counting.create(order);
    const before = scored;
    await counting.create(order);
    expect(scored).toBe(before);
    counting.close();
  });
});

describe('a payment’s fraud score', () => {
  it.each([
    [0, 'low_risk'],
    [299, 'low_risk'],
    [300, 'medium_risk'],
    [499, 'medium_risk'],
    [500, 'high_risk'],
    [695, 'high_risk'],
    [699, 'high_risk'],
    [700, 'flagged'],
    [1000, 'flagged'],
  ] as const)('of %i thousandths means %s', async (score, status) => {
    const world = anApprovalsWorld({ scorer: scoring(score) });
    const payment = (await world.create())._unsafeUnwrap();
    expect(payment.fraud).toEqual({ status, score, reasons: [] });
    const told = (await world.eventsOf(payment.id)).includes('FraudDetected');
    expect(told).toBe(status === 'flagged');
    expect((await world.approve(payment.id)).isOk()).toBe(status !== 'flagged');
    world.close();
  });

  it('follows the thresholds it is given', async () => {
    const thresholds = { flagged: 100, high: 50, medium: 10 };
    for (const [score, status] of [
      [9, 'low_risk'],
      [10, 'medium_risk'],
      [50, 'high_risk'],
      [100, 'flagged'],
    ] as const) {
      const world = anApprovalsWorld({ scorer: scoring(score), thresholds });
      expect((await world.create())._unsafeUnwrap().fraud.status).toBe(status);
      world.close();
    }
  });

  it('that is too high needs an admin, beside the others that are needed', async () => {
    const world = anApprovalsWorld({ scorer: scoring(900) });
    const small = (await world.create())._unsafeUnwrap();
    expect((await world.approve(small.id))._unsafeUnwrapErr()).toEqual({
      kind: 'RoleNotAllowed',
      allowed: ['admin'],
    });
    expect((await world.approve(small.id, ADMIN))._unsafeUnwrap().status).toBe('approved');
    const [first] = (await world.storage.outbox.unsent(9))
      ._unsafeUnwrap()
      .flatMap((each) => messageIn(each) ?? []);
    expect(first?.attributes.priority).toBe('high');
    const large = (await world.create(anOrder({ cents: 600_001n })))._unsafeUnwrap();
    await world.approve(large.id);
    expect((await world.approve(large.id, anApprover('d-2', 'dispatcher'))).isErr()).toBe(true);
    expect((await world.approve(large.id, ADMIN))._unsafeUnwrap().status).toBe('approved');
    world.close();
  });

  it.each([
    ['is away', { score: () => errAsync({ kind: 'ScorerUnavailable' }) } satisfies FraudScorer],
    ['says nonsense', scoring(Number.NaN)],
    ['says too much', scoring(1001)],
    ['says less than nothing', scoring(-1)],
  ] as const)('is a matter for people when the scorer %s', async (_what, scorer) => {
    const world = anApprovalsWorld({ scorer });
    const payment = (await world.create())._unsafeUnwrap();
    expect(payment.fraud).toMatchObject({ status: 'flagged', reasons: [{ code: 'scorer_unavailable' }] });
    expect(payment.fraud.score).toBeUndefined();
    expect(await world.eventsOf(payment.id)).toEqual(['PaymentCreated', 'ApprovalRequested']);
    expect((await world.approve(payment.id)).isErr()).toBe(true);
    expect((await world.approve(payment.id, ADMIN))._unsafeUnwrap().status).toBe('approved');
    world.close();
  });

  describe('is set once more behind the commit, where others were asked for at once,', () => {
    /** Harmless before the commit; flagged behind it, once `meanwhile` has happened. */
    function aWorldOfOthers(meanwhile: (world: ApprovalsWorld, id: VendorPaymentId) => Promise<unknown>) {
      const world: ApprovalsWorld = anApprovalsWorld({
        scorer: {
          score: (_order, _at, known) =>
            known === undefined
              ? okAsync({ score: 100, reasons: [] })
              : ResultAsync.fromSafePromise(
                  meanwhile(world, known).then(() => ({ score: 800, reasons: [] })),
                ),
        },
      });
      return world;
    }

    it('and holds back the payout of what was approved meanwhile without an admin', async () => {
      const world = aWorldOfOthers(async (office, id) => (await office.approve(id))._unsafeUnwrap());
      const payment = (await world.create())._unsafeUnwrap();
      expect(payment).toMatchObject({ version: 1, fraud: { status: 'low_risk' } });
      expect(await world.stored(payment.id)).toMatchObject({
        status: 'approved',
        version: 3,
        fraud: { status: 'flagged' },
      });
      expect(await world.actionsOf(payment.id)).toEqual([
        'payment.created',
        'payment.approved',
        'payment.rescored',
      ]);
      expect((await world.process(payment.id))._unsafeUnwrapErr().kind).toBe('ApprovalVoid');
      expect((await world.reject(payment.id))._unsafeUnwrap().status).toBe('cancelled');
      expect(world.paid()).toEqual([]);
      world.close();
    });

    it('but not on what was rejected meanwhile', async () => {
      const world = aWorldOfOthers(async (office, id) => (await office.reject(id))._unsafeUnwrap());
      const payment = (await world.create())._unsafeUnwrap();
      expect(payment).toMatchObject({ version: 1, fraud: { status: 'low_risk' } });
      expect(await world.actionsOf(payment.id)).toEqual(['payment.created', 'payment.rejected']);
      world.close();
    });

    it('and is the first one still when the store falls silent behind the commit', async () => {
      const world = aWorldOfOthers(async ({ turns }) => {
        turns.commit.push(() => errAsync({ kind: 'StorageUnavailable' as const, cause: 'silence' }));
      });
      const payment = (await world.create())._unsafeUnwrap();
      expect(payment).toMatchObject({ version: 1, fraud: { status: 'low_risk' } });
      expect(await world.stored(payment.id)).toEqual(payment);
      world.close();
    });
  });

  it('comes from the vendor’s history, explained', async () => {
    const world = anApprovalsWorld();
    const vendorId = aVendorId();
    const first = (await world.create(anOrder({ vendorId })))._unsafeUnwrap();
    expect(first.fraud).toMatchObject({ status: 'low_risk', score: 150, reasons: [{ code: 'new_payee' }] });
    for (let n = 0; n < 4; n += 1)
      await world.process(await anApproved(world, anOrder({ vendorId, cents: 10_001n + BigInt(n) })));
    const last = (await world.create(anOrder({ vendorId, cents: 480_000n })))._unsafeUnwrap();
    expect(last.fraud.reasons.map(({ code }) => code)).toEqual([
      'amount_above_history',
      'velocity',
      'just_under_bound',
    ]);
    expect(last.fraud).toMatchObject({ status: 'flagged', score: 1000 });
    world.close();
  });
});
