import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identitiesOf } from '../../../src/domain/kernel/identity.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { type Attention, RESOLUTION_OUTCOMES } from '../../../src/domain/payments/attention.ts';
import { amountsOf, fail, openPayment, type Processing } from '../../../src/domain/payments/payment.ts';
import { attentionEvent } from '../../../src/domain/payments/payment-events.ts';
import { noteRefusal, propose, proposedTo, resolveCharge } from '../../../src/domain/payments/resolution.ts';
import { anOrder, NOON } from '../../fixtures/changes.ts';
import { aResolver } from '../../fixtures/exceptions.ts';
import { trying } from '../arbitraries.ts';

const ann = aResolver('okta|ann', 'ann@x.com');
const bob = aResolver('okta|bob', 'bob@x.com');

const ATTENTION: Attention = {
  reason: 'amount_differs',
  since: NOON,
  seen: { state: 'approved', amount: money(2_499n, 'USD'), processorId: 'ch_1' },
};
const needing = (parts: Parameters<typeof anOrder>[0] = {}, attention = ATTENTION): Processing => ({
  ...openPayment(anOrder(parts))._unsafeUnwrap(),
  attention,
});
const saying = { outcome: 'succeeded', reason: 'r', by: ann, replaces: false } as const;
const proposed = (payment = needing()) => propose(payment, saying, NOON)._unsafeUnwrap();

/** Spellings that are one person's, whichever of the claims they stand in. */
const claim = fc.constantFrom(
  'ann@x.com',
  'Ann@X.com',
  'ann+a@x.com',
  'bob@x.com',
  'BOB@x.com.',
  'carl@x.com',
);
const person = fc
  .record({
    sub: claim,
    email: fc.option(claim, { nil: undefined }),
    number: fc.option(claim, { nil: undefined }),
  })
  .map(({ sub, email, number }) => ({
    id: sub,
    identities: identitiesOf({
      subject: `okta|${sub}`,
      ...(email === undefined ? {} : { email }),
      ...(number === undefined ? {} : { person: number }),
    }),
    names: new Set(
      [sub, email, number].flatMap((each) =>
        each === undefined ? [] : [each.toLowerCase().replace(/\+a|\.$/g, '')],
      ),
    ),
  }));

