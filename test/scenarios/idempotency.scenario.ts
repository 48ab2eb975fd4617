import { describe, expect, it } from 'vitest';
import { systemSignedTokens } from '../../src/adapters/system/signed-tokens.ts';
import { listPayments } from '../../src/application/payments/list-payments.ts';
import type { PaymentId } from '../../src/domain/kernel/ids.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, SECRET, terms } from '../fixtures/changes.ts';
import { aVoid, capture, paymentDesk, refund } from './payment-desk.ts';

const DAY = terms.keepResponsesMs;

/** What every storage promises of idempotency keys, with the real use cases over it. */
export function idempotencyContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Idempotency contract: ${adapter}`, () => {
    const {
      clock,
      merchantId,
      storage,
      pay,
      paid,
      modify,
      transfer,
      claimOf,
      merchantChanges,
      recovered,
      expectSound,
    } = paymentDesk(open);

    it('gives 202 again while the processor itself does not know how a charge ends, and then the end, under its id', async () => {
      for (const [paymentMethod, end] of [
        ['test_pending_approved', 'succeeded'],
        ['test_pending_declined', 'failed'],
      ] as const) {
        const again = { key: aKey(), paymentMethod };
        const first = await pay(again);
        expect(first).toMatch(/^processing /);
        const id = first.split(' ')[1] as PaymentId;
        const processorIdOf = async () =>
          (await storage().payments.find(merchantId, id))._unsafeUnwrap().processorId;
        const processorId = await processorIdOf();
        expect(processorId).toMatch(/^sim_/);
        expect(await pay(again)).toBe(`${first}, replayed`);
        await recovered();
        expect(await pay(again)).toBe(`${first}, replayed`);
        clock.at += 10_000;
        await recovered();
        expect(await pay(again)).toMatch(new RegExp(`^${end} ${id} .*, replayed$`));
        expect(await processorIdOf()).toBe(processorId);
        await expectSound(id);
      }
    });

    it('finds a payment by the key that took it, however it ended, and by no key of another operation', async () => {
      const taken = await paid({ key: 'taken' });
      const declined = await pay({ key: 'declined', paymentMethod: 'test_declined' });
      expect(await modify(taken, refund(10n), 'refunded')).toMatch(/^succeeded /);
      const found = async (idempotencyKey: string) =>
        (
          await listPayments({ ...storage(), signedTokens: systemSignedTokens(SECRET), clock })({
            merchantId,
            filter: {},
            idempotencyKey,
            limit: 2,
          })
        )
          ._unsafeUnwrap()
          .items.map(({ id, status }) => `${status} ${id}`);
      expect(await found('taken')).toEqual([`succeeded ${taken}`]);
      expect(await found('declined')).toEqual([declined.split(' ', 2).join(' ')]);
      expect(await found('refunded')).toEqual([]);
      expect(await found('unused')).toEqual([]);
    });

    describe('a refusal that may pass', () => {
      it('for an amount over the limit leaves the key free, and the same request pays when the limit is raised', async () => {
        await merchantChanges({ rateLimits: { maxPaymentAmount: 99n } });
        expect(await pay({ key: 'k' })).toBe('AmountOverLimit');
        expect(await claimOf('process', 'k')).toBeUndefined();
        await merchantChanges({ rateLimits: { maxPaymentAmount: 100n } });
        const first = await pay({ key: 'k' });
        expect(first).toMatch(/^succeeded /);
        expect(await pay({ key: 'k' })).toBe(`${first}, replayed`);
      });

      it('leaves the key to another request, too', async () => {
        await merchantChanges({ rateLimits: { maxPaymentAmount: 99n } });
        expect(await pay({ key: 'k' })).toBe('AmountOverLimit');
        expect(await pay({ key: 'k', amount: 99n })).toMatch(/^succeeded /);
        expect(await pay({ key: 'k' })).toBe('IdempotencyKeyReused');
      });

      it('of a suspended merchant stops payments, captures and transfers, and no refund or void', async () => {
        const [taken, held] = [await paid(), await paid({ captureMethod: 'manual' })];
        await merchantChanges({ status: 'suspended' });
        for (const refused of [pay({ key: 'k' }), modify(held, capture(10n), 'k'), transfer(10n, 'k')])
          expect(await refused).toBe('MerchantInactive');
        for (const operation of ['process', 'capture', 'transfer'] as const)
          expect(await claimOf(operation, 'k')).toBeUndefined();
        expect(await modify(taken, refund(10n))).toMatch(/^succeeded /);
        expect(await modify(held, aVoid)).toMatch(/^succeeded /);
        await merchantChanges({ status: 'active' });
        expect(await pay({ key: 'k' })).toMatch(/^succeeded /);
        expect(await transfer(10n, 'k')).toMatch(/^transferred /);
        for (const id of [taken, held]) await expectSound(id);
      });

      it('for a capture under way leaves the key free, and the same final capture goes through when that has ended', async () => {
        const id = await paid({ captureMethod: 'manual', paymentMethod: 'test_timeout_approved' });
        await recovered();
        expect(await modify(id, capture(30n))).toMatch(/^pending /);
        for (const [modification, type] of [
          [capture(20n, true), 'capture'],
          [aVoid, 'void'],
        ] as const) {
          expect(await modify(id, modification, 'k')).toBe('PaymentStateConflict');
          expect(await claimOf(type, 'k')).toBeUndefined();
        }
        await recovered();
        expect(await modify(id, capture(20n, true), 'k')).toMatch(/^pending /);
        await recovered();
        expect(await modify(id, capture(20n, true), 'k')).toMatch(/^succeeded .*, replayed$/);
        await expectSound(id);
      });

      it('for a refund before the capture leaves the key free until there is something to refund', async () => {
        const id = await paid({ captureMethod: 'manual' });
        expect(await modify(id, refund(30n), 'k')).toBe('PaymentStateConflict');
        expect(await modify(id, capture(40n))).toMatch(/^succeeded /);
        expect(await modify(id, refund(41n), 'l')).toBe('AmountExceedsCaptured');
        expect(await modify(id, refund(30n), 'k')).toMatch(/^succeeded /);
        expect(await modify(id, capture(1n))).toMatch(/^succeeded /);
        expect(await modify(id, refund(41n - 30n), 'l')).toMatch(/^succeeded /);
        await expectSound(id);
      });

      it('for more than is free while something is reserved is decided anew, and stored once nothing can free more', async () => {
        const id = await paid({ paymentMethod: 'test_timeout_approved' });
        await recovered();
        expect(await modify(id, refund(60n))).toMatch(/^pending /);
        expect(await modify(id, refund(41n), 'k')).toBe('AmountExceedsCaptured');
        expect(await claimOf('refund', 'k')).toBeUndefined();
        await recovered();
        const first = await modify(id, refund(41n), 'k');
        expect(first).toBe('refused AmountExceedsCaptured for req-1');
        expect(await modify(id, refund(41n), 'k')).toBe(`${first}, replayed`);
        expect(await modify(id, refund(40n), 'k')).toBe('IdempotencyKeyReused');
        clock.at += DAY;
        expect(await modify(id, refund(40n), 'k')).toMatch(/^pending /);
      });

      it('uses up no rate: only payments that begin count', async () => {
        await merchantChanges({ rateLimits: { paymentsPerMinute: 3, maxPaymentAmount: 100n } });
        const first = await pay({ key: 'first' });
        for (let n = 0; n < 5; n += 1) expect(await pay({ amount: 101n })).toBe('AmountOverLimit');
        expect(await pay({ key: 'first' })).toBe(`${first}, replayed`);
        expect(await pay({ key: 'first', amount: 1n })).toBe('IdempotencyKeyReused');
        for (let n = 0; n < 2; n += 1) expect(await pay()).toMatch(/^succeeded /);
        expect(await pay({ key: 'fourth' })).toBe('RateLimited');
        clock.at += 60_000;
        expect(await pay({ key: 'fourth' })).toMatch(/^succeeded /);
      });
    });

    describe('a provisional response', () => {
      /** What repeats are given that come one after the other while recovery works, each once. */
      const manyOf = async (ask: () => Promise<string>): Promise<ReadonlySet<string>> => {
        const given: string[] = [];
        for (let n = 0; n < 20; n += 1) given.push(await ask());
        const kinds = new Set(given);
        // Once the final one was given it stays.
        expect(given).toEqual([...kinds].flatMap((kind) => given.filter((each) => each === kind)));
        return kinds;
      };

      it.each([
        ['test_timeout_approved', 'succeeded'],
        ['test_timeout_declined', 'failed'],
      ])(
        'to a payment by %s gives way to the final one, which is kept for a day',
        async (paymentMethod, end) => {
          const request = { paymentMethod, key: 'k' };
          const provisional = await pay(request);
          expect(provisional).toMatch(/^processing /);
          expect(await pay(request)).toBe(`${provisional}, replayed`);
          const [beside] = await Promise.all([manyOf(() => pay(request)), recovered()]);
          const final = await pay(request);
          expect([`${provisional}, replayed`, final]).toEqual(expect.arrayContaining([...beside]));
          expect(final).toMatch(new RegExp(`^${end} .*, replayed$`));
          expect(final.split(' ')[1]).toBe(provisional.split(' ')[1]);
          clock.at += DAY - 1;
          expect(await pay(request)).toBe(final);
          expect((await claimOf('process', 'k'))?.state).toBe('completed');
          await expectSound(final.split(' ')[1] as PaymentId);
        },
      );

      it.each([
        ['a refund', 'automatic', refund(30n)],
        ['a partial capture', 'manual', capture(30n)],
        ['a final capture', 'manual', capture(30n, true)],
        ['a void', 'manual', aVoid],
      ] as const)('to %s gives way to the final one', async (_name, captureMethod, modification) => {
        const id = await paid({ captureMethod, paymentMethod: 'test_timeout_approved' });
        await recovered();
        const provisional = await modify(id, modification, 'k');
        expect(provisional).toMatch(/^pending /);
        const again = () => modify(id, modification, 'k');
        expect(await again()).toBe(`${provisional}, replayed`);
        const [beside] = await Promise.all([manyOf(again), recovered()]);
        const final = await again();
        expect([`${provisional}, replayed`, final]).toEqual(expect.arrayContaining([...beside]));
        expect(final).toMatch(/^succeeded .*, replayed$/);
        expect(final.split(' ')[1]).toBe(provisional.split(' ')[1]);
        expect(await modify(id, modification, 'k')).toBe(final);
        await expectSound(id);
      });
    });
  });
}
