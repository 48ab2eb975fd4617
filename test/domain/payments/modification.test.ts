import { describe, expect, it } from 'vitest';
import { type Money, subtract } from '../../../src/domain/kernel/money.ts';
import { complete, type Modification, release } from '../../../src/domain/payments/modification.ts';
import { postpone } from '../../../src/domain/payments/payment.ts';
import { NOON } from '../../fixtures/changes.ts';
import {
  aPayment,
  authorized,
  aVoid,
  capture,
  done,
  refund,
  refusal,
  reserved,
  succeeded,
  usd,
} from '../../fixtures/modified-payments.ts';

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
