import { describe, expect, it } from 'vitest';
import { complete, release } from '../../../src/domain/payments/modification.ts';
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
