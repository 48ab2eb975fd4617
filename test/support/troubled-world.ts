import { expect } from 'vitest';
import { guardedProcessor } from '../../src/adapters/processor/guarded.ts';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import type { Merchant } from '../../src/domain/merchants/merchant.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, NOON } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { expectBooksAgree } from './books.ts';
import { breakableStorage } from './breakable-storage.ts';
import { aPlatform } from './http-app.ts';
import { aClient } from './http-client.ts';
import { troubledProcessor } from './troubled-processor.ts';

const TIMEOUT_MS = 40;
/** Long after every caller stopped waiting. */
const LATE_MS = 4 * TIMEOUT_MS;
const DAY_MS = 24 * 3_600_000;
const MOST_ROUNDS = 100;

/**
 * The platform over a storage that can be taken away and a processor that goes wrong on demand, with `merchant-a` and
 * `merchant-b`. Its time is what the test says, from noon on, and goes on by a millisecond each time
 * that a worker looks at it.
 */
export async function aTroubledWorld(raw: Storage) {
  const merchants = [aMerchant('merchant-a'), aMerchant('merchant-b')];
  await addMerchants(raw, merchants);
  const clock = { at: NOON + 60_000, now: () => (clock.at += 1) };
  const books = simulatorLedger(':memory:');
  const troubled = troubledProcessor(simulatedProcessor(books, clock), LATE_MS);
  const processor = guardedProcessor(troubled, { timeoutMs: TIMEOUT_MS, opensAfter: 1_000, staysOpenMs: 1 });
  const breakable = breakableStorage(raw);
  const platform = aPlatform(breakable.storage, { clock, processor });
  /** Another process on the same storage. */
  const twin = aPlatform(breakable.storage, { clock, processor });
  const send = (path: string, init: RequestInit) => platform.app.request(path, init);
  return {
    ...breakable,
    useCases: platform.useCases,
    clock,
    books,
    a: await aClient(send, 'merchant-a'),
    b: await aClient(send, 'merchant-b'),
    admin: await aClient(send, undefined, ['admin']),
    add: async (...others: readonly Merchant[]): Promise<void> => {
      merchants.push(...others);
      await addMerchants(raw, others);
    },
    clientOf: (merchant: string) => aClient(send, merchant),
    twinOf: (merchant: string) => aClient((path, init) => twin.app.request(path, init), merchant),
    /** What is late arrives, recovery works for as long as something is due, and then it does again a day later. */
    recover: async (): Promise<void> => {
      for (const pass of [DAY_MS / 24, 2 * DAY_MS]) {
        await troubled.arrived();
        clock.at += pass;
        for (let round = 0; ; round += 1) {
          expect(round).toBeLessThan(MOST_ROUNDS);
          const { due } = (await platform.useCases.recoverPayments(100))._unsafeUnwrap();
          if (due === 0) break;
          clock.at += 600_000;
        }
      }
    },
    /** Nothing is open, all books agree with the processor's and with each other, every chain is whole. */
    expectSound: async (): Promise<void> => {
      clock.at += DAY_MS;
      for (const { id } of merchants) {
        await expectBooksAgree(raw, books, id, 'USD');
        for (const status of ['pending', 'processing'] as const)
          expect((await raw.payments.list(id, { status }, { limit: 10 }))._unsafeUnwrap()).toEqual([]);
        for (const { pending } of (await raw.balances.of(id, 'USD'))._unsafeUnwrap())
          expect(pending).toBe(0n);
      }
      const verified = (await platform.useCases.verify(() => {}))._unsafeUnwrap();
      expect(verified).toMatchObject({ merchants: merchants.length, unsettled: [] });
    },
    availableTo: async (merchant: string): Promise<bigint> =>
      (await raw.balances.of(aMerchantId(merchant), 'USD'))._unsafeUnwrap()[0]?.available ?? 0n,
    end: async (): Promise<void> => {
      await troubled.arrived();
      await raw.close();
      books.close();
    },
  };
}

export type TroubledWorld = Awaited<ReturnType<typeof aTroubledWorld>>;