describe('what one person says became of a charge', () => {
  it('is confirmed by another exactly where no claim of theirs is one of the first person’s', () => {
    let [same, other] = [0, 0];
    fc.assert(
      fc.property(person, person, (one, two) => {
        const payment = propose(needing(), { ...saying, by: one }, NOON)._unsafeUnwrap();
        const isOne = [...one.names].some((name) => two.names.has(name));
        if (isOne) same += 1;
        else other += 1;
        const answer = proposedTo(payment, two);
        expect(answer.isOk()).toBe(!isOne);
        if (isOne) expect(answer._unsafeUnwrapErr()).toEqual({ kind: 'SelfConfirmation' });
      }),
      trying(300),
    );
    expect(Math.min(same, other)).toBeGreaterThan(10);
  });

  it('moves no money, waits once, and is taken back only by another that says so', () => {
    const first = proposed();
    expect(first).toMatchObject({
      status: 'processing',
      version: 2,
      attention: { ...ATTENTION, proposal: {} },
    });
    expect(amountsOf(first).authorized.minorUnits).toBe(0n);
    expect(propose(first, { ...saying, by: bob }, NOON)._unsafeUnwrapErr().kind).toBe('ResolutionPending');
    const second = propose(first, { ...saying, by: bob, replaces: true }, NOON)._unsafeUnwrap();
    expect(second.attention?.proposal?.by).toBe(bob);
    expect(proposedTo(second, ann).isOk()).toBe(true);
  });

  it('needs a payment in attention, an end that it can have, and an amount of what was asked at the most', () => {
    const { attention: _none, ...calm } = needing();
    expect(propose(calm as Processing, saying, NOON)._unsafeUnwrapErr().kind).toBe('NotInAttention');
    const refused = (amount: bigint, outcome = saying.outcome as 'succeeded' | 'failed') =>
      propose(needing(), { ...saying, outcome, amount }, NOON)._unsafeUnwrapErr();
    expect(refused(0n).kind).toBe('AmountNotPositive');
    expect(refused(2_501n)).toEqual({ kind: 'ResolvedAmountNotPossible', most: money(2_500n, 'USD') });
    expect(refused(1n, 'failed')).toEqual({ kind: 'ResolvedAmountNotPossible' });

    const ended = { ...fail(needing(), { code: 'c', message: 'm' }, NOON), attention: ATTENTION };
    for (const outcome of RESOLUTION_OUTCOMES)
      expect(propose(ended, { ...saying, outcome }, NOON).isOk()).toBe(outcome === 'failed');
    const modification = { transactionId: 'txn_1' as never, idempotencyKey: 'k' };
    const inQuestion = needing({}, { ...ATTENTION, modification });
    for (const outcome of RESOLUTION_OUTCOMES)
      expect(propose(inQuestion, { ...saying, outcome }, NOON).isOk()).toBe(outcome !== 'canceled');
  });

  it('has one attempt of its own proposer noted, and no second', () => {
    const once = noteRefusal(proposed(), NOON + 1);
    expect(once?.attention?.proposal).toMatchObject({ by: ann, refusedAt: NOON + 1 });
    expect(once && noteRefusal(once, NOON + 2)).toBeUndefined();
    expect(noteRefusal(needing(), NOON)).toBeUndefined();
  });

  it('is no cause of its own: its event was sent when the cause was found', () => {
    const before = needing();
    expect(attentionEvent(undefined, before, 'evt_1' as never)?.type).toBe('payment.attention');
    const waiting = proposed(before);
    expect(attentionEvent(before, waiting, 'evt_2' as never)).toBeUndefined();
    const noted = noteRefusal(waiting, NOON);
    expect(noted && attentionEvent(waiting, noted, 'evt_2' as never)).toBeUndefined();
    const other = { ...before, attention: { ...ATTENTION, reason: 'currency_differs' as const } };
    expect(attentionEvent(before, other, 'evt_3' as never)?.type).toBe('payment.attention');
    expect(
      attentionEvent(before, { ...before, attention: undefined as never }, 'evt_3' as never),
    ).toBeUndefined();
  });

  it('ends the charge within what was asked, taken or held as it was asked for, and in attention no more', () => {
    const units = fc.bigInt({ min: 1n, max: 2_500n });
    const manual = fc.boolean();
    const state = fc.constantFrom('approved' as const, 'authorized' as const, 'captured' as const);
    fc.assert(
      fc.property(
        units,
        manual,
        state,
        fc.constantFrom(...RESOLUTION_OUTCOMES),
        (unit, isManual, seen, outcome) => {
          const payment = needing(
            { captureMethod: isManual ? 'manual' : 'automatic' },
            { ...ATTENTION, seen: { ...ATTENTION.seen, state: seen } },
          );
          const proposal = { outcome, amount: money(unit, 'USD'), reason: 'r', by: ann, at: NOON };
          const ended = resolveCharge(payment, proposal, NOON);
          const isHeld = isManual && seen !== 'captured';
          expect(ended.attention).toBeUndefined();
          expect(ended.status).toBe(outcome === 'succeeded' && isHeld ? 'authorized' : outcome);
          const { authorized, captured } = amountsOf(ended);
          expect(authorized.minorUnits).toBe(outcome === 'succeeded' ? unit : 0n);
          expect(captured.minorUnits).toBe(outcome === 'succeeded' && !isHeld ? unit : 0n);
          expect([ended.processorId, ended.version]).toEqual(['ch_1', payment.version + 1]);
        },
      ),
      trying(200),
    );
  });
});
