import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LATE_FAULTS } from './faulty-process.ts';
import {
  aPair,
  distinctFaults,
  distinctFaultsAndSome,
  everyFault,
  type Order,
  type Point,
  pointText,
  type Scenario,
} from './points.ts';
import { isReached, type Trial, tryPoint, type World } from './trial.ts';

/** What is tried of all that can go wrong, where everything would take too long. */
export type Extent = Readonly<{
  /** Those faults alone of which something else follows, or beside them one in eight of all others; the seed says which. */
  faults: 'distinct' | 'distinct and some';
  /** In how many of the orders of what follows each single fault is tried; the seed says which, and all take turns. */
  ordersEach: number;
  /** One in so many of the faults in what follows, and some in any case; the seed says which. */
  oneSecondIn: number;
  /** How many random pairs are drawn; those whose second step is not reached are not counted. */
  pairs: number;
}>;

/** A service under proof, on one storage. */
export type Proof<
  Request extends Readonly<{ type: string }>,
  S extends Scenario<Request>,
  Reply,
  Store,
> = Readonly<{
  /** As test titles and the counts at the end give it. */
  name: string;
  scenarios: readonly S[];
  orders: readonly Order[];
  /** The names of all steps that have an effect: of those a process may die after, and all others only read. */
  effects: readonly string[];
  open(): Promise<Store & Readonly<{ close(): Promise<void> }>>;
  /** A store in memory: a process takes the same steps on every storage, so its steps are learned here. */
  rehearsal(): Store;
  world(storage: Store, scenario: S): Promise<World<Request, Reply>>;
}>;

/**
 * Plays every scenario with every step of its request hurt in every way, in every order of what follows; hurts recovery
 * and the retry in their turn; and lets nothing be lost, doubled, half-applied or answered differently. `extent` says how
 * much of it.
 */
export function crashProof<
  Request extends Readonly<{ type: string }>,
  S extends Scenario<Request>,
  Reply,
  Store,
