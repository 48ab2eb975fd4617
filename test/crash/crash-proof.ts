import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Storage } from '../../src/ports/storage.ts';
import { reached, tryPoints } from './harness.ts';
import { ORDERS, type Point, pointText, SCENARIOS, type Scenario } from './scenarios.ts';
import { FAULTS, type Planned } from './steps.ts';

/** What is tried beside every single fault of the request, where everything would take too long. */
export type Extent = Readonly<{
  /** One in so many of the faults in who comes after; the seed says which. */
  oneSecondIn: number;
  /** How many random pairs are drawn; those whose steps are not reached are not counted. */
  pairs: number;
}>;

/**
 * Takes a payment with every step of it hurt in every way, in every order of what follows; hurts recovery and the
 * retry in their turn; and lets nothing be lost, doubled, half-applied or told differently.
 */
export function crashProof(
  adapter: string,
  open: () => Promise<Storage>,
  { oneSecondIn, pairs }: Extent,
): void {
  describe(`Crash proof: ${adapter}`, () => {
    const seed = Number(process.env['PAYWRIGHT_TEST_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));
    const counts = { single: 0, second: 0, pairs: 0 };

    beforeAll(() => console.log(`crash proof on ${adapter}: PAYWRIGHT_TEST_SEED=${seed}`));
    afterAll(() => {
      const points = counts.single + counts.second + counts.pairs;
      console.log(
        `crash proof on ${adapter}: ${points} points tried (${counts.single} in the request, ${counts.second} in ` +
          `what follows a crash, ${counts.pairs} random pairs), seed ${seed}`,
      );
    });

    it.each(SCENARIOS)('survives every fault at every step of a payment $name', async (scenario) => {
      counts.single += await prove(await singlePoints(scenario));
    });

    it.each(SCENARIOS)('survives a second fault in who comes after, payment $name', async (scenario) => {
      const points = await secondPoints(scenario);
      counts.second += await prove(points.filter((_, index) => (index + seed) % oneSecondIn === 0));
    });

    it(`survives random pairs of faults (seed ${seed})`, async () => {
      counts.pairs += await prove(fc.sample(aPair, { seed, numRuns: pairs }));
    });

    async function prove(points: readonly Point[]): Promise<number> {
      const tried = await tryPoints(open, points);
      const broken = tried
        .filter(({ trial }) => trial.violations.length > 0)
        .map(({ point, trial }) => `${pointText(point)}\n    ${trial.violations.join('\n    ')}`);
      const some = broken.slice(0, MOST_SHOWN).join('\n');
      expect(some, `${broken.length} points broken, PAYWRIGHT_TEST_SEED=${seed}`).toBe('');
      const count = tried.filter(({ point, trial }) => reached(point, trial)).length;
      expect(count).toBeGreaterThan(0);
      return count;
    }

    /** Every step of the first request, with every fault, in every order. */
    async function singlePoints(scenario: Scenario): Promise<readonly Point[]> {
      const [order] = ORDERS;
      const [dry] = await tryPoints(open, [{ scenario, order }]);
      const steps = dry?.trial.steps.first ?? [];
      return ORDERS.flatMap((each) =>
        everyFault(steps.length).map((first) => ({ scenario, order: each, first })),
      );
    }

    /** The first request dies after each effect it has; then each step of the retry and of recovery is hurt. */
    async function secondPoints(scenario: Scenario): Promise<readonly Point[]> {
      const [order] = ORDERS;
      const [dry] = await tryPoints(open, [{ scenario, order }]);
      const steps = dry?.trial.steps.first ?? [];
      const deaths = steps.flatMap((name, step) =>
        name === 'commit' || name === 'charge' ? [{ step, fault: 'crash after' } as const] : [],
      );
      const courses = deaths.flatMap((first) => [
        { scenario, first, who: 'recovery', order: 'recovery, then retry' } as const,
        { scenario, first, who: 'retry', order: 'retry, then recovery' } as const,
      ]);
      const dries = await tryPoints(open, courses);
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

const everyFault = (steps: number): readonly Planned[] =>
  Array.from({ length: steps }, (_, step) => FAULTS.map((fault) => ({ step, fault }))).flat();

const aFault = (lastStep: number) => ({
  step: fc.nat({ max: lastStep }),
  fault: fc.constantFrom(...FAULTS),
});

const aPair: fc.Arbitrary<Point> = fc.record({
  scenario: fc.constantFrom(...SCENARIOS),
  order: fc.constantFrom(...ORDERS),
  first: fc.record(aFault(4)),
  second: fc.record({ ...aFault(6), who: fc.constantFrom('retry', 'recovery') }),
});
