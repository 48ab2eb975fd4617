import fc from 'fast-check';
import { playHistory } from './history.ts';
import { type Plan, plans } from './plan.ts';
import type { Breaking } from './world.ts';

/** A history that broke. `shrunk` breaks too, and has no action or fault that can be left out; `faults` are of it. */
export type Broken = Readonly<{ history: number; plan: Plan; shrunk: Plan; faults: readonly string[] }>;

export type Simulated = Readonly<{ histories: number; steps: number; broken?: Broken }>;

export type Terms = Readonly<{
  seed: number;
  /** Numbers of histories, one after the other. */
  from: number;
  until: number;
  breaking?: Breaking;
  /** How long a broken history may be shrunk for; 0: it is left as it is. */
  shrinkMs?: number;
}>;

const SHRINK_MS = 60_000;

/** Plays histories until one breaks, and shrinks that one. A history follows from the seed and its number alone. */
export async function simulate({
  seed,
  from,
  until,
  breaking,
  shrinkMs = SHRINK_MS,
}: Terms): Promise<Simulated> {
  let steps = 0;
  for (let history = from; history < until; history += 1) {
    const plan = planOf(seed, history);
    const played = await playHistory(plan, breaking);
    steps += played.steps;
    if (played.faults.length === 0) continue;
    const shrunk = shrinkMs === 0 ? plan : await shrunkOf(seedOf(seed, history), shrinkMs, breaking);
    const { faults } = await playHistory(shrunk, breaking);
    return { histories: history - from + 1, steps, broken: { history, plan, shrunk, faults } };
  }
  return { histories: until - from, steps };
}

/** The smallest plan that still breaks, of those that were found in time. */
async function shrunkOf(planSeed: number, shrinkMs: number, breaking: Breaking | undefined): Promise<Plan> {
  const breaks = fc.asyncProperty(
    plans,
    async (plan) => (await playHistory(plan, breaking)).faults.length === 0,
  );
  const { counterexample } = await fc.check(breaks, {
    seed: planSeed,
    numRuns: 1,
    interruptAfterTimeLimit: shrinkMs,
  });
  if (counterexample === null) throw new Error(`the plan of ${planSeed} breaks no more`);
  return counterexample[0];
}

/** The plan of one history. */
export function planOf(seed: number, history: number): Plan {
  const [plan] = fc.sample(plans, { seed: seedOf(seed, history), numRuns: 1 });
  if (plan === undefined) throw new Error(`history ${history} has no plan`);
  return plan;
}

/** Far apart for neighbours, as fast-check's generators need no more. */
const seedOf = (seed: number, history: number): number => (Math.imul(seed, 0x9e3779b1) + history) | 0;

/** How many actions a plan has, and how many faults of single calls. */
export const sizeOf = ({ actions }: Plan): Readonly<{ actions: number; faults: number }> => ({
  actions: actions.length,
  faults: actions
    .map((action) => {
      if ('sends' in action) return action.sends.reduce((sum, { hurts }) => sum + hurts.length, 0);
      return 'hurts' in action ? action.hurts.length : 0;
    })
    .reduce((sum, each) => sum + each, 0),
});
