import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import { FAULTS, LATE_FAULTS, type Planned } from '../crash/steps.ts';
import { reached, tryPoints } from './crash-harness.ts';
import { ORDERS, type Point, pointText, SCENARIOS, type Scenario } from './crash-scenarios.ts';

/** One in so many of the points is tried, where everything would take too long; the seed says which. */
export type Extent = Readonly<{ oneIn: number; oneSecondIn: number }>;

const MOST_SHOWN = 20;
const EFFECTS = ['commit', 'pay'];

/**
 * Plays every scenario with every step of its request hurt in every way, in every order of what follows; hurts recovery
 * and the retry in their turn. Of each incident there is one payment in the end, paid at most once, told of rightly.
 */
export function crashProof(
  adapter: string,
  open: () => Promise<ApprovalsStorage>,
  { oneIn, oneSecondIn }: Extent,
): void {
  describe(`Crash proof of approvals: ${adapter}`, () => {
    const seed = Number(process.env['PAYWRIGHT_TEST_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));
    const counts = { first: 0, second: 0 };
    beforeAll(() => console.log(`crash proof of approvals on ${adapter}: PAYWRIGHT_TEST_SEED=${seed}`));
    afterAll(() =>
      console.log(
        `crash proof of approvals on ${adapter}, seed ${seed}: ${counts.first} points in the request, ${counts.second} in what follows a crash`,
      ),
    );

    it.each(SCENARIOS)('survives every fault at every step of $name', async (scenario) => {
      counts.first += await prove(everyOne(await singlePoints(scenario), oneIn));
    });

    it.each(SCENARIOS)('survives a second fault in who comes after $name', async (scenario) => {
      counts.second += await prove(everyOne(await secondPoints(scenario), oneSecondIn));
    });

    const everyOne = (points: readonly Point[], among: number) =>
      points.filter((_, index) => (index + seed) % among === 0);

    /** How many points were reached; none of them may be broken. */
    async function prove(points: readonly Point[]): Promise<number> {
      const tried = await tryPoints(open, points);
      const broken = tried
        .filter(({ trial }) => trial.violations.length > 0)
        .map(({ point, trial }) => `${pointText(point)}\n    ${trial.violations.join('\n    ')}`);
      const some = broken.slice(0, MOST_SHOWN).join('\n');
      expect(some, `${broken.length} points broken, PAYWRIGHT_TEST_SEED=${seed}`).toBe('');
      const met = tried.filter(({ point, trial }) => reached(point, trial));
      expect(met.length).toBeGreaterThan(0);
      return met.length;
    }

    const dryRun = async (point: Point) => (await tryPoints(open, [point]))[0]?.trial.steps;

    /** Every step of the first request, with every fault. */
    async function singlePoints(scenario: Scenario): Promise<readonly Point[]> {
      const steps = (await dryRun({ scenario, order: ORDERS[0] }))?.first ?? [];
      return everyFault(steps.length).flatMap((first) =>
        ORDERS.filter((order) => LATE_FAULTS.includes(first.fault) || !order.includes('late')).map(
          (order) => ({
            scenario,
            order,
            first,
          }),
        ),
      );
    }

    /** The first request dies after each effect it has; then each step of the retry and of recovery is hurt. */
    async function secondPoints(scenario: Scenario): Promise<readonly Point[]> {
      const steps = (await dryRun({ scenario, order: ORDERS[0] }))?.first ?? [];
      const points: Point[] = [];
      for (const [step, name] of steps.entries()) {
        if (!EFFECTS.includes(name)) continue;
        for (const [who, order] of [
          ['retry', 'retry, then recovery'],
          ['recovery', 'recovery, then retry'],
        ] as const) {
          const course = { scenario, order, first: { step, fault: 'crash after' } } as const;
          const taken = (await dryRun(course))?.[who] ?? [];
          points.push(
            ...everyFault(taken.length).map((planned) => ({ ...course, second: { ...planned, who } })),
          );
        }
      }
      return points;
    }
  });
}

const everyFault = (steps: number): readonly Planned[] =>
  Array.from({ length: steps }, (_, step) => FAULTS.map((fault) => ({ step, fault }))).flat();
