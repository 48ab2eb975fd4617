import { beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { aggregateChange } from '../../src/application/kernel/aggregate-change.ts';
import { changeMerchant, type Merchant } from '../../src/domain/merchants/merchant.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, digests, NOON, origin } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';

/** What every `Merchants` adapter promises. */
export function merchantsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Merchants contract: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const find = async (text: string) => (await storage.merchants.find(aMerchantId(text)))._unsafeUnwrap();
    const list = async (limit: number, after?: string) =>
      (
        await storage.merchants.list({ limit, ...(after === undefined ? {} : { after: aMerchantId(after) }) })
      )._unsafeUnwrap();

    const whole: Merchant = aMerchant('merchant-a', {
      name: 'Café Zürich',
      email: 'owner@example.com',
      status: 'suspended',
      statusReason: 'Documents are awaited: “café”',
      features: ['exports', 'webhooks'],
      rateLimits: {
        paymentsPerMinute: 600,
        paymentsPerDay: 100_000,
        maxPaymentAmount: 9_007_199_254_740_993n,
      },
      processorConfig: { key: { keyId: 'one', wrapped: 'a wrapped key' }, sealed: 'a sealed config' },
    });

    it('gives back what was committed, and nothing for a stranger', async () => {
      const [stored] = await addMerchants(storage, [whole]);
      expect(await find('merchant-a')).toEqual(stored);
      expect(await find('merchant-b')).toBeUndefined();
    });

    it('gives the newest version as soon as its commit has resolved', async () => {
      const [before] = await addMerchants(storage, [aMerchant()]);
      if (before === undefined) throw new Error('no merchant was added');
      const next = changeMerchant(before, { status: 'suspended' }, NOON + 1);
      const move = { at: NOON + 1, origin, action: 'merchant.suspended', before, next };
      const change = aggregateChange({ ids: systemIds, digests }, move);
      (await storage.commits.commit(change))._unsafeUnwrap();
      expect(await find('merchant-a')).toEqual({ ...next, auditHash: change.audit[0]?.hash });
    });

    it('keeps the first of many that are added under one id', async () => {
      const changes = Array.from({ length: 10 }, (_, n) => {
        const next = aMerchant('merchant-a', { name: `rival ${n}` });
        const move = { at: NOON, origin, action: 'merchant.created', next };
        return { next, change: aggregateChange({ ids: systemIds, digests }, move) };
      });
      const results = await Promise.all(changes.map(({ change }) => storage.commits.commit(change)));
      const winners = changes.filter((_, n) => results[n]?.isOk());
      expect(winners).toHaveLength(1);
      for (const result of results)
        if (result.isErr()) expect(result.error).toEqual({ kind: 'StaleVersion', id: 'merchant-a' });
      expect((await find('merchant-a'))?.name).toBe(winners[0]?.next.name);
    });

    it('finds each of many asked for at once, the same one many times too', async () => {
      const others = await addMerchants(
        storage,
        Array.from({ length: 30 }, (_, n) => aMerchant(`m-${n}`)),
      );
      const asked = [...others, ...others, ...others];
      const found = await Promise.all(asked.map(({ id }) => storage.merchants.find(id)));
      expect(found.map((each) => each._unsafeUnwrap())).toEqual(asked);
    });

    it('lists all by ascending id, byte by byte, page after page', async () => {
      const names = ['b', 'B', 'a-1', 'a_1', 'a', '0', 'Z9', '-', '_'];
      await addMerchants(
        storage,
        names.map((name) => aMerchant(name)),
      );
      const sorted = [...names].sort((a, b) => (a < b ? -1 : 1));
      expect((await list(100)).map(({ id }) => id)).toEqual(sorted);
      const walked: string[] = [];
      for (let after: string | undefined; ; ) {
        const page = await list(2, after);
        walked.push(...page.map(({ id }) => id));
        if (page.length < 2) break;
        after = page.at(-1)?.id;
      }
      expect(walked).toEqual(sorted);
      expect(await list(5, 'zz')).toEqual([]);
    });
  });
}
