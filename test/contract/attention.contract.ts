import { beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { paymentChange } from '../../src/application/payments/payment-change.ts';
import { type Calling, respondedClaim, takeOver } from '../../src/domain/kernel/claim.ts';
import type { PaymentId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { moved, type Payment, type Processing } from '../../src/domain/payments/payment.ts';
import type { PaymentFilter } from '../../src/domain/payments/payment-filter.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, aSuccess, NOON, origin, ports, terms } from '../fixtures/changes.ts';

/** What every `Payments` adapter promises of payments that need people. */
export function attentionContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Attention contract: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const walk = async (filter: PaymentFilter, limit: number) => {
      const seen: Payment[] = [];
      for (let before: PaymentId | undefined; ; ) {
        const page = { limit, ...present({ before }) };
        const found = (await storage.payments.list(aMerchantId(), filter, page))._unsafeUnwrap();
        seen.push(...found);
        before = found.at(-1)?.id;
        if (found.length < limit || before === undefined) return seen;
      }
    };

    type Held = Readonly<{ payment: Processing; claim: Calling }>;

    const taken = async (parts: Parameters<typeof anOpening>[0]): Promise<Held> => {
      const { change, payment, claim } = anOpening(parts);
      (await storage.commits.commit(change))._unsafeUnwrap();
      return { payment, claim };
    };

    const move = async ({ payment: before, claim }: Held, next: Processing): Promise<Held> => {
      const stepped = takeOver(claim, { changeId: systemIds.change(NOON), now: NOON }, terms);
      const { change, payment } = paymentChange(ports, {
        at: NOON,
        origin,
        before,
        next,
        transactions: [],
        claim: { expected: claim.fence, next: stepped },
      });
      (await storage.commits.commit(change))._unsafeUnwrap();
      return { payment, claim: stepped };
    };

    const needing = (held: Held, since: number) =>
      move(held, {
        ...moved(held.payment, NOON),
        status: 'processing',
        attention: {
          reason: 'amount_differs',
          since,
          seen: { state: 'approved', amount: money(9_007_199_254_740_993n, 'EUR') },
        },
      });

    it('finds a merchant’s own, newest first and a page at a time, until they are in attention no more', async () => {
      const opened = await Promise.all(Array.from({ length: 7 }, (_, n) => taken({ createdAt: NOON + n })));
      const needed = await Promise.all(
        opened.filter((_, n) => n % 2 === 0).map((held, n) => needing(held, NOON - n)),
      );
      await needing(await taken({ merchantId: aMerchantId('merchant-b') }), NOON);
      const found = needed.map(({ payment }) => payment).reverse();

      expect(await walk({ attention: true }, 10)).toEqual(found);
      expect(await walk({ attention: true }, 1)).toEqual(found);
      expect(await walk({ attention: true, from: NOON + 2, to: NOON + 4 }, 10)).toEqual(found.slice(1, 3));
      expect(await walk({ attention: true, status: 'succeeded' }, 10)).toEqual([]);
      const sums = (await storage.payments.sums(aMerchantId(), { attention: true }))._unsafeUnwrap();
      expect(sums).toMatchObject([{ status: 'processing', count: 4 }]);

      const [newest] = needed.slice(-1) as [Held];
      const { attention: _none, ...rest } = moved(newest.payment, NOON);
      await move(newest, { ...rest, status: 'processing' });
      expect(await walk({ attention: true }, 10)).toEqual(found.slice(1));
    });

    it('says so too of a payment whose rest is held and may lapse, and finds it among those that lapse', async () => {
      const opening = anOpening({ captureMethod: 'manual' });
      (await storage.commits.commit(opening.change))._unsafeUnwrap();
      const held = aSuccess(opening, NOON + 50, undefined, 'ch_1', NOON + 900);
      (await storage.commits.commit(held))._unsafeUnwrap();
      const { merchantId, id } = opening.payment;
      const before = (await storage.payments.find(merchantId, id))._unsafeUnwrap();
      if (before.status !== 'authorized') throw new Error('it is held');
      const modification = { transactionId: systemIds.transaction(NOON), idempotencyKey: 'refund-1' };
      const needs = { reason: 'silence', since: NOON + 60, seen: { state: 'silent' }, modification } as const;
      const key = { merchantId, operation: 'note_outcome', key: 'noted' } as const;
      const facts = { fingerprint: 'f', requestId: origin.requestId, response: '' };
      const step = { changeId: systemIds.change(NOON), now: NOON };
      const { change } = paymentChange(ports, {
        at: NOON,
        origin,
        before,
        next: { ...before, ...moved(before, NOON), attention: needs },
        transactions: [],
        claim: { expected: 0, next: respondedClaim(key, facts, step, terms) },
      });
      (await storage.commits.commit(change))._unsafeUnwrap();
      expect((await storage.payments.oldestAttention())._unsafeUnwrap()).toBe(NOON + 60);
      for (const [until, found] of [
        [NOON + 900, [{ merchantId, id }]],
        [NOON + 899, []],
      ] as const)
        expect((await storage.payments.lapsing(until, 10))._unsafeUnwrap()).toEqual(found);
    });

    it('says since when the longest of all merchants’ does, and nothing while none does', async () => {
      expect((await storage.payments.oldestAttention())._unsafeUnwrap()).toBeUndefined();
      await needing(await taken({}), NOON - 1);
      const longest = await needing(await taken({ merchantId: aMerchantId('merchant-b') }), NOON - 60_000);
      await taken({ createdAt: NOON - 90_000 });
      expect((await storage.payments.oldestAttention())._unsafeUnwrap()).toBe(NOON - 60_000);
      const { attention: _none, ...rest } = moved(longest.payment, NOON);
      await move(longest, { ...rest, status: 'processing' });
      expect((await storage.payments.oldestAttention())._unsafeUnwrap()).toBe(NOON - 1);
    });
  });
}
