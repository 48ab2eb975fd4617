import { describe, expect, it } from 'vitest';
import type { SecretKeys } from '../../src/ports/secret-keys.ts';
import { aMerchantId } from '../fixtures/changes.ts';

/** What every `SecretKeys` adapter promises. `open` gives a ring with one key that was never used. */
export function secretKeysContract(adapter: string, open: () => Promise<SecretKeys>): void {
  const owner = { merchantId: aMerchantId('merchant-a'), entityId: 'cus_1' };

  describe(`SecretKeys contract: ${adapter}`, () => {
    it('unwraps what it wrapped, for the same owner', async () => {
      const keys = await open();
      const { bytes, wrapped } = (await keys.newDataKey(owner))._unsafeUnwrap();
      expect(bytes).toHaveLength(32);
      expect((await keys.unwrap(owner, wrapped))._unsafeUnwrap()).toEqual(bytes);
    });

    it('gives every owner another key, and each wrapping another text', async () => {
      const keys = await open();
      const made = [await keys.newDataKey(owner), await keys.newDataKey(owner)].map((each) =>
        each._unsafeUnwrap(),
      );
      expect(made[0]?.bytes).not.toEqual(made[1]?.bytes);
      expect(made[0]?.wrapped.wrapped).not.toBe(made[1]?.wrapped.wrapped);
    });

    it('unwraps for no other tenant and no other entity', async () => {
      const keys = await open();
      const { wrapped } = (await keys.newDataKey(owner))._unsafeUnwrap();
      for (const other of [
        { ...owner, merchantId: aMerchantId('merchant-b') },
        { ...owner, entityId: 'cus_2' },
      ])
        await expect(async () => keys.unwrap(other, wrapped)).rejects.toThrow();
    });

    it('leaves a key alone that is wrapped by the current one', async () => {
      const keys = await open();
      const { wrapped } = (await keys.newDataKey(owner))._unsafeUnwrap();
      expect((await keys.rewrap(owner, wrapped))._unsafeUnwrap()).toEqual(wrapped);
    });

    it('cannot unwrap with a key it does not have', async () => {
      const keys = await open();
      const { wrapped } = (await keys.newDataKey(owner))._unsafeUnwrap();
      const failure = (await keys.unwrap(owner, { ...wrapped, keyId: 'gone' }))._unsafeUnwrapErr();
      expect(failure.kind).toBe('KeysUnavailable');
    });

    it('indexes the same text of a tenant the same, and nothing else', async () => {
      const keys = await open();
      const indexOf = async (merchant: string, text: string) =>
        (await keys.blindIndexes(aMerchantId(merchant), text))._unsafeUnwrap();
      const index = await indexOf('merchant-a', 'ada@example.com');
      expect(index).toHaveLength(1);
      expect(await indexOf('merchant-a', 'ada@example.com')).toEqual(index);
      expect(await indexOf('merchant-a', 'bob@example.com')).not.toEqual(index);
      expect(await indexOf('merchant-b', 'ada@example.com')).not.toEqual(index);
      // Of letters and digits alone, three may be there by chance.
      expect(String(index)).not.toContain('ada@');
      expect(String(index)).not.toContain('example');
    });
  });
}
