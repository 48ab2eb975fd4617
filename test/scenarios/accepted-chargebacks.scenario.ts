import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unclaimed } from '../../src/application/kernel/aggregate-change.ts';
import type { Exception } from '../../src/domain/files/exception.ts';
import type { PaymentId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { Transaction } from '../../src/domain/payments/transaction.ts';
import { decodeResponse } from '../../src/entrypoints/http/payments/stored-responses.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId, origin } from '../fixtures/changes.ts';
import { anException, aResolver, committedException } from '../fixtures/exceptions.ts';
import { countsOf } from '../fixtures/files.ts';
import { aShop, chargedBack, reversed } from './dispute-shop.ts';

const TAKEN = ['chargeback 80', 'fee 15'];
const GIVEN_BACK = [...TAKEN, 'chargeback_reversal 80', 'fee 5'].toSorted();
const MINUTE_MS = 60_000;
const merchantId = aMerchantId();

/** A chargeback's money moves once, whether a line of the statement posts it or a person accepts its row, on every storage. */
export function acceptedChargebacksContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Accepted chargebacks: ${adapter}`, () => {
    let storage: Storage;
    let shop: Awaited<ReturnType<typeof aShop>>;
    beforeEach(async () => {
      storage = await open();
      shop = await aShop(storage);
    });
    afterEach(() => storage.close());

    const openExceptions = async () =>
      (await storage.aggregates.newest(merchantId, 'exception', { limit: 9, isOpen: true }))._unsafeUnwrap();
    const accept = async ({ id }: Exception) =>
      shop.useCases.resolveException(
        {
          merchantId,
          id,
          by: aResolver('ann'),
          origin,
          action: { kind: 'accept_difference' },
          reason: 'seen',
        },
        unclaimed,
      );
    /** What was posted for lines and for accepted differences. */
    const posted = async () => {
      const entries = (await storage.ledger.list(merchantId, {}, { limit: 500 }))._unsafeUnwrap();
      return entries
        .flatMap((each) => ('paymentId' in each ? [] : [`${each.type} ${each.amount.minorUnits}`]))
        .toSorted();
    };
    const recovered = async () => {
      shop.clock.pass(10 * MINUTE_MS);
      (await shop.useCases.recoverPayments(100))._unsafeUnwrap();
    };
    const order = { amount: money(100n, 'USD'), paymentMethod: 'test_timeout_approved' } as const;
    /** A payment whose processor has taken it, and has not been heard. */
    const payUnheard = async (captureMethod: 'automatic' | 'manual'): Promise<PaymentId> => {
      const request = { merchantId, idempotencyKey: aKey(), ...order, captureMethod, origin };
      const { response } = (await shop.useCases.processPayment(request))._unsafeUnwrap();
      return (JSON.parse(decodeResponse(response).body) as { id: PaymentId }).id;
    };
    const captureOf = async (id: PaymentId): Promise<Transaction> => {
      const all = (await storage.payments.transactionsOf(merchantId, id))._unsafeUnwrap();
      const found = all.find(({ type }) => type === 'capture');
      if (found === undefined) throw new Error('it is captured');
      return found;
    };
    /** A capture that was asked for and not heard of. */
    const capturing = async (): Promise<Transaction> => {
      const paymentId = await payUnheard('manual');
      await recovered();
      const modification = { type: 'capture', amount: 100n, final: true } as const;
      const request = { merchantId, paymentId, idempotencyKey: aKey(), modification, origin };
      (await shop.useCases.modifyPayment(request))._unsafeUnwrap();
      return captureOf(paymentId);
    };
    const only = async (): Promise<Exception> => {
      const [first, ...others] = await openExceptions();
      if (first === undefined || others.length > 0) throw new Error('there is not just one exception');
      return first;
    };

    it('a row that came while its capture was under way is not accepted once the dispute’s line has posted it', async () => {
      const capture = await capturing();
      await shop.arrives([chargedBack(capture, 'du_1'), reversed(capture, 'du_1')]);
      await shop.work();
      await recovered();
      await shop.says('du_1', capture, 'won');
      await shop.work();
      expect(await posted()).toEqual(GIVEN_BACK);
      const exceptions = await openExceptions();
      expect(exceptions.map(({ difference }) => difference)).toEqual([75n, -95n]);
      for (const exception of exceptions)
        expect((await accept(exception))._unsafeUnwrapErr()).toEqual({ kind: 'LinePosted' });
      expect(await posted()).toEqual(GIVEN_BACK);
      expect(await shop.verified()).toEqual([]);
    });

    it('a row of a version before, which does not say its line, is not accepted once a line of the same money has come', async () => {
      const capture = await capturing();
      const before = {
        merchantId,
        paymentId: capture.paymentId,
        transactionId: capture.id,
        row: { type: 'chargeback', amount: 80n, fee: 15n, currency: 'USD' },
        difference: -95n,
        createdAt: shop.clock.now(),
      } as const;
      const same = await committedException(storage, anException(before));
      const otherFee = { ...before, row: { ...before.row, fee: 16n }, difference: -96n };
      const other = await committedException(storage, anException(otherFee));
      await recovered();
      await shop.says('du_1', capture, 'won');
      await shop.work();
      expect(await posted()).toEqual(GIVEN_BACK);
      expect((await accept(same))._unsafeUnwrapErr()).toEqual({ kind: 'LinePosted' });
      const later = { ...before, createdAt: shop.clock.now() };
      for (const exception of [other, await committedException(storage, anException(later))])
        (await accept(exception))._unsafeUnwrap();
      expect(await posted()).toEqual(
        [...GIVEN_BACK, 'difference_short 95', 'difference_short 96'].toSorted(),
      );
    });

    it('a row whose money a line has posted since is closed with the next file, but not one of other money', async () => {
      const capture = await capturing();
      const first = await shop.arrives([
        chargedBack(capture, 'du_1'),
        chargedBack(capture, 'du_1', { fee: '16' }),
      ]);
      await shop.work();
      await recovered();
      await shop.says('du_1', capture, 'lost');
      await shop.work();
      expect(await openExceptions()).toHaveLength(2);
      const { id } = await shop.arrives([chargedBack(capture, 'du_1', { settlement_date: '2026-03-09' })]);
      await shop.work();
      const [left, ...others] = await openExceptions();
      expect([left?.row?.fee, others]).toEqual([16n, []]);
      const closed = await storage.aggregates.newest(merchantId, 'exception', { limit: 9, isOpen: false });
      expect(closed._unsafeUnwrap()).toMatchObject([
        { status: 'resolved', reconciliationId: first.id, resolution: { settledBy: id } },
      ]);
      expect(await posted()).toEqual(TAKEN);
      expect(await shop.verified()).toEqual([]);
    });

    it('of two rows that say one line the other is closed by the one that was accepted, with the next file', async () => {
      const capture = await capturing();
      const later = { settlement_date: '2026-03-09' };
      await shop.arrives([chargedBack(capture, 'du_1'), chargedBack(capture, 'du_1', later)]);
      await shop.work();
      const [first, second] = await openExceptions();
      if (first === undefined || second === undefined) throw new Error('each row is one');
      (await accept(first))._unsafeUnwrap();
      await shop.arrives([chargedBack(capture, 'du_2')]);
      await shop.work();
      const closed = (await storage.aggregates.find(merchantId, 'exception', second.id))._unsafeUnwrap();
      expect(closed).toMatchObject({ status: 'resolved', resolution: { settledBy: first.id } });
      expect(await posted()).toEqual(['difference_short 95']);
      expect(await shop.verified()).toEqual([]);
    });

    it('a row that was accepted is posted by no record of its dispute, and by no other row that says it, and a reversal is looked at too', async () => {
      const capture = await capturing();
      await shop.arrives([chargedBack(capture, 'du_1')]);
      await shop.work();
      (await accept(await only()))._unsafeUnwrap();
      await recovered();
      await shop.says('du_1', capture, 'won');
      await shop.work();
      const { id } = await shop.arrives([
        chargedBack(capture, 'du_1', { settlement_date: '2026-03-09' }),
        reversed(capture, 'du_1'),
      ]);
      await shop.work();
      expect(await posted()).toEqual(['difference_short 95']);
      expect(countsOf(await shop.desk.find(id))).toEqual({ duplicate: 1, mismatched: 1 });
      (await accept(await only()))._unsafeUnwrap();
      expect(await posted()).toEqual(['difference_over 75', 'difference_short 95']);
      expect(await shop.available()).toBe(100n);
      expect(await shop.verified()).toEqual([]);
    });

    it('of two rows that say one line one is accepted, also where both are at once', async () => {
      const capture = await capturing();
      const later = { settlement_date: '2026-03-09' };
      await shop.arrives([chargedBack(capture, 'du_1'), chargedBack(capture, 'du_1', later)]);
      await shop.work();
      const accepted = await Promise.all((await openExceptions()).map(accept));
      expect(accepted.filter((each) => each.isOk())).toHaveLength(1);
      expect(accepted.find((each) => each.isErr())?._unsafeUnwrapErr()).toEqual({ kind: 'LinePosted' });
      expect(await posted()).toEqual(['difference_short 95']);
      expect(await shop.verified()).toEqual([]);
    });

    it('what is accepted at once with the dispute’s record is posted once', async () => {
      const capture = await capturing();
      await shop.arrives([chargedBack(capture, 'du_1')]);
      await shop.work();
      await recovered();
      await shop.says('du_1', capture, 'lost');
      const [accepted] = await Promise.all([accept(await only()), shop.work()]);
      await shop.work();
      expect(await posted()).toEqual(accepted.isOk() ? ['difference_short 95'] : TAKEN);
      expect(await shop.verified()).toEqual([]);
    });

    it('a dispute that is heard of before its payment is, takes its money once that has succeeded', async () => {
      const paymentId = await payUnheard('automatic');
      const charge = { paymentId } as Transaction;
      await shop.says('du_1', charge, 'lost');
      await shop.work();
      expect(await posted()).toEqual([]);
      await recovered();
      await shop.work();
      expect(await posted()).toEqual(TAKEN);
      expect(await shop.disputes()).toEqual(['du_1 lost fraudulent 80']);
      expect(await shop.verified()).toEqual([]);
    });
  });
}
