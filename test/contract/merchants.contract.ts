import { beforeEach, describe, expect, it } from 'vitest';
import type { Merchant } from '../../src/domain/merchant.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId } from '../fixtures/changes.ts';

/** What every `Merchants` adapter promises. */
export function merchantsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Merchants contract: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const merchant: Merchant = {
      id: aMerchantId(),
      name: 'Café Zürich',
      email: 'owner@example.com',
      status: 'active',
      maxPaymentAmount: 9_007_199_254_740_993n,
      version: 1,
    };

    it('gives back what was added, and nothing for a stranger', async () => {
      await storage.merchants.addIfAbsent(merchant);
      expect((await storage.merchants.find(merchant.id))._unsafeUnwrap()).toEqual(merchant);
      expect((await storage.merchants.find(aMerchantId('merchant-b')))._unsafeUnwrap()).toBeUndefined();
    });

    it('leaves an existing merchant as it is', async () => {
      await storage.merchants.addIfAbsent(merchant);
      const outcome = await storage.merchants.addIfAbsent({
        ...merchant,
        status: 'suspended',
        name: 'Other',
      });
      expect(outcome.isOk()).toBe(true);
      expect((await storage.merchants.find(merchant.id))._unsafeUnwrap()).toEqual(merchant);
    });

    it('finds each of many asked for at once, the same one many times too', async () => {
      const others = Array.from({ length: 30 }, (_, n) => ({ ...merchant, id: aMerchantId(`m-${n}`) }));
      await Promise.all(others.map((each) => storage.merchants.addIfAbsent(each)));
      const asked = [...others, ...others, ...others];
      const found = await Promise.all(asked.map(({ id }) => storage.merchants.find(id)));
      expect(found.map((each) => each._unsafeUnwrap())).toEqual(asked);
    });
  });
}
