import { beforeEach, describe, expect, it } from 'vitest';
import { idOf, type PaymentId } from '../../src/domain/kernel/ids.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { PaymentFilter } from '../../src/domain/payments/payment-filter.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, NOON } from '../fixtures/changes.ts';

const MANY = 300;
const customerId = idOf('cus', 'c'.repeat(32));

/** What every `Payments` adapter promises of looking for few of many payments. */
export function lookingThroughContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Looking through payments: ${adapter}`, () => {
    let storage: Storage;
    let ids: readonly PaymentId[];
    beforeEach(async () => {
      storage = await open();
      const openings = Array.from({ length: MANY }, (_, n) =>
        anOpening({
          amount: BigInt(1_000 + n),
          currency: n % 100 === 0 ? 'EUR' : 'USD',
          createdAt: NOON + n * 1_000,
          ...(n % 150 === 0 ? { customerId } : {}),
        }),
      );
      const outcomes = await Promise.all(openings.map(({ change }) => storage.commits.commit(change)));
      for (const outcome of outcomes) outcome._unsafeUnwrap();
      ids = openings.map(({ payment }) => payment.id).reverse();
      return () => storage.close();
    });

    const every = (step: number) => ids.filter((_, n) => (MANY - 1 - n) % step === 0);
    /** What each page of a walk has found. */
    const walk = async (
      filter: PaymentFilter,
      limit: number,
      most: number,
      between?: () => Promise<void>,
    ) => {
      const pages: (readonly PaymentId[])[] = [];
      for (let before: PaymentId | undefined; pages.length <= MANY; ) {
        const search = { limit, most, ...present({ before }) };
        const found = await storage.payments.lookThrough(aMerchantId(), filter, search);
        const { payments, next } = found._unsafeUnwrap();
        expect(payments.length).toBeLessThanOrEqual(limit);
        pages.push(payments.map(({ id }) => id));
        if (payments.length === limit) expect(next).toBe(payments.at(-1)?.id);
        if (next === undefined) return pages;
        expect(before === undefined || next < before).toBe(true);
        before = next;
        await between?.();
      }
      throw new Error('the walk does not end');
    };

    it('gives each that matches once, and none but those, however few it looks at', async () => {
      for (const [filter, those] of [
        [{}, ids],
        [{ currency: 'EUR' }, every(100)],
        [{ status: 'processing', minAmount: 1_100n }, ids.slice(0, 200)],
        [{ maxAmount: 1_099n, currency: 'USD' }, ids.slice(200, 299)],
        [{ currency: 'JPY' }, []],
        [{ currency: 'EUR', from: NOON + 1_000, to: NOON + 200_000 }, every(100).slice(0, 2)],
        [{ customerId, currency: 'EUR' }, [ids.at(-1)]],
      ] as const)
        for (const [limit, most] of [
          [100, 10_000],
          [7, 64],
          [40, 1],
        ] as const)
          expect([filter, limit, (await walk(filter, limit, most)).flat()]).toEqual([filter, limit, those]);
    });

    it('ends a page that finds little where it has looked at enough, and goes on there', async () => {
      const pages = await walk({ currency: 'EUR' }, 10, 40);
      expect(pages.length).toBeGreaterThanOrEqual(MANY / 80);
      expect(pages.some((page) => page.length === 0)).toBe(true);
      expect(await walk({ currency: 'JPY' }, 10, 10_000)).toEqual([[]]);
    });

    it('comes at once to what is kept apart, behind however many others', async () => {
      expect(await walk({ customerId, currency: 'EUR' }, 10, 10)).toEqual([[ids.at(-1)]]);
      expect(await walk({ minAmount: 1_000n, maxAmount: 1_000n }, 10, 10)).toEqual([[ids.at(-1)]]);
    });

    it('gives nothing twice, nor leaves anything out, while payments are made', async () => {
      let made = 0;
      const make = async () => {
        made += 1;
        const opening = anOpening({ currency: 'EUR', createdAt: NOON + (MANY + made) * 1_000 });
        (await storage.commits.commit(opening.change))._unsafeUnwrap();
      };
      expect((await walk({ currency: 'EUR' }, 2, 40, make)).flat()).toEqual(every(100));
    });
  });
}
