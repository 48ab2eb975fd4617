import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { claimChange } from '../../src/application/payment-change.ts';
import { awaitOutcome, releaseClaim, takeOver } from '../../src/domain/claim.ts';
import type { Change } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import {
  aMerchantId,
  anOpening,
  aRefusal,
  aSuccess,
  NOON,
  type Opening,
  plain,
  terms,
} from '../fixtures/changes.ts';

const HOUR = 3_600_000;

/** One step of a random history. `key` and `age` pick whom it is about; a repeated step commits the same change again. */
type Step = Readonly<{
  kind: 'open' | 'refuse' | 'succeed' | 'takeOver' | 'wait' | 'release' | 'repeat';
  merchant: number;
  key: number;
  hours: number;
}>;

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('open', 'refuse', 'succeed', 'takeOver', 'wait', 'release', 'repeat'),
  merchant: fc.integer({ min: 0, max: 1 }),
  key: fc.integer({ min: 0, max: 3 }),
  hours: fc.integer({ min: 0, max: 12 }),
});

/** Any history of commits, stale, lapsed, repeated and rival ones included, ends as it ends in memory. */
export function commitsModelContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Commits model: ${adapter}`, () => {
    it('answers every history as memory does, and holds the same in the end', async () => {
      const parameters = { numRuns: 30, ...seedOf(process.env['PAYWRIGHT_TEST_SEED']) };
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 40 }), async (steps) => {
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
  const history: Change[] = [];
  const openings = new Map<string, Opening>();
  let now = NOON;
  for (const each of steps) {
    now += each.hours * HOUR;
    const name = `${each.merchant} ${each.key}`;
    const change = changeFor(each, now, openings.get(name), history);
    if (change === undefined) continue;
    const expected = await model.commits.commit(change.change);
    const actual = await real.commits.commit(change.change);
    expect(actual).toEqual(expected);
    history.push(change.change);
    if (expected.isOk() && change.opening !== undefined) openings.set(name, change.opening);
  }
  expect(plain(await contents(real, now))).toEqual(plain(await contents(model, now)));
}

type Made = Readonly<{ change: Change; opening?: Opening }>;

function changeFor(
  { kind, merchant, key, hours }: Step,
  now: number,
  opening: Opening | undefined,
  history: readonly Change[],
): Made | undefined {
  const merchantId = aMerchantId(`m-${merchant}`);
  const next = { changeId: systemIds.change(now), now };
  if (kind === 'open') {
    const made = anOpening({ merchantId, idempotencyKey: `k-${key}`, createdAt: now });
    return { change: made.change, opening: made };
  }
  if (kind === 'refuse') return { change: aRefusal(`k-${key}`, now, merchantId) };
  if (kind === 'repeat') {
    const change = history[hours % Math.max(history.length, 1)];
    return change && { change };
  }
  if (opening === undefined) return undefined;
  const { claim } = opening;
  if (kind === 'succeed') return { change: aSuccess(opening, now) };
  if (kind === 'takeOver') {
    const held = takeOver(claim, next, terms);
    const change = claimChange({ expected: claim.fence, next: held }, now);
    return { change, opening: { ...opening, claim: held } };
  }
  const resting =
    kind === 'wait' ? awaitOutcome(claim, '202\n{}', next, terms) : releaseClaim(claim, next, terms);
  return { change: claimChange({ expected: claim.fence, next: resting }, now) };
}

async function contents(storage: Storage, now: number) {
  const merchants = [aMerchantId('m-0'), aMerchantId('m-1')];
  const claims = [];
  const payments = [];
  for (const merchantId of merchants) {
    for (let key = 0; key < 4; key += 1)
      claims.push(
        (
          await storage.claims.find({ merchantId, operation: 'process', key: `k-${key}` }, now)
        )._unsafeUnwrap() ?? null,
      );
    const listed = (await storage.payments.list(merchantId, {}, { limit: 100 }))._unsafeUnwrap();
    for (const payment of listed)
      payments.push({
        payment,
        transactions: (await storage.payments.transactionsOf(merchantId, payment.id))._unsafeUnwrap(),
        audit: (await storage.auditTrail.ofPayment(merchantId, payment.id))._unsafeUnwrap(),
      });
  }
  return { claims, payments, events: (await storage.outbox.unsent(1_000))._unsafeUnwrap() };
}

const seedOf = (text: string | undefined) => (text === undefined ? {} : { seed: Number(text) });
