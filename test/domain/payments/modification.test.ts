import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Money, money, subtract } from '../../../src/domain/kernel/money.ts';
import { present } from '../../../src/domain/kernel/present.ts';
import {
  complete,
  type Modification,
  type ModificationRequest,
  modificationOf,
  release,
  reserve,
} from '../../../src/domain/payments/modification.ts';
import {
  amountsOf,
  approve,
  openPayment,
  type Payment,
  postpone,
} from '../../../src/domain/payments/payment.ts';
import { anOrder, NOON } from '../../fixtures/changes.ts';
import {
  after,
  type Move,
  type Moving,
  move,
  moves,
  opened,
  paymentOrder,
  reachable,
  trying,
} from '../arbitraries.ts';

const usd = (units: bigint) => money(units, 'USD');
const aPayment = (captureMethod: 'automatic' | 'manual') =>
  openPayment(anOrder({ captureMethod, amount: 100n }))._unsafeUnwrap();
const authorized = () => approve(aPayment('manual'), NOON + 1);
const succeeded = () => approve(aPayment('automatic'), NOON + 1);

const capture = (amount?: bigint, final = false): ModificationRequest => ({
  type: 'capture',
  ...present({ amount }),
  final,
});
const refund = (amount?: bigint): ModificationRequest => ({
  type: 'refund',
  ...present({ amount }),
});
const aVoid: ModificationRequest = { type: 'void' };

const reserved = (payment: Payment, request: ModificationRequest) =>
  reserve(payment, request, NOON + 2)._unsafeUnwrap();
const refusal = (payment: Payment, request: ModificationRequest) =>
  reserve(payment, request, NOON + 2)._unsafeUnwrapErr();

/** Set aside and done. */
function done(payment: Payment, request: ModificationRequest): Payment {
  const { payment: holding, modification } = reserved(payment, request);
  return complete(holding, modification, NOON + 3);
}

/** Modifications that end after one another, as they were set aside. */
const doneAll = (payment: Payment, requests: readonly ModificationRequest[]): Payment =>
  requests.reduce(done, payment);

