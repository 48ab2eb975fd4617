import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import type { MerchantId } from '../../src/domain/ids.ts';
import { ACCOUNTS, balancesOf } from '../../src/domain/ledger.ts';
import type { Change } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { NOON, plain } from '../fixtures/changes.ts';
import { changeFor, emptyHistory, MERCHANTS, type Step, step } from './commits-history.ts';

const HOUR = 3_600_000;

/** Any history of commits, stale, lapsed, repeated and rival ones included, ends as it ends in memory. */
export function commitsModelContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Commits model: ${adapter}`, () => {
    it('answers every history as memory does, and holds the same in the end', async () => {
      const parameters = { numRuns: 30, ...seedOf(process.env['PAYWRIGHT_TEST_SEED']) };
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
          const [model, real] = [memoryStorage(), await open()];
          try {
            await compare(model, real, steps);
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
  for (const each of steps) {
    now += each.hours * HOUR;
    const made = changeFor(each, now, history);
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

/** After every step that wrote: what merchants have adds up to nothing, and to the fold of their entries. */
async function expectConserved(storage: Storage, { entries }: Change): Promise<void> {
  if (entries.length === 0) return;
  for (const merchantId of MERCHANTS) {
    const all = (await storage.ledger.list(merchantId, {}, { limit: 200 }))._unsafeUnwrap();
    const balances = (await storage.balances.of(merchantId))._unsafeUnwrap();
    expect(balances.map(({ spendings: _, ...sums }) => sums)).toEqual(balancesOf(all));
    for (const balance of balances)
      expect(ACCOUNTS.reduce((sum, account) => sum + balance[account], 0n)).toBe(0n);
  }
}

async function contents(storage: Storage, now: number) {
  const claims = [];
  const payments = [];
  const others = [];
  for (const merchantId of MERCHANTS) {
    for (const operation of ['process', 'capture', 'refund', 'void', 'transfer'] as const)
      for (let key = 0; key < 5; key += 1) {
        const found = await storage.claims.find({ merchantId, operation, key: `k-${key}` }, now);
        claims.push(found._unsafeUnwrap() ?? null);
      }
    const listed = (await storage.payments.list(merchantId, {}, { limit: 100 }))._unsafeUnwrap();
    for (const payment of listed)
      payments.push({
        payment,
        transactions: (await storage.payments.transactionsOf(merchantId, payment.id))._unsafeUnwrap(),
        audit: (await storage.auditTrail.ofPayment(merchantId, payment.id))._unsafeUnwrap(),
      });
    others.push(await aggregatesOf(storage, merchantId));
  }
  return { claims, payments, others, events: (await storage.outbox.unsent(1_000))._unsafeUnwrap() };
}

async function aggregatesOf(storage: Storage, merchantId: MerchantId) {
  const { aggregates, auditTrail, balances, ledger, summaries } = storage;
  const page = { limit: 100 };
  const exports = (await aggregates.list(merchantId, 'export', page))._unsafeUnwrap();
  const holders = [];
  for (let key = 0; key < 4; key += 1)
    holders.push((await aggregates.findByKey(merchantId, 'export', `k-${key}`))._unsafeUnwrap()?.id ?? null);
  const chains = [];
  for (const { id } of exports)
    chains.push((await auditTrail.ofAggregate(merchantId, 'export', id))._unsafeUnwrap());
  const tallies = (await summaries.tallies(merchantId, {}))._unsafeUnwrap();
  return {
    exports,
    holders,
    chains,
    transfers: (await aggregates.list(merchantId, 'transfer', page))._unsafeUnwrap(),
    balances: (await balances.of(merchantId))._unsafeUnwrap(),
    entries: (await ledger.list(merchantId, {}, { limit: 200 }))._unsafeUnwrap(),
    tallies: tallies.toSorted((a, b) => (`${a.day} ${a.status}` < `${b.day} ${b.status}` ? -1 : 1)),
  };
}

const seedOf = (text: string | undefined) => (text === undefined ? {} : { seed: Number(text) });
