import { errAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recentTransactions } from '../../../src/application/cost/recent-transactions.ts';
import { aMerchantId, NOON } from '../../fixtures/changes.ts';
import { aRequest, aWorld, type World } from '../world.ts';

const DAY_MS = 86_400_000;

let world: World;
beforeEach(async () => {
  world = await aWorld();
});
afterEach(() => world.close());

const counted = async (merchantId = aMerchantId()) => {
  const { merchants, summaries } = world.storage;
  return recentTransactions({ merchants, summaries, clock: world.clock })(merchantId);
};

describe('a merchant’s own transactions', () => {
  it('are those of the last 30 whole days, whatever became of them, and of no other merchant', async () => {
    for (const paymentMethod of ['card', 'test_declined', 'card'])
      (await world.process(aRequest({ paymentMethod })))._unsafeUnwrap();
    expect((await counted())._unsafeUnwrap()).toBe(0n);
    for (const [days, count] of [
      [1, 3n],
      [30, 3n],
      [31, 0n],
    ] as const) {
      world.clock.at = NOON + days * DAY_MS;
      expect([days, (await counted())._unsafeUnwrap()]).toEqual([days, count]);
    }
    world.clock.at = NOON + DAY_MS;
    expect((await counted(aMerchantId('merchant-b')))._unsafeUnwrap()).toBe(0n);
  });

  it('are those of a merchant that is there', async () => {
    expect((await counted(aMerchantId('merchant-x')))._unsafeUnwrapErr()).toEqual({
      kind: 'MerchantNotFound',
    });
  });

  it('are not counted while what is read is away', async () => {
    const away = () => errAsync({ kind: 'StorageUnavailable', cause: 'down' } as const);
    const { merchants } = world.storage;
    const ports = { merchants, summaries: { tallies: away }, clock: world.clock };
    expect((await recentTransactions(ports)(aMerchantId()))._unsafeUnwrapErr()).toMatchObject({
      kind: 'StorageUnavailable',
    });
  });
});