describe('any sequence of modifications', () => {
  const sumOf = (modifications: readonly Modification[]) =>
    modifications.reduce((all, { amount }) => all + amount.minorUnits, 0n);

  /** Every state on the way, with the modifications that were completed so far. */
  function walk(order: Parameters<typeof opened>[0], moves: readonly Move[]) {
    let state = opened(order);
    const completed: Modification[] = [];
    return moves.map((each, step) => {
      const next = after(state, each, NOON + step);
      if (each.kind === 'complete' && next !== undefined)
        completed.push(...state.underWay.filter((one) => !next.underWay.includes(one)));
      state = next ?? state;
      return { state, completed: [...completed] };
    });
  }

  /** Only payments that got past the processor move money, so most walks begin there. */
  const approved = moves(40).map((all): readonly Move[] => [
    { kind: 'approve', share: 1, final: false, which: 0 },
    ...all,
  ]);

  it('keeps 0 ≤ refunded + refunding ≤ captured ≤ authorized and captured + reserved ≤ authorized', () => {
    const seen = { refunds: 0, refundsOfHeld: 0, captures: 0 };
    fc.assert(
      fc.property(paymentOrder, approved, (order, all) => {
        for (const { state } of walk(order, all)) {
          const { payment } = state;
          const sums = amountsOf(payment);
          for (const each of Object.values(sums)) expect(each.currency).toBe(order.amount.currency);
          const [held, taken, given, taking, giving] = [
            sums.authorized.minorUnits,
            sums.captured.minorUnits,
            sums.refunded.minorUnits,
            sums.reserved.minorUnits,
            sums.refunding.minorUnits,
          ];
          expect(given >= 0n && giving >= 0n && taking >= 0n && taken >= 0n).toBe(true);
          expect(given + giving <= taken && taken + taking <= held).toBe(true);
          expect(held <= order.amount.minorUnits).toBe(true);
          if (payment.status !== 'authorized') expect(taking).toBe(0n);
          if (taking > 0n) seen.captures += 1;
          if (giving > 0n) seen[payment.status === 'authorized' ? 'refundsOfHeld' : 'refunds'] += 1;
        }
      }),
      trying(500),
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
  });

  it('takes and gives back what its completed modifications say, and holds what is under way', () => {
    fc.assert(
      fc.property(paymentOrder, approved, (order, all) => {
        for (const { state, completed } of walk(order, all)) {
          const { payment, underWay } = state;
          const { captured, refunded, reserved: taking, refunding } = amountsOf(payment);
          const of = (type: Modification['type'], modifications: readonly Modification[]) =>
            modifications.filter((each) => each.type === type);
          if (order.captureMethod === 'manual')
            expect(captured.minorUnits).toBe(sumOf(of('capture', completed)));
          expect(refunded.minorUnits).toBe(sumOf(of('refund', completed)));
          expect(taking.minorUnits).toBe(sumOf(of('capture', underWay)));
          expect(refunding.minorUnits).toBe(sumOf(of('refund', underWay)));
        }
      }),
      trying(400),
    );
  });

  it('never loses captured money: what was captured stays captured', () => {
    fc.assert(
      fc.property(reachable, move, (state, each) => {
        const [was, is] = [amountsOf(state.payment), amountsOf((after(state, each, NOON) ?? state).payment)];
        expect(is.captured.minorUnits >= was.captured.minorUnits).toBe(true);
        expect(is.refunded.minorUnits >= was.refunded.minorUnits).toBe(true);
        expect(is.authorized.minorUnits >= was.authorized.minorUnits).toBe(true);
      }),
      trying(400),
    );
  });

  it('has a final capture or a void under way beside refunds alone', () => {
    fc.assert(
      fc.property(paymentOrder, approved, (order, all) => {
        for (const { state } of walk(order, all)) {
          const closing = state.payment.status === 'authorized' && state.payment.closing;
          expect(state.underWay.some(({ final }) => final)).toBe(closing);
          if (!closing) continue;
          expect(state.underWay.filter(({ type }) => type !== 'refund')).toHaveLength(1);
          for (const request of [capture(1n), capture(1n, true), aVoid])
            expect(refusal(state.payment, request)).toMatchObject({ kind: 'PaymentStateConflict' });
        }
      }),
      trying(300),
    );
  });

  it('is as if a refused one had never been: release undoes what reserve did', () => {
    fc.assert(
      fc.property(reachable, move, (state, each) => {
        fc.pre(each.kind === 'capture' || each.kind === 'refund' || each.kind === 'void');
        const held = after(state, each, NOON);
        fc.pre(held !== undefined);
        const modification = held?.underWay.at(-1) as Modification;
        const free = release((held as Moving).payment, modification, NOON);
        const { version, updatedAt } = state.payment;
        expect({ ...free, version, updatedAt }).toEqual(state.payment);
      }),
      trying(300),
    );
  });

  it('knows a modification again from the payment and the transaction it left', () => {
    fc.assert(
      fc.property(reachable, ({ payment, underWay }) => {
        for (const modification of underWay)
          expect(modificationOf(payment, modification.type, modification.amount)).toEqual(modification);
      }),
      trying(200),
    );
  });

  it('ends alike in whatever order captures and refunds that fit end', () => {
    const parts = fc.array(fc.bigInt({ min: 1n, max: 20n }), { minLength: 1, maxLength: 5 });
    const type = fc.constantFrom('capture' as const, 'refund' as const);
    fc.assert(
      fc.property(type, parts, fc.infiniteStream(fc.nat()), (kind, amounts, picks) => {
        const start: Payment = kind === 'capture' ? authorized() : succeeded();
        const request = kind === 'capture' ? capture : refund;
        let payment: Payment = start;
        let underWay: Modification[] = [];
        for (const amount of amounts) {
          const held = reserved(payment, request(amount));
          payment = held.payment;
          underWay.push(held.modification);
        }
        while (underWay.length > 0) {
          const one = underWay[picks.next().value % underWay.length] as Modification;
          payment = complete(payment, one, NOON + 3);
          underWay = underWay.filter((each) => each !== one);
        }
        const sequential = doneAll(
          start,
          amounts.map((amount) => request(amount)),
        );
        expect(amountsOf(payment)).toEqual(amountsOf(sequential));
        expect(payment.status).toBe(sequential.status);
      }),
      trying(200),
    );
  });
});

describe('a capture', () => {
  it('sets its money aside and changes nothing else until it is done', () => {
    const { payment, modification } = reserved(authorized(), capture(30n));
    expect(modification).toEqual({ type: 'capture', amount: usd(30n), final: false });
    expect(payment).toMatchObject({
      status: 'authorized',
      captured: usd(0n),
      reserved: usd(30n),
      closing: false,
    });
    expect(complete(payment, modification, NOON + 3)).toMatchObject({
      status: 'authorized',
      captured: usd(30n),
      reserved: usd(0n),
      version: 4,
    });
  });

  it('in parts stays authorized until all is taken', () => {
    const first = done(authorized(), capture(30n));
    expect(first).toMatchObject({ status: 'authorized', captured: usd(30n) });
    const second = done(first, capture(60n));
    expect(second).toMatchObject({ status: 'authorized', captured: usd(90n) });
    expect(done(second, capture(10n))).toMatchObject({
      status: 'succeeded',
      captured: usd(100n),
      refunded: usd(0n),
      refunding: usd(0n),
    });
  });

  it('without an amount takes all that is left', () => {
    expect(done(authorized(), capture())).toMatchObject({ status: 'succeeded', captured: usd(100n) });
    const { modification } = reserved(done(authorized(), capture(30n)), capture());
    expect(modification.amount).toEqual(usd(70n));
    const context = reserved(authorized(), capture(30n)).payment;
    expect(reserved(context, capture()).modification.amount).toEqual(usd(70n));
  });

  it('that is final releases the rest', () => {
    const first = done(authorized(), capture(30n));
    expect(done(first, capture(20n, true))).toMatchObject({
      status: 'succeeded',
      authorized: usd(100n),
      captured: usd(50n),
    });
  });

  it('that is final waits for none and lets none begin', () => {
    const context = reserved(authorized(), capture(30n)).payment;
    expect(refusal(context, capture(10n, true))).toEqual({
      kind: 'PaymentStateConflict',
      status: 'authorized',
      underWay: true,
    });
    const closing = reserved(authorized(), capture(30n, true)).payment;
    for (const request of [capture(10n), capture(), capture(1n, true), aVoid])
      expect(refusal(closing, request)).toMatchObject({ kind: 'PaymentStateConflict', underWay: true });
  });

  it('never passes what is held and not set aside, and says how much that is', () => {
    const context = reserved(done(authorized(), capture(30n)), capture(20n)).payment;
    expect(refusal(context, capture(51n))).toEqual({
      kind: 'AmountExceedsAuthorized',
      available: usd(50n),
      underWay: true,
    });
    expect(reserved(context, capture(50n)).payment).toMatchObject({ reserved: usd(70n) });
    expect(refusal(authorized(), capture(101n, true))).toEqual({
      kind: 'AmountExceedsAuthorized',
      available: usd(100n),
      underWay: false,
    });
  });

  it('of 0 is refused and never read as all', () => {
    for (const final of [false, true])
      for (const amount of [0n, -1n, -(2n ** 62n)])
        expect(refusal(authorized(), capture(amount, final))).toEqual({ kind: 'AmountNotPositive' });
  });

  it('needs held money', () => {
    const pending = postpone(aPayment('automatic'), NOON);
    const canceled = done(authorized(), aVoid);
    for (const payment of [aPayment('manual'), pending, succeeded(), canceled])
      for (const request of [capture(1n), capture(), aVoid])
        expect(refusal(payment, request)).toEqual({
          kind: 'PaymentStateConflict',
          status: payment.status,
          underWay: false,
        });
  });

  it('of nothing left, while others are under way, has to wait', () => {
    const all = reserved(authorized(), capture(100n)).payment;
    expect(refusal(all, capture())).toMatchObject({ kind: 'PaymentStateConflict', underWay: true });
    expect(refusal(all, capture(1n))).toMatchObject({ kind: 'AmountExceedsAuthorized', available: usd(0n) });
  });

  it('that the processor refused leaves its money to the next', () => {
    const { payment, modification } = reserved(authorized(), capture(100n, true));
    const free = release(payment, modification, NOON + 3);
    expect(free).toMatchObject({ status: 'authorized', reserved: usd(0n), closing: false });
    expect(done(free, capture())).toMatchObject({ status: 'succeeded', captured: usd(100n) });
  });
});

describe('a refund', () => {
  it('gives captured money back, in parts, and never more', () => {
    const first = done(succeeded(), refund(60n));
    expect(first).toMatchObject({ status: 'succeeded', captured: usd(100n), refunded: usd(60n) });
    expect(refusal(first, refund(60n))).toEqual({
      kind: 'AmountExceedsCaptured',
      available: usd(40n),
      underWay: false,
    });
    const second = done(first, refund());
    expect(second).toMatchObject({ status: 'succeeded', refunded: usd(100n), refunding: usd(0n) });
    for (const more of [refund(1n), refund()])
      expect(refusal(second, more)).toEqual({
        kind: 'AmountExceedsCaptured',
        available: usd(0n),
        underWay: false,
      });
  });

  it('counts those under way', () => {
    const context = reserved(succeeded(), refund(60n)).payment;
    expect(refusal(context, refund(60n))).toEqual({
      kind: 'AmountExceedsCaptured',
      available: usd(40n),
      underWay: true,
    });
    expect(reserved(context, refund(40n)).payment).toMatchObject({ refunding: usd(100n) });
  });

  it('is about what was captured, not what was authorized', () => {
    const partly = done(authorized(), capture(30n, true));
    expect(refusal(partly, refund(31n))).toEqual({
      kind: 'AmountExceedsCaptured',
      available: usd(30n),
      underWay: false,
    });
    expect(reserved(partly, refund()).modification.amount).toEqual(usd(30n));
  });

  it('of 0 is refused and never read as all', () => {
    for (const amount of [0n, -1n])
      expect(refusal(succeeded(), refund(amount))).toEqual({ kind: 'AmountNotPositive' });
    expect(refusal(done(succeeded(), refund()), refund(0n))).toEqual({ kind: 'AmountNotPositive' });
  });

  it('of what was captured goes through while the rest is held, and while a capture or void is under way', () => {
    const partly = done(authorized(), capture(30n));
    for (const held of [
      partly,
      reserved(partly, capture(20n)).payment,
      reserved(partly, capture(20n, true)).payment,
      reserved(partly, aVoid).payment,
    ]) {
      const { payment, modification } = reserved(held, refund(20n));
      expect(modification).toEqual({ type: 'refund', amount: usd(20n), final: false });
      expect(payment).toEqual({
        ...held,
        version: held.version + 1,
        updatedAt: NOON + 2,
        refunding: usd(20n),
      });
      expect(complete(payment, modification, NOON + 3)).toEqual({
        ...held,
        version: held.version + 2,
        updatedAt: NOON + 3,
        refunded: usd(20n),
      });
      expect(release(payment, modification, NOON + 3)).toMatchObject({
        refunded: usd(0n),
        refunding: usd(0n),
      });
    }
  });

  it('of a held payment is about what was captured, and counts captures under way as not known yet', () => {
    const partly = done(authorized(), capture(30n));
    expect(refusal(partly, refund(31n))).toEqual({
      kind: 'AmountExceedsCaptured',
      available: usd(30n),
      underWay: false,
    });
    expect(refusal(reserved(partly, capture(20n)).payment, refund(31n))).toMatchObject({ underWay: true });
    expect(reserved(partly, refund()).modification.amount).toEqual(usd(30n));
    const given = done(partly, refund(30n));
    expect(given).toMatchObject({ status: 'authorized', captured: usd(30n), refunded: usd(30n) });
    expect(done(given, capture())).toMatchObject({
      status: 'succeeded',
      captured: usd(100n),
      refunded: usd(30n),
    });
    expect(done(given, aVoid)).toMatchObject({ status: 'succeeded', captured: usd(30n), refunded: usd(30n) });
  });

  it('ends rightly on a payment that succeeded meanwhile', () => {
    const partly = done(authorized(), capture(30n));
    const { payment, modification } = reserved(partly, refund(10n));
    for (const end of [capture(50n, true), capture(), aVoid]) {
      const closed = done(payment, end);
      expect(closed).toMatchObject({ status: 'succeeded', refunding: usd(10n) });
      expect(complete(closed, modification, NOON + 4)).toMatchObject({
        refunded: usd(10n),
        refunding: usd(0n),
      });
      expect(release(closed, modification, NOON + 4)).toMatchObject({
        refunded: usd(0n),
        refunding: usd(0n),
      });
    }
  });

  it('needs captured money', () => {
    for (const payment of [aPayment('automatic'), authorized(), done(authorized(), aVoid)])
      expect(refusal(payment, refund(1n))).toMatchObject({
        kind: 'PaymentStateConflict',
        status: payment.status,
      });
  });

  it('that the processor refused leaves its money to the next', () => {
    const { payment, modification } = reserved(succeeded(), refund(60n));
    const free = release(payment, modification, NOON + 3);
    expect(free).toMatchObject({ status: 'succeeded', refunded: usd(0n), refunding: usd(0n) });
    expect(reserved(free, refund()).modification.amount).toEqual(usd(100n));
  });
});

describe('a void', () => {
  it('cancels a hold of which nothing was taken', () => {
    const { payment, modification } = reserved(authorized(), aVoid);
    expect(modification).toEqual({ type: 'void', amount: usd(100n), final: true });
    expect(payment).toMatchObject({ status: 'authorized', reserved: usd(0n), closing: true });
    expect(complete(payment, modification, NOON + 3)).toMatchObject({
      status: 'canceled',
      authorized: usd(100n),
      version: 4,
    });
  });

  it('after a partial capture releases the rest and keeps what was taken', () => {
    const first = done(authorized(), capture(30n));
    expect(reserved(first, aVoid).modification.amount).toEqual(usd(70n));
    expect(done(first, aVoid)).toMatchObject({
      status: 'succeeded',
      captured: usd(30n),
      refunded: usd(0n),
      refunding: usd(0n),
    });
  });

  it('waits for none and lets none begin', () => {
    const context = reserved(authorized(), capture(1n)).payment;
    expect(refusal(context, aVoid)).toMatchObject({ kind: 'PaymentStateConflict', underWay: true });
    const closing = reserved(authorized(), aVoid).payment;
    for (const request of [capture(1n), capture(), aVoid])
      expect(refusal(closing, request)).toMatchObject({ kind: 'PaymentStateConflict', underWay: true });
  });

  it('that the processor refused leaves the hold as it was', () => {
    const { payment, modification } = reserved(done(authorized(), capture(30n)), aVoid);
    expect(release(payment, modification, NOON + 3)).toMatchObject({
      status: 'authorized',
      captured: usd(30n),
      reserved: usd(0n),
      closing: false,
    });
  });
});

describe('an outcome of what was never set aside', () => {
  const modifications: readonly Modification[] = [
    { type: 'capture', amount: usd(10n), final: false },
    { type: 'capture', amount: usd(10n), final: true },
    { type: 'void', amount: usd(100n), final: true },
    { type: 'refund', amount: usd(10n), final: false },
  ];
  it.each(modifications)('is a defect: $type, final $final', (modification) => {
    for (const payment of [aPayment('manual'), authorized(), succeeded(), done(authorized(), aVoid)])
      for (const end of [complete, release])
        expect(() => end(payment, modification, NOON)).toThrow('under way');
  });

  it('is a defect also beside less that was', () => {
    const more = (amount: Money): Money => subtract(amount, usd(-1n))._unsafeUnwrap();
    for (const held of [reserved(authorized(), capture(10n)), reserved(succeeded(), refund(10n))])
      expect(() =>
        complete(held.payment, { ...held.modification, amount: more(held.modification.amount) }, NOON),
      ).toThrow('under way');
  });
});