>(
  { name, scenarios, orders, effects, open, rehearsal, world }: Proof<Request, S, Reply, Store>,
  extent: Extent,
): void {
  const { faults, ordersEach, oneSecondIn, pairs } = isDeep
    ? { ...extent, faults: 'every', ordersEach: orders.length, oneSecondIn: 1 }
    : extent;
  const faultsAt = (steps: readonly string[]) => {
    if (faults === 'every') return everyFault(steps.length);
    if (faults === 'distinct') return distinctFaults(steps, effects);
    return distinctFaultsAndSome(steps, effects, { oneIn: ONE_TWIN_IN, turn: seed });
  };
  const seed = Number(process.env['PAYWRIGHT_TEST_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));
  type AnyPoint = Point<S>;
  type Tried = Readonly<{ point: AnyPoint; trial: Trial }>;
  const [FIRST_ORDER = 'retry, then recovery'] = orders;

  describe(`Crash proof of ${name}`, () => {
    const counts = {
      single: new Map<string, number>(),
      second: new Map<string, number>(),
      pairs: new Map<string, number>(),
    };

    const stepsKnown = new Map<S, readonly string[]>();
    let store: Readonly<{ storage: Store & Readonly<{ close(): Promise<void> }>; room: number }> | undefined;

    beforeAll(() => console.log(`crash proof of ${name}: PAYWRIGHT_TEST_SEED=${seed}`));
    afterAll(async () => {
      await store?.storage.close();
      const lines = [
        `  in the request: ${countText(counts.single)}`,
        `  in what follows a crash: ${countText(counts.second)}`,
        `  random pairs: ${countText(counts.pairs)}`,
      ];
      console.log(`crash proof of ${name}, seed ${seed}, points tried\n${lines.join('\n')}`);
    });

    it.each(scenarios)('survives every fault at every step of $name', async (scenario) => {
      await prove(await singlePoints(scenario), counts.single);
    });

    it.each(scenarios.filter(({ writesNothing }) => !writesNothing))(
      'survives a second fault in what follows $name',
      async (scenario) => {
        const points = await secondPoints(scenario);
        const oneIn = Math.max(1, Math.min(oneSecondIn, Math.floor(points.length / LEAST_SECONDS)));
        await prove(
          points.filter((_, index) => (index + seed) % oneIn === 0),
          counts.second,
        );
      },
    );

    it.each(scenarios)('survives a retry that stands still beside the request in $name', async (scenario) => {
      const points = await stillPoints(scenario);
      const oneIn = Math.max(1, Math.min(oneSecondIn, Math.floor(points.length / LEAST_SECONDS)));
      await prove(
        points.filter((_, index) => (index + seed) % oneIn === 0),
        counts.second,
      );
    });

    it(`survives random pairs of faults (seed ${seed})`, async () => {
      for (const scenario of scenarios) await stepsOf(scenario);
      const drawn = aPair(scenarios, orders, (scenario) => stepsKnown.get(scenario)?.length ?? 1);
      await prove(fc.sample(drawn, { seed, numRuns: pairs }), counts.pairs);
    });

    async function prove(points: readonly AnyPoint[], counted: Map<string, number>): Promise<void> {
      const tried = await tryPoints(points);
      const broken = tried
        .filter(({ trial }) => trial.violations.length > 0)
        .map(({ point, trial }) => `${pointText(point)}\n    ${trial.violations.join('\n    ')}`);
      const some = broken.slice(0, MOST_SHOWN).join('\n');
      expect(some, `${broken.length} points broken, PAYWRIGHT_TEST_SEED=${seed}`).toBe('');
      const met = tried.filter(({ point, trial }) => isReached(point, trial));
      expect(met.length).toBeGreaterThan(0);
      for (const { point } of met) {
        const { type } = point.scenario.request;
        counted.set(type, (counted.get(type) ?? 0) + 1);
      }
    }

    /** Plays points side by side, on a store for a few of them each. */
    async function tryPoints(points: readonly AnyPoint[]): Promise<readonly Tried[]> {
      const tried: Tried[] = [];
      for (let from = 0; from < points.length; ) {
        const { storage, room } = await storeWithRoom();
        const left = points.slice(from, from + room);
        from += left.length;
        store = { storage, room: room - left.length };
        const lane = async () => {
          for (let point = left.shift(); point !== undefined; point = left.shift()) {
            const trial = await tryPoint(await world(storage, point.scenario), point);
            tried.push({ point, trial });
          }
        };
        await Promise.all(Array.from({ length: LANES }, lane));
      }
      return tried;
    }

    /** Plays points in memory for the steps that they take. */
    async function rehearsed(points: readonly AnyPoint[]): Promise<readonly Tried[]> {
      const storage = rehearsal();
      const tried: Tried[] = [];
      for (const point of points)
        tried.push({ point, trial: await tryPoint(await world(storage, point.scenario), point) });
      return tried;
    }

    /** A store takes points until it is full, of one test after another: making one takes longer than most points. */
    async function storeWithRoom() {
      if (store !== undefined && store.room > 0) return store;
      await store?.storage.close();
      return { storage: await open(), room: POINTS_PER_STORE };
    }

    /** Every step of the first request, with every fault. */
    async function singlePoints(scenario: S): Promise<readonly AnyPoint[]> {
      const steps = await stepsOf(scenario);
      return faultsAt(steps).flatMap((first, index) => {
        const isLate = LATE_FAULTS.includes(first.fault);
        const possible = orders.filter((each) => isLate || !each.includes('late'));
        return possible
          .filter((_, turn) => (index + turn + seed) % possible.length < ordersEach)
          .map((order) => ({ scenario, order, first }));
      });
    }

    /** The first request dies after each effect it has; then each step of the retry and of recovery is hurt. */
    async function secondPoints(scenario: S): Promise<readonly AnyPoint[]> {
      const steps = await stepsOf(scenario);
      const deaths = steps.flatMap((step, index) =>
        effects.includes(step) ? [{ step: index, fault: 'crash after' } as const] : [],
      );
      const courses = deaths.flatMap((first) => [
        { scenario, first, order: 'recovery, then retry' } as const,
        { scenario, first, order: 'retry, then recovery' } as const,
      ]);
      const dries = await rehearsed(courses);
      return dries.flatMap(({ point, trial }) => {
        const who = point.order === 'recovery, then retry' ? 'recovery' : 'retry';
        return faultsAt(trial.steps[who]).map((planned) => ({
          ...point,
          second: { ...planned, who },
        }));
      });
    }

    /** The request and its retry stand still at any two of their steps, and go on one after the other. */
    async function stillPoints(scenario: S): Promise<readonly AnyPoint[]> {
      const fault = 'delay';
      const order = 'retry, then what was late, then recovery';
      const steps = await stepsOf(scenario);
      const courses = steps.map((_, step) => ({ scenario, order, first: { step, fault } }) as const);
      const dries = await rehearsed(courses);
      return dries.flatMap(({ point, trial }) =>
        trial.steps.retry.map((_, step) => ({ ...point, second: { step, fault, who: 'retry' } }) as const),
      );
    }

    /** The steps of the request when nothing goes wrong. */
    async function stepsOf(scenario: S): Promise<readonly string[]> {
      const known = stepsKnown.get(scenario);
      if (known !== undefined) return known;
      const [dry] = await rehearsed([{ scenario, order: FIRST_ORDER }]);
      const steps = dry?.trial.steps.first ?? [];
      stepsKnown.set(scenario, steps);
      return steps;
    }
  });
}

/** In `npm run test:deep` every fault is tried on every storage, in every order. */
const isDeep = process.env['PAYWRIGHT_DEEP_CRASHES'] !== undefined;

const POINTS_PER_STORE = 64;
const LANES = 8;
const ONE_TWIN_IN = 8;
const MOST_SHOWN = 20;
const LEAST_SECONDS = 4;

function countText(counted: ReadonlyMap<string, number>): string {
  const sum = [...counted.values()].reduce((all, each) => all + each, 0);
  return `${sum} (${[...counted].map(([type, count]) => `${type} ${count}`).join(', ')})`;
}
