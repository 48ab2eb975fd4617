import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { givenRing } from '../../src/adapters/keys/given-ring.ts';
import { ringKeys } from '../../src/adapters/keys/secret-keys.ts';
import { localVault } from '../../src/adapters/keys/vault.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { WrappedKey } from '../../src/domain/kernel/sealed.ts';
import type { SecretKeys } from '../../src/ports/secret-keys.ts';
import { aMerchantId, NOON } from '../fixtures/changes.ts';
import { anyCodePoint } from '../support/any-text.ts';

const secretOf = (byte: number) => Buffer.alloc(32, byte).toString('base64url');

const owner = { merchantId: aMerchantId('merchant-a'), entityId: 'cus_1' };
const aVault = () => {
  const keys = ringKeys(givenRing([{ id: 'one', secret: secretOf(1) }]));
  return localVault(keys, systemClock);
};

describe('sealed fields', () => {
  const text = fc.string({ unit: anyCodePoint, maxLength: 300 });

  it('open to what was sealed', async () => {
    const vault = aVault();
    const key = (await vault.newKey(owner))._unsafeUnwrap();
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string({ minLength: 1 }), text), async (fields) => {
        const given = { ...fields };
        const sealed = (await vault.seal(owner, key, given))._unsafeUnwrap();
        expect((await vault.open(owner, key, sealed))._unsafeUnwrap()).toEqual(
          Object.fromEntries(Object.entries(given).map(([name, each]) => [name, each.toWellFormed()])),
        );
      }),
    );
  });

  it('never look the same twice, and never hold the text', async () => {
    const vault = aVault();
    const key = (await vault.newKey(owner))._unsafeUnwrap();
    const seal = async () =>
      (await vault.seal(owner, key, { email: 'canary' }))._unsafeUnwrap()['email'] ?? '';
    const [once, again] = [await seal(), await seal()];
    expect(once).not.toBe(again);
    expect(Buffer.from(once, 'base64url').toString('latin1')).not.toContain('canary');
  });

  it('do not open for another tenant, entity, field or key', async () => {
    const vault = aVault();
    const key = (await vault.newKey(owner))._unsafeUnwrap();
    const { email = '' } = (await vault.seal(owner, key, { email: 'a@example.com' }))._unsafeUnwrap();
    const others = [
      { ...owner, merchantId: aMerchantId('merchant-b') },
      { ...owner, entityId: 'cus_2' },
    ];
    for (const other of others) {
      // With a data key of its own, so that it is the field that refuses and not the key.
      const own = (await vault.newKey(other))._unsafeUnwrap();
      await expect(async () => vault.open(other, own, { email })).rejects.toThrow();
      await expect(async () => vault.open(other, key, { email })).rejects.toThrow();
    }
    await expect(async () => vault.open(owner, key, { name: email })).rejects.toThrow();
    const second = (await vault.newKey(owner))._unsafeUnwrap();
    await expect(async () => vault.open(owner, second, { email })).rejects.toThrow();
  });

  it('do not open for another tenant or entity even under the very same data key', async () => {
    const bytes = Buffer.alloc(32, 7);
    const oneKey: SecretKeys = {
      ...ringKeys(givenRing([{ id: 'one', secret: secretOf(1) }])),
      unwrap: () =>
        ringKeys(givenRing([{ id: 'one', secret: secretOf(1) }]))
          .newDataKey(owner)
          .map(() => bytes),
    };
    const vault = localVault(oneKey, systemClock);
    const key = { keyId: 'one', wrapped: 'any' };
    const { email = '' } = (await vault.seal(owner, key, { email: 'a@example.com' }))._unsafeUnwrap();
    expect((await vault.open(owner, key, { email }))._unsafeUnwrap()).toEqual({ email: 'a@example.com' });
    for (const other of [
      { ...owner, merchantId: aMerchantId('merchant-b') },
      { ...owner, entityId: 'cus_2' },
    ])
      await expect(async () => vault.open(other, key, { email })).rejects.toThrow();
    await expect(async () => vault.open(owner, key, { phone: email })).rejects.toThrow();
  });

  it('do not open when a single bit has changed', async () => {
    const vault = aVault();
    const key = (await vault.newKey(owner))._unsafeUnwrap();
    const { email = '' } = (await vault.seal(owner, key, { email: 'a@example.com' }))._unsafeUnwrap();
    const bytes = Buffer.from(email, 'base64url');
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        const changed = Buffer.from(bytes);
        const at = bit >> 3;
        changed[at] = (changed[at] ?? 0) ^ (1 << (bit & 7));
        await expect(async () =>
          vault.open(owner, key, { email: changed.toString('base64url') }),
        ).rejects.toThrow();
      }),
    );
    await expect(async () => vault.open(owner, key, { email: email.slice(0, 20) })).rejects.toThrow();
  });
});

