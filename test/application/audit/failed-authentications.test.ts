import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { memoryFailedAuthentications } from '../../../src/adapters/memory/failed-authentications.ts';
import { countFailedAuthentications } from '../../../src/application/audit/failed-authentications.ts';
import type { MerchantId } from '../../../src/domain/kernel/ids.ts';
import type { StorageUnavailable } from '../../../src/ports/unavailable.ts';
import { aMerchantId, NOON } from '../../fixtures/changes.ts';
import { aMerchant } from '../../fixtures/merchants.ts';

const gone: StorageUnavailable = { kind: 'StorageUnavailable', cause: 'gone' };
const existing = aMerchantId('merchant-a');

/** A counter over a store with `merchant-a` and `merchant-b`, which can go silent, and what it was asked. */
function aWorld() {
  const store = memoryFailedAuthentications();
  const world = { at: NOON, isGone: false, lookups: [] as string[], writes: 0 };
  const counter = countFailedAuthentications({
    clock: { now: () => world.at },
    merchants: {
      find(id) {
        world.lookups.push(id);
        if (world.isGone) return errAsync(gone);
        return okAsync(['merchant-a', 'merchant-b'].includes(id) ? aMerchant(id) : undefined);
      },
    },
    failedAuthentications: {
      add(...count) {
        world.writes += 1;
        return world.isGone ? errAsync(gone) : store.add(...count);
      },
    },
  });
  const counted = async (merchantId: MerchantId | undefined) =>
    (await store.list(merchantId, 0, NOON * 2))._unsafeUnwrap();
  return { world, counter, counted };
}

describe('failed authentications', () => {
  it('are written by minute and claimed merchant, a flood in one write', async () => {
    const { world, counter, counted } = aWorld();
    world.at = NOON + 59_000;
    for (let n = 0; n < 10_000; n += 1) counter.note(existing);
    expect(world.writes).toBe(0);
    (await counter.flush())._unsafeUnwrap();
    expect(world.writes).toBe(1);
    world.at += 1_000;
    counter.note(existing);
    (await counter.flush())._unsafeUnwrap();
    expect(await counted(existing)).toEqual([
      { minute: NOON, count: 10_000 },
      { minute: NOON + 60_000, count: 1 },
    ]);
    expect(await counted(aMerchantId('merchant-b'))).toEqual([]);
  });

  it('are counted without a merchant when they claim none, or one that does not exist', async () => {
    const { world, counter, counted } = aWorld();
    counter.note(undefined);
    counter.note(aMerchantId('invented'));
    counter.note(aMerchantId('invented-too'));
    (await counter.flush())._unsafeUnwrap();
    expect(await counted(undefined)).toEqual([{ minute: NOON, count: 3 }]);
    expect(await counted(aMerchantId('invented'))).toEqual([]);
    expect(world.writes).toBe(1);
  });

  it('cost a bounded number of look-ups and writes under a flood of invented merchants, and none is lost', async () => {
    const { world, counter, counted } = aWorld();
    for (let n = 0; n < 20_000; n += 1) counter.note(aMerchantId(`invented-${n}`));
    (await counter.flush())._unsafeUnwrap();
    expect(world.lookups.length).toBeLessThanOrEqual(256);
    expect(world.writes).toBe(1);
    expect(await counted(undefined)).toEqual([{ minute: NOON, count: 20_000 }]);
  });

  it('of a merchant seen before are not crowded out by invented ones', async () => {
    const { counter, counted } = aWorld();
    counter.note(existing);
    (await counter.flush())._unsafeUnwrap();
    for (let n = 0; n < 1_000; n += 1) counter.note(aMerchantId(`invented-${n}`));
    counter.note(existing);
    (await counter.flush())._unsafeUnwrap();
    expect(await counted(existing)).toEqual([{ minute: NOON, count: 2 }]);
  });

  it('wait for a store that is silent, within bounds, and are written when it is back', async () => {
    const { world, counter, counted } = aWorld();
    world.isGone = true;
    for (let round = 0; round < 300; round += 1) {
      world.at = NOON + round * 60_000;
      for (let n = 0; n < 100; n += 1) counter.note(aMerchantId(`invented-${n}`));
      counter.note(existing);
      if (round % 50 === 0) expect((await counter.flush())._unsafeUnwrapErr()).toEqual(gone);
    }
    world.lookups = [];
    world.isGone = false;
    (await counter.flush())._unsafeUnwrap();
    expect(world.lookups.length).toBeLessThanOrEqual(10_300);
    const sum = (counts: readonly { count: number }[]) =>
      counts.reduce((total, { count }) => total + count, 0);
    const own = sum(await counted(existing));
    expect(own).toBeGreaterThan(0);
    expect(own + sum(await counted(undefined))).toBe(300 * 101);
  });

  it('flush once at a time', async () => {
    const { world, counter, counted } = aWorld();
    counter.note(existing);
    const flushes = await Promise.all([counter.flush(), counter.flush(), counter.flush()]);
    expect(flushes.every((each) => each.isOk())).toBe(true);
    expect(world.writes).toBe(1);
    expect(await counted(existing)).toEqual([{ minute: NOON, count: 1 }]);
  });
});
