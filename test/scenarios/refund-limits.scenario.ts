import { describe, expect, it } from 'vitest';
import { money } from '../../src/domain/kernel/money.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId, origin } from '../fixtures/changes.ts';
import { aVoid, capture, paymentDesk, refund } from './payment-desk.ts';

/** What every storage promises of how much is refunded: what was captured, and where a merchant asks for it, what the balance holds. */
export function refundLimitsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Refund limits contract: ${adapter}`, () => {
    const {
      merchantId,
      storage,
      useCases,
      anotherProcess,
      heard,
      paid,
      modify,
      transfer,
      claimOf,
      merchantChanges,
      available,
      recovered,
      expectSound,
    } = paymentDesk(open);

    describe('a refund of money that was sent on', () => {
      it('takes the balance below zero, unless the merchant’s refunds need the balance', async () => {
        const id = await paid();
        expect(await transfer(80n)).toMatch(/^transferred /);
        await merchantChanges({ refundsNeedBalance: true });
        expect(await modify(id, refund(21n), 'k')).toBe('InsufficientFunds');
        expect(await claimOf('refund', 'k')).toBeUndefined();
        expect(await modify(id, refund(20n))).toMatch(/^succeeded /);
        await paid();
        const first = await modify(id, refund(21n), 'k');
        expect(first).toMatch(/^succeeded /);
        expect(await modify(id, refund(21n), 'k')).toBe(`${first}, replayed`);
        await merchantChanges({ refundsNeedBalance: false });
        expect(await transfer(79n)).toMatch(/^transferred /);
        expect(await modify(id, refund(59n))).toMatch(/^succeeded /);
        expect(await available()).toBe(-59n);
        await expectSound(id);
      });

      it('never overdraws where refunds need the balance, whatever refunds and transfers come at once', async () => {
        await merchantChanges({ refundsNeedBalance: true });
        const ids = await Promise.all(Array.from({ length: 3 }, () => paid()));
        expect(await transfer(150n)).toMatch(/^transferred /);
        const others = anotherProcess();
        const replies = await Promise.all(
          Array.from({ length: 12 }, async (_, n) => {
            const { modify: moves, transfer: sends } = n % 2 === 0 ? useCases() : others;
            const common = { merchantId, idempotencyKey: aKey(), origin };
            const paymentId = ids[n % 3];
            return n % 4 === 0 || paymentId === undefined
              ? heard(
                  await sends({
                    ...common,
                    destinationMerchantId: aMerchantId('merchant-b'),
                    amount: money(40n, 'USD'),
                  }),
                )
              : heard(await moves({ ...common, paymentId, modification: refund(40n) }));
          }),
        );
        const done = replies.filter((each) => /^(succeeded|transferred) /.test(each));
        for (const each of replies)
          expect(each).toMatch(
            /^(succeeded|transferred) |^(InsufficientFunds|AmountExceedsCaptured|BalanceContended|IdempotencyInFlight)$/,
          );
        expect(await available()).toBe(150n - 40n * BigInt(done.length));
        expect(await available()).toBeGreaterThanOrEqual(0n);
        for (const id of ids) await expectSound(id);
      });
    });

    describe('a held payment of which a part was captured', () => {
      it('is refunded of that part, before and after the rest is captured', async () => {
        const id = await paid({ captureMethod: 'manual', paymentMethod: 'test_fee' });
        expect(await modify(id, refund(10n))).toBe('PaymentStateConflict');
        expect(await modify(id, capture(60n))).toMatch(/^succeeded /);
        expect(await modify(id, refund(61n))).toBe('AmountExceedsCaptured');
        expect(await modify(id, refund(50n))).toMatch(/^succeeded /);
        await expectSound(id);
        expect(await modify(id, capture(40n))).toMatch(/^succeeded /);
        expect(await modify(id, refund(50n))).toMatch(/^succeeded /);
        expect((await storage().payments.find(merchantId, id))._unsafeUnwrap()).toMatchObject({
          status: 'succeeded',
          captured: money(100n, 'USD'),
          refunded: money(100n, 'USD'),
        });
        await expectSound(id);
      });

      it('keeps a refund under way through a void or a final capture of the rest', async () => {
        for (const end of [aVoid, capture(10n, true)]) {
          const id = await paid({ captureMethod: 'manual', paymentMethod: 'test_timeout_approved' });
          await recovered();
          await modify(id, capture(60n));
          await recovered();
          expect(await modify(id, refund(20n))).toMatch(/^pending /);
          await expectSound(id);
          expect(await modify(id, end)).toMatch(/^pending /);
          expect(await modify(id, refund(30n))).toMatch(/^pending /);
          await expectSound(id);
          await recovered();
          expect((await storage().payments.find(merchantId, id))._unsafeUnwrap()).toMatchObject({
            status: 'succeeded',
            refunded: money(50n, 'USD'),
            refunding: money(0n, 'USD'),
          });
          await expectSound(id);
        }
      });

      it('is never refunded of more than was captured by rivals at once', async () => {
        const id = await paid({ captureMethod: 'manual' });
        expect(await modify(id, capture(50n))).toMatch(/^succeeded /);
        const others = anotherProcess();
        const replies = await Promise.all(
          Array.from({ length: 12 }, async (_, n) => {
            const modification = n % 3 === 0 ? capture(10n) : refund(20n);
            const request = { merchantId, paymentId: id, idempotencyKey: aKey(), modification, origin };
            return heard(await (n % 2 === 0 ? useCases() : others).modify(request));
          }),
        );
        const payment = (await storage().payments.find(merchantId, id))._unsafeUnwrap();
        expect(payment).toMatchObject({ status: 'authorized', captured: money(90n, 'USD') });
        expect(replies.filter((each) => each.startsWith('succeeded')).length).toBeGreaterThanOrEqual(6);
        await expectSound(id);
      });
    });
  });
}
