import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Storage } from '../../src/ports/storage.ts';
import { reached, tryPoints } from './harness.ts';
import { ORDERS, operationOf, type Point, pointText, SCENARIOS, type Scenario } from './scenarios.ts';
import { FAULTS, LATE_FAULTS, type Planned } from './steps.ts';

/** What is tried beside every single fault of the request, where everything would take too long. */
export type Extent = Readonly<{
  /** In how many of the orders of what follows each single fault is tried; the seed says which, and all take turns. */
  ordersEach: number;
  /** One in so many of the faults in who comes after, and some in any case; the seed says which. */
  oneSecondIn: number;
  /** After one in so many points the summaries are recounted. */
  oneRecountIn: number;
  /** How many random pairs are drawn; those whose steps are not reached are not counted. */
  pairs: number;
}>;

/**
 * Plays every scenario with every step of its request hurt in every way, in every order of what follows; hurts recovery
 * and the retry in their turn; and lets nothing be lost, doubled, half-applied or told differently.
 */
export function crashProof(
  adapter: string,
  open: () => Promise<Storage>,
  { ordersEach, oneSecondIn, oneRecountIn, pairs }: Extent,
): void {
  describe(`Crash proof: ${adapter}`, () => {
    const seed = Number(process.env['PAYWRIGHT_TEST_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));
    const counts = { single: new Map<string, number>(), second: new Map<string, number>(), pairs: new Map() };

    beforeAll(() => console.log(`crash proof on ${adapter}: PAYWRIGHT_TEST_SEED=${seed}`));
    afterAll(() => {
      const lines = [
        `  in the request: ${countText(counts.single)}`,
        `  in what follows a crash: ${countText(counts.second)}`,
        `  random pairs: ${countText(counts.pairs)}`,
      ];
      console.log(`crash proof on ${adapter}, seed ${seed}, points tried\n${lines.join('\n')}`);
    });

    it.each(SCENARIOS)('survives every fault at every step of $name', async (scenario) => {
      await prove(await singlePoints(scenario), counts.single);
    });

    it.each(SCENARIOS.filter(({ writesNothing }) => !writesNothing))(
      'survives a second fault in who comes after $name',
      async (scenario) => {
        const points = await secondPoints(scenario);
        const oneIn = Math.max(1, Math.min(oneSecondIn, Math.floor(points.length / LEAST_SECONDS)));
        await prove(
          points.filter((_, index) => (index + seed) % oneIn === 0),
          counts.second,
        );
      },
    );

    it(`survives random pairs of faults (seed ${seed})`, async () => {
      await prove(fc.sample(aPair, { seed, numRuns: pairs }), counts.pairs);
    });

    async function prove(points: readonly Point[], counted: Map<string, number>): Promise<void> {
      const tried = await tryPoints(open, points, oneRecountIn);
      const broken = tried
        .filter(({ trial }) => trial.violations.length > 0)
        .map(({ point, trial }) => `${pointText(point)}\n    ${trial.violations.join('\n    ')}`);
      const some = broken.slice(0, MOST_SHOWN).join('\n');
      expect(some, `${broken.length} points broken, PAYWRIGHT_TEST_SEED=${seed}`).toBe('');
      const met = tried.filter(({ point, trial }) => reached(point, trial));
      expect(met.length).toBeGreaterThan(0);
      for (const { point } of met) {
        const operation = operationOf(point.scenario);
        counted.set(operation, (counted.get(operation) ?? 0) + 1);
      }
    }

    /** Every step of the first request, with every fault. */
    async function singlePoints(scenario: Scenario): Promise<readonly Point[]> {
      const [dry] = await tryPoints(open, [{ scenario, order: ORDERS[0] }], oneRecountIn);
      const steps = dry?.trial.steps.first ?? [];
      return everyFault(steps.length).flatMap((first, index) => {
        const isLate = LATE_FAULTS.includes(first.fault);
        const orders = ORDERS.filter((each) => isLate || !each.includes('late'));
        return orders
          .filter((_, turn) => (index + turn + seed) % orders.length < ordersEach)
          .map((order) => ({ scenario, order, first }));
      });
    }

    /** The first request dies after each effect it has; then each step of the retry and of recovery is hurt. */
    async function secondPoints(scenario: Scenario): Promise<readonly Point[]> {
      const [order] = ORDERS;
      const [dry] = await tryPoints(open, [{ scenario, order }], oneRecountIn);
      const steps = dry?.trial.steps.first ?? [];
      const deaths = steps.flatMap((name, step) =>
        EFFECTS.includes(name) ? [{ step, fault: 'crash after' } as const] : [],
      );
      const courses = deaths.flatMap((first) => [
        { scenario, first, who: 'recovery', order: 'recovery, then retry' } as const,
        { scenario, first, who: 'retry', order: 'retry, then recovery' } as const,
      ]);
      const dries = await tryPoints(open, courses, oneRecountIn);
      return dries.flatMap(({ point, trial }) => {
        const who = point.order === 'recovery, then retry' ? 'recovery' : 'retry';
        return everyFault(trial.steps[who].length).map((planned) => ({
          ...point,
          second: { ...planned, who },
        }));
      });
    }
  });
}

const MOST_SHOWN = 20;
const LEAST_SECONDS = 4;
const EFFECTS = ['commit', 'charge', 'move'];

function countText(counted: ReadonlyMap<string, number>): string {
  const sum = [...counted.values()].reduce((all, each) => all + each, 0);
  return `${sum} (${[...counted].map(([operation, count]) => `${operation} ${count}`).join(', ')})`;
}

const everyFault = (steps: number): readonly Planned[] =>
  Array.from({ length: steps }, (_, step) => FAULTS.map((fault) => ({ step, fault }))).flat();

const aFault = (lastStep: number) => ({
  step: fc.nat({ max: lastStep }),
  fault: fc.constantFrom(...FAULTS),
});

const aPair: fc.Arbitrary<Point> = fc.record({
  scenario: fc.constantFrom(...SCENARIOS),
  order: fc.constantFrom(...ORDERS),
  first: fc.record(aFault(5)),
  second: fc.record({ ...aFault(7), who: fc.constantFrom('retry', 'recovery') }),
});
