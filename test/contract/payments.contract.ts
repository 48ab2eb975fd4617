import { beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { aggregateChange } from '../../src/application/kernel/aggregate-change.ts';
import { claimChange } from '../../src/application/kernel/claim-change.ts';
import { paymentChange } from '../../src/application/payments/payment-change.ts';
import { settlementsChange } from '../../src/application/payments/settle-transactions.ts';
import { takeOver } from '../../src/domain/kernel/claim.ts';
import { idOf, type PaymentId } from '../../src/domain/kernel/ids.ts';
import { add, type Money } from '../../src/domain/kernel/money.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { Payment } from '../../src/domain/payments/payment.ts';
import type { PaymentFilter } from '../../src/domain/payments/payment-filter.ts';
import { openTransaction, settle, type Transaction } from '../../src/domain/payments/transaction.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, aSuccess, NOON, origin, plain, ports, terms } from '../fixtures/changes.ts';
import { anException } from '../fixtures/exceptions.ts';

/** What every `Payments` adapter promises. */
export function paymentsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Payments contract: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const store = async (...openings: readonly ReturnType<typeof anOpening>[]) => {
      const outcomes = await Promise.all(openings.map(({ change }) => storage.commits.commit(change)));
      for (const outcome of outcomes) outcome._unsafeUnwrap();
    };

    const walk = async (filter: PaymentFilter, limit: number, between?: () => Promise<void>) => {
      const seen: Payment[] = [];
      for (let before: PaymentId | undefined; ; ) {
        const page = { limit, ...present({ before }) };
        const found = (await storage.payments.list(aMerchantId(), filter, page))._unsafeUnwrap();
        seen.push(...found);
        before = found.at(-1)?.id;
        if (found.length < limit || before === undefined) return seen;
        await between?.();
      }
    };

    it('does not find what does not exist, nor what is another tenant’s', async () => {
      const opening = anOpening();
      await store(opening);
      const { id } = opening.payment;
      const other = aMerchantId('merchant-b');
      const missing = systemIds.payment(NOON);
      expect((await storage.payments.find(other, id))._unsafeUnwrapErr()).toEqual({
        kind: 'PaymentNotFound',
        id,
      });
      expect((await storage.payments.find(aMerchantId(), missing))._unsafeUnwrapErr()).toEqual({
        kind: 'PaymentNotFound',
        id: missing,
      });
      expect((await storage.payments.transactionsOf(other, id))._unsafeUnwrap()).toEqual([]);
      const found = (await storage.payments.transactionsOfEach(other, [id]))._unsafeUnwrap();
      expect(found.get(id) ?? []).toEqual([]);
      expect((await storage.payments.list(other, {}, { limit: 10 }))._unsafeUnwrap()).toEqual([]);
      expect((await storage.auditTrail.ofPayment(other, id))._unsafeUnwrap()).toEqual([]);
    });

    it('finds each of many asked for at once', async () => {
      const openings = Array.from({ length: 150 }, () => anOpening());
      await store(...openings);
      const found = await Promise.all(
        openings.map(({ payment }) => storage.payments.find(payment.merchantId, payment.id)),
      );
      expect(found.map((each) => each._unsafeUnwrap())).toEqual(openings.map(({ payment }) => payment));
    });

    it('does not lose a unit of amounts beyond 2^53, alone or summed', async () => {
      const amount = 9_007_199_254_740_993n;
      const openings = Array.from({ length: 3 }, () => anOpening({ amount }));
      await store(...openings);
      for (const opening of openings) (await storage.commits.commit(aSuccess(opening)))._unsafeUnwrap();
      const found = await walk({ minAmount: amount, maxAmount: amount }, 10);
      const total = found
        .map((payment) => payment.amount)
        .reduce((sum: Money, each) => add(sum, each)._unsafeUnwrap());
      expect(total.minorUnits).toBe(27_021_597_764_222_979n);
      expect(await walk({ minAmount: amount + 1n }, 10)).toEqual([]);
      expect(await walk({ maxAmount: amount - 1n }, 10)).toEqual([]);
    });

    it('gives every transaction of a payment, however many, in the order they were made', async () => {
      const { change, payment, claim } = anOpening();
      (await storage.commits.commit(change))._unsafeUnwrap();
      const refunds = Array.from({ length: 1_100 }, () =>
        openTransaction({
          id: systemIds.transaction(NOON),
          merchantId: payment.merchantId,
          paymentId: payment.id,
          type: 'refund',
          amount: payment.amount,
          createdAt: NOON,
        }),
      );
      for (let held = claim, done = 0; done < refunds.length; done += 90) {
        const next = takeOver(held, { changeId: systemIds.change(NOON), now: NOON }, terms);
        const transactions = refunds.slice(done, done + 90).map((each) => ({ expected: 0, next: each }));
        const more = { ...claimChange({ expected: held.fence, next }, NOON), transactions };
        (await storage.commits.commit(more))._unsafeUnwrap();
        held = next;
      }
      const found = (await storage.payments.transactionsOf(payment.merchantId, payment.id))._unsafeUnwrap();
      expect(found).toEqual(refunds);
    });

    it('gives the transactions of each of many payments as it gives those of one', async () => {
      const openings = Array.from({ length: 4 }, () => anOpening());
      await store(...openings);
      for (const opening of openings.slice(1))
        (await storage.commits.commit(aSuccess(opening)))._unsafeUnwrap();
      const ids = [...openings.map(({ payment }) => payment.id), systemIds.payment(NOON)];
      const merchantId = aMerchantId();
      const found = (await storage.payments.transactionsOfEach(merchantId, ids))._unsafeUnwrap();
      const each = ids.map((id) => storage.payments.transactionsOf(merchantId, id));
      const ofOne = (await Promise.all(each)).map((of) => of._unsafeUnwrap());
      expect(ofOne.map(({ length }) => length)).toEqual([0, 1, 1, 1, 0]);
      expect(ids.map((id) => found.get(id) ?? [])).toEqual(ofOne);
    });

    it('reads a history as its transactions and its links are read, whatever else is read with it', async () => {
      const openings = Array.from({ length: 7 }, () => anOpening());
      await store(...openings);
      for (const opening of openings.slice(2))
        (await storage.commits.commit(aSuccess(opening)))._unsafeUnwrap();
      const merchantId = aMerchantId();
      const ids = openings.map(({ payment }) => payment.id);
      const histories = await Promise.all(
        ids.map(async (id) => (await storage.payments.historyOf(merchantId, id))._unsafeUnwrap()),
      );
      for (const [index, id] of ids.entries()) {
        expect(histories[index]?.links).toHaveLength(index < 2 ? 1 : 3);
        expect(plain(histories[index])).toEqual(
          plain({
            transactions: (await storage.payments.transactionsOf(merchantId, id))._unsafeUnwrap(),
            links: (await storage.auditTrail.ofPayment(merchantId, id))._unsafeUnwrap(),
          }),
        );
      }
      const stranger = (
        await storage.payments.historyOf(aMerchantId('merchant-b'), ids[0] as PaymentId)
      )._unsafeUnwrap();
      expect(stranger).toEqual({ transactions: [], links: [] });
    });

    it('walks what no file has settled yet, each once, and neither what was settled, failed, held or voided nor another tenant’s', async () => {
      const at = (n: number) => NOON + n * 1_000;
      const openings = Array.from({ length: 12 }, (_, n) => anOpening({ createdAt: at(n) }));
      const others = [
        anOpening({ createdAt: at(3), captureMethod: 'manual' }),
        anOpening({ createdAt: at(4), merchantId: aMerchantId('merchant-b') }),
      ];
      await store(...openings, ...others);
      const captures: Transaction[] = [];
      for (const opening of [...openings, ...others]) {
        const success = aSuccess(opening);
        (await storage.commits.commit(success))._unsafeUnwrap();
        const [transaction] = success.transactions;
        if (transaction !== undefined) captures.push(transaction.next);
      }
      const { payment, claim } = anOpening({ createdAt: at(5) });
      const pending = openTransaction({
        id: systemIds.transaction(at(6)),
        merchantId: payment.merchantId,
        paymentId: payment.id,
        type: 'refund',
        amount: payment.amount,
        createdAt: at(6),
      });
      const voided = { ...pending, id: systemIds.transaction(at(6)), type: 'void' as const };
      const move = {
        at: at(6),
        origin,
        next: payment,
        transactions: [{ next: pending }, { next: voided }],
        claim: { expected: 0, next: claim },
      };
      (await storage.commits.commit(paymentChange(ports, move).change))._unsafeUnwrap();
      const settled = captures.slice(2, 9);
      for (const before of settled) {
        if (before.status !== 'succeeded') throw new Error('it did not succeed');
        const next = settle(before, undefined, at(20));
        const change = settlementsChange(ports, { at: at(20), origin }, [{ before, next }]);
        const held = aggregateChange(ports, { at: at(20), origin, action: 'moved', next: anException() });
        const whole = { ...held, ...change, audit: [...held.audit, ...change.audit] };
        (await storage.commits.commit(whole))._unsafeUnwrap();
      }
      const expected = [...captures.slice(0, 2), ...captures.slice(9, 12), pending]
        .map(({ id }) => id)
        .sort();
      const walked = async (bounds: Readonly<{ from?: number; until: number }>, limit: number) => {
        const ids: string[] = [];
        for (let after: string | undefined; ; ) {
          const page = { ...bounds, limit, ...present({ after }) };
          const found = (await storage.payments.unsettled(aMerchantId(), page))._unsafeUnwrap();
          expect(found.transactions.length).toBeLessThanOrEqual(limit);
          ids.push(...found.transactions.map(({ id }) => id));
          after = found.next;
          if (after === undefined) return ids.sort();
        }
      };
      for (const limit of [1, 3, 100]) expect(await walked({ until: at(99) }, limit)).toEqual(expected);
      const [first, second] = captures;
      if (first === undefined || second === undefined) throw new Error('there are captures');
      expect(await walked({ from: second.createdAt, until: at(99) }, 2)).toEqual(
        expected.filter((id) => id !== first.id),
      );
      expect(await walked({ until: second.createdAt }, 2)).toEqual([first.id]);
      expect(await walked({ from: at(50), until: at(40) }, 2)).toEqual([]);
    });

    it('lists newest first', async () => {
      const openings = Array.from({ length: 45 }, (_, n) => anOpening({ createdAt: NOON + n * 1_000 }));
      await store(...openings);
      const newestFirst = openings.map(({ payment }) => payment).reverse();
      expect(await walk({}, 100)).toEqual(newestFirst);
      expect(await walk({}, 7)).toEqual(newestFirst);
      expect(await walk({}, 45)).toEqual(newestFirst);
      expect((await storage.payments.list(aMerchantId(), {}, { limit: 0 }))._unsafeUnwrap()).toEqual([]);
    });

    it('filters by every field, alone and together', async () => {
      const customerId = idOf('cus', 'c'.repeat(32));
      const openings = Array.from({ length: 48 }, (_, n) =>
        anOpening({
          amount: BigInt(100 + n),
          currency: n % 3 === 0 ? 'EUR' : 'USD',
          createdAt: NOON + n * 1_000,
          ...(n % 4 === 0 ? { customerId } : {}),
        }),
      );
      await store(...openings);
      for (const opening of openings.filter((_, n) => n % 2 === 0))
        (await storage.commits.commit(aSuccess(opening)))._unsafeUnwrap();
      const ids = async (filter: PaymentFilter) => (await walk(filter, 5)).map(({ id }) => id);
      const those = (keep: (n: number) => boolean) =>
        openings.flatMap(({ payment }, n) => (keep(n) ? [payment.id] : [])).reverse();

      expect(await ids({ status: 'succeeded' })).toEqual(those((n) => n % 2 === 0));
      expect(await ids({ status: 'canceled' })).toEqual([]);
      expect(await ids({ customerId })).toEqual(those((n) => n % 4 === 0));
      expect(await ids({ currency: 'EUR' })).toEqual(those((n) => n % 3 === 0));
      expect(await ids({ from: NOON + 10_000 })).toEqual(those((n) => n >= 10));
      expect(await ids({ to: NOON + 10_000 })).toEqual(those((n) => n <= 10));
      expect(await ids({ from: NOON + 10_000, to: NOON + 10_000 })).toEqual(those((n) => n === 10));
      expect(await ids({ minAmount: 120n, maxAmount: 129n })).toEqual(those((n) => n >= 20 && n <= 29));
      expect(
        await ids({
          status: 'processing',
          currency: 'USD',
          from: NOON + 5_000,
          to: NOON + 40_000,
          minAmount: 110n,
        }),
      ).toEqual(those((n) => n % 2 === 1 && n % 3 !== 0 && n >= 10 && n <= 40));
    });

    it('gives every payment that was there at the start exactly once, whatever is inserted on the way', async () => {
      const first = Array.from({ length: 40 }, (_, n) => anOpening({ createdAt: NOON + n * 10 }));
      await store(...first);
      let later = NOON + 1_000;
      const seen = await walk({}, 6, async () => {
        later += 10;
        await store(anOpening({ createdAt: later }), anOpening({ createdAt: NOON + 5 }));
      });
      const ids = seen.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toEqual(expect.arrayContaining(first.map(({ payment }) => payment.id)));
      expect([...ids].sort().reverse()).toEqual(ids);
    });
  });
}
