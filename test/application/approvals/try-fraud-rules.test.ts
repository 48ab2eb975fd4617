import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_THRESHOLDS } from '../../../src/domain/approvals/fraud.ts';
import { defaultFraudRules, type FraudRules } from '../../../src/domain/approvals/fraud-rules.ts';
import type { VendorPaymentId } from '../../../src/domain/approvals/ids.ts';
import { ADMIN, asked, aVendorId, MAKER } from '../../fixtures/approvals.ts';
import { type ApprovalsWorld, anApprovalsWorld, anApproved, anOrder } from './world.ts';

const VENDORS = [aVendorId(), aVendorId()];
const USUAL = defaultFraudRules([500_000n]);
/** By which a few payments are enough for each rule to have something to say. */
const EAGER: FraudRules = {
  ...USUAL,
  version: 'eager',
  leastHistory: 1,
  outcomes: { blockAfter: 2, allowAfter: 2 },
  velocity: { windowMs: 40 * 3_600_000, most: 2, points: 250 },
};

const move = fc.record({
  kind: fc.constantFrom('create', 'create', 'change', 'approve', 'pay', 'cancel', 'fraud', 'legitimate'),
  vendor: fc.nat({ max: 1 }),
  /** Which of the payments there are, counted from the newest. */
  nth: fc.nat({ max: 5 }),
  cents: fc.constantFrom(10_001n, 10_002n, 40_003n, 100_000n, 480_000n, 500_000n),
  hours: fc.constantFrom(0, 0, 1, 20, 100),
});
type Move = typeof move extends fc.Arbitrary<infer Value> ? Value : never;

/** Does what can be done by then; what the rules of approvals refuse leaves all as it is. */
async function live(world: ApprovalsWorld, moves: readonly Move[]): Promise<void> {
  const ids: VendorPaymentId[] = [];
  for (const { kind, vendor, nth, cents, hours } of moves) {
    world.pass(hours * 3_600_000);
    const id = ids.at(-1 - nth);
    if (kind === 'create' || id === undefined) {
      const order = anOrder({ cents, ...(VENDORS[vendor] && { vendorId: VENDORS[vendor] }) });
      ids.push((await world.create(order))._unsafeUnwrap().id);
      continue;
    }
    if (kind === 'change')
      await world.changeVendorPayment({
        ...asked(MAKER),
        id,
        lineItems: [{ description: 'Recovery', quantity: 1, unitPriceCents: cents }],
      });
    else if (kind === 'approve')
      await world.approve(id, ADMIN, { termsHash: (await world.stored(id)).termsHash });
    else if (kind === 'pay') await world.process(id);
    else if (kind === 'cancel') await world.reject(id, ADMIN);
    else await world.reviewVendorPayment({ ...asked(ADMIN), id, outcome: kind });
  }
}

/** What the rules would have said of each payment, beside what was said. */
async function tried(world: ApprovalsWorld, rules: FraudRules) {
  const told = new Map<VendorPaymentId, readonly [was: string, would: string]>();
  const counts = await world.tryFraudRules(rules, DEFAULT_THRESHOLDS, ({ id }, { was, would }) => {
    expect(told.has(id)).toBe(false);
    told.set(id, [was, would]);
  });
  return { told: [...told], counts: counts._unsafeUnwrap() };
}

describe('fraud rules that are tried', () => {
  it.each([
    ['built-in', USUAL],
    ['eager', EAGER],
  ])(
    'say of every past what they said when it was made, when they are the same %s ones',
    async (_name, rules) => {
      await fc.assert(
        fc.asyncProperty(fc.array(move, { minLength: 1, maxLength: 40 }), async (moves) => {
          const world = anApprovalsWorld({ rules });
          await live(world, moves);
          const { told, counts } = await tried(world, rules);
          for (const [id, [was, would]] of told) expect([id, would]).toEqual([id, was]);
          const all = Object.values(counts).reduce((sum, { payments }) => sum + payments, 0);
          const stored = await world.storage.vendorPayments.list({}, { order: 'oldest', limit: 100 });
          expect([told.length, all]).toEqual([stored._unsafeUnwrap().length, told.length]);
          world.close();
        }),
        { numRuns: 150 },
      );
    },
  );

  it('look as far back for what was paid as a score does', async () => {
    const world = anApprovalsWorld({ rules: USUAL });
    const [vendorId = aVendorId()] = VENDORS;
    for (const cents of [101n, 102n, 103n])
      await world.process(await anApproved(world, anOrder({ vendorId, cents })));
    for (let n = 0; n < 150; n += 1) await world.create(anOrder({ vendorId, cents: 17n }));
    world.pass(24 * 3_600_000);
    const { id } = (await world.create(anOrder({ vendorId, cents: 1_031n })))._unsafeUnwrap();
    const { told } = await tried(world, USUAL);
    expect(new Map(told).get(id)).toEqual(['high_risk', 'high_risk']);
    world.close();
  });

  it('remember what was read pages before, and what is moved pages after', async () => {
    const world = anApprovalsWorld({ rules: EAGER });
    const [vendorId = aVendorId()] = VENDORS;
    const { id } = (await world.create(anOrder({ vendorId, cents: 10_001n })))._unsafeUnwrap();
    for (let n = 0; n < 1_100; n += 1) {
      world.pass(60_000);
      await world.create(anOrder());
    }
    for (const cents of [10_002n, 10_003n]) await world.create(anOrder({ vendorId, cents }));
    await world.changeVendorPayment({
      ...asked(MAKER),
      id,
      lineItems: [{ description: 'Recovery', quantity: 1, unitPriceCents: 480_000n }],
    });
    await world.create(anOrder({ vendorId, cents: 500_000n }));
    const { told } = await tried(world, EAGER);
    expect(told).toHaveLength(1_104);
    expect(told.filter(([, [was, would]]) => was !== would)).toEqual([]);
    expect(new Map(told).get(id)).toEqual(['high_risk', 'high_risk']);
    world.close();
  });
});