describe('data keys kept in memory', () => {
  const counted = (bounds: { ageMs: number; uses: number; keys: number }) => {
    const ring = ringKeys(givenRing([{ id: 'one', secret: secretOf(1) }]));
    const calls = { unwrap: 0 };
    const keys: SecretKeys = {
      ...ring,
      unwrap: (...args) => {
        calls.unwrap += 1;
        return ring.unwrap(...args);
      },
    };
    const clock = { at: NOON, now: () => clock.at };
    return { vault: localVault(keys, clock, bounds), clock, calls };
  };

  it('are unwrapped again after their time', async () => {
    const { vault, clock, calls } = counted({ ageMs: 1_000, uses: 100, keys: 10 });
    const key = (await vault.newKey(owner))._unsafeUnwrap();
    const use = async () => (await vault.seal(owner, key, { name: 'x' }))._unsafeUnwrap();
    await use();
    clock.at += 999;
    await use();
    expect(calls.unwrap).toBe(0);
    clock.at += 1;
    await use();
    expect(calls.unwrap).toBe(1);
    clock.at -= 60_000;
    await use();
    expect(calls.unwrap).toBe(2);
  });

  it('are unwrapped again after so many uses', async () => {
    const { vault, calls } = counted({ ageMs: 1_000, uses: 3, keys: 10 });
    const key = (await vault.newKey(owner))._unsafeUnwrap();
    for (let use = 0; use < 8; use++) (await vault.seal(owner, key, { name: 'x' }))._unsafeUnwrap();
    expect(calls.unwrap).toBe(2);
  });

  it('are no more than so many', async () => {
    const { vault, calls } = counted({ ageMs: 1_000, uses: 100, keys: 2 });
    const owners = ['a', 'b', 'c'].map((entityId) => ({ ...owner, entityId }));
    const keys = [];
    for (const each of owners) keys.push((await vault.newKey(each))._unsafeUnwrap());
    for (const [index, each] of owners.entries()) {
      const key = keys[index];
      if (key) (await vault.seal(each, key, { name: 'x' }))._unsafeUnwrap();
    }
    expect(calls.unwrap).toBeGreaterThan(0);
  });
});

describe('data keys that are dropped from memory', () => {
  const watched = (bounds: { ageMs: number; uses: number; keys: number }) => {
    const ring = ringKeys(givenRing([{ id: 'one', secret: secretOf(1) }]));
    const given: Uint8Array[] = [];
    const keys: SecretKeys = {
      ...ring,
      newDataKey: (...args) =>
        ring.newDataKey(...args).map((made) => {
          given.push(made.bytes);
          return made;
        }),
      unwrap: (...args) =>
        ring.unwrap(...args).map((bytes) => {
          given.push(bytes);
          return bytes;
        }),
    };
    const clock = { at: NOON, now: () => clock.at };
    const isOverwritten = (index: number) => given[index]?.every((byte) => byte === 0);
    return { vault: localVault(keys, clock, bounds), clock, given, isOverwritten };
  };
  const seal = async (vault: ReturnType<typeof watched>['vault'], key: WrappedKey) =>
    (await vault.seal(owner, key, { name: 'x' }))._unsafeUnwrap();

  it('are overwritten when their time is over, whichever is asked for then, and not before', async () => {
    const { vault, clock, isOverwritten } = watched({ ageMs: 1_000, uses: 100, keys: 10 });
    const key = (await vault.newKey(owner))._unsafeUnwrap();
    clock.at += 999;
    await seal(vault, key);
    expect(isOverwritten(0)).toBe(false);
    clock.at += 1;
    (await vault.newKey({ ...owner, entityId: 'cus_2' }))._unsafeUnwrap();
    expect(isOverwritten(0)).toBe(true);
  });

  it('are overwritten when they were used often enough, and when there are too many', async () => {
    const { vault, isOverwritten } = watched({ ageMs: 1_000, uses: 2, keys: 2 });
    const key = (await vault.newKey(owner))._unsafeUnwrap();
    await seal(vault, key);
    await seal(vault, key);
    expect([isOverwritten(0), isOverwritten(1)]).toEqual([true, false]);
    for (const entityId of ['cus_2', 'cus_3']) (await vault.newKey({ ...owner, entityId }))._unsafeUnwrap();
    expect([isOverwritten(1), isOverwritten(2), isOverwritten(3)]).toEqual([true, false, false]);
  });

  it('are overwritten by themselves where nothing is asked any more', async () => {
    const { vault, clock, isOverwritten } = watched({ ageMs: 5, uses: 100, keys: 10 });
    (await vault.newKey(owner))._unsafeUnwrap();
    clock.at += 5;
    await expect.poll(() => isOverwritten(0)).toBe(true);
  });

  it('are overwritten after what was sealed with them, however many are sealed and dropped at once', async () => {
    const { vault } = watched({ ageMs: 1_000, uses: 1, keys: 1 });
    const owners = Array.from({ length: 30 }, (_, index) => ({ ...owner, entityId: `cus_${index}` }));
    await Promise.all(
      owners.map(async (each) => {
        const key = (await vault.newKey(each))._unsafeUnwrap();
        const sealed = (await vault.seal(each, key, { name: each.entityId }))._unsafeUnwrap();
        expect((await vault.open(each, key, sealed))._unsafeUnwrap()).toEqual({ name: each.entityId });
        expect((await aVault().open(each, key, sealed))._unsafeUnwrap()).toEqual({ name: each.entityId });
      }),
    );
  });
});
