import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import type { MerchantId } from '../../src/domain/kernel/ids.ts';
import { ACCOUNTS, balancesOf } from '../../src/domain/ledger/ledger.ts';
import type { Change } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { NOON, plain } from '../fixtures/changes.ts';
import { sortedTallies } from '../support/ledger-tallies.ts';
import { changeFor, emptyHistory, MERCHANTS, type Step, steps } from './commits-history.ts';

const HOUR = 3_600_000;

/** Any history of commits, stale, lapsed, repeated and rival ones included, ends as it ends in memory. */
export function commitsModelContract(adapter: string, open: () => Promise<Storage>, histories: number): void {
  describe(`Commits model: ${adapter}`, () => {
    it('answers every history as memory does, and holds the same in the end', async () => {
      const parameters = { numRuns: histories, ...seedOf(process.env['PAYWRIGHT_TEST_SEED']) };
      await fc.assert(
        fc.asyncProperty(steps, async (chosen) => {
          const [model, real] = [memoryStorage(), await open()];
          try {
            await compare(model, real, chosen);
          } finally {
            await real.close();
          }
        }),
        parameters,
      );
    });
  });
}

async function compare(model: Storage, real: Storage, steps: readonly Step[]): Promise<void> {
  const history = emptyHistory();
  let now = NOON;
  for (const step of steps) {
    now += step.hours * HOUR;
    const made = changeFor(step, now, history);
    if (made === undefined) continue;
    const { change } = made;
    const expected = await model.commits.commit(change);
    const actual = await real.commits.commit(change);
    expect(actual).toEqual(expected);
    history.changes.push(change);
    if (expected.isErr()) continue;
    made.onOk?.();
    if (change.payment !== undefined) history.payments.push(change.payment.next);
    await expectConserved(real, change);
  }
  expect(plain(await contents(real, now))).toEqual(plain(await contents(model, now)));
}

/** After every step that posted: what merchants have adds up to nothing, and to the fold of their entries. */
async function expectConserved({ balances, ledger }: Storage, { entries }: Change): Promise<void> {
  if (entries.length === 0) return;
  await each(MERCHANTS, async (merchantId) => {
    const [all, sums] = await Promise.all([
      ledger.list(merchantId, {}, { limit: 200 }),
      // The only currency of a history; that there is none in another is compared in the end.
      balances.of(merchantId, 'USD'),
    ]);
    const found = sums._unsafeUnwrap();
    expect(found).toMatchObject(balancesOf(all._unsafeUnwrap()));
    for (const balance of found)
      expect(ACCOUNTS.reduce((sum, account) => sum + balance[account], 0n)).toBe(0n);
  });
}

const KEYS = Array.from({ length: 5 }, (_, n) => `k-${n}`);
const OPERATIONS = ['process', 'capture', 'refund', 'void', 'transfer'] as const;

const contents = async (storage: Storage, now: number) => ({
  merchants: await each(MERCHANTS, (merchantId) => contentsOf(storage, merchantId, now)),
  events: (await storage.outbox.unsent(1_000))._unsafeUnwrap(),
});

async function contentsOf(storage: Storage, merchantId: MerchantId, now: number) {
  const { aggregates, auditTrail, balances, claims, ledger, ledgerTallies, payments, summaries } = storage;
  const page = { limit: 200 };
  const exports = (await aggregates.list(merchantId, 'export', page))._unsafeUnwrap();
  const tallies = (await summaries.tallies(merchantId, {}))._unsafeUnwrap();
  return {
    claims: await each(OPERATIONS, (operation) =>
      each(
        KEYS,
        async (key) => (await claims.find({ merchantId, operation, key }, now))._unsafeUnwrap() ?? null,
      ),
    ),
    payments: await each((await payments.list(merchantId, {}, page))._unsafeUnwrap(), async (payment) => ({
      payment,
      transactions: (await payments.transactionsOf(merchantId, payment.id))._unsafeUnwrap(),
      audit: (await auditTrail.ofPayment(merchantId, payment.id))._unsafeUnwrap(),
    })),
    exports,
    chains: await each(exports, async ({ id }) =>
      (await auditTrail.ofAggregate(merchantId, 'export', id))._unsafeUnwrap(),
    ),
    holders: await each(
      KEYS,
      async (key) => (await aggregates.findByKey(merchantId, 'export', key))._unsafeUnwrap()?.id ?? null,
    ),
    transfers: (await aggregates.list(merchantId, 'transfer', page))._unsafeUnwrap(),
    balances: (await balances.of(merchantId))._unsafeUnwrap(),
    entries: (await ledger.list(merchantId, {}, page))._unsafeUnwrap(),
    ledgerTallies: sortedTallies((await ledgerTallies.of(merchantId, {}))._unsafeUnwrap()),
    tallies: tallies.toSorted((a, b) => (`${a.day} ${a.status}` < `${b.day} ${b.status}` ? -1 : 1)),
  };
}

const each = <Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>) =>
  Promise.all(items.map(work));

const seedOf = (text: string | undefined) => (text === undefined ? {} : { seed: Number(text) });
