import { expect, it } from 'vitest';
import { MUTATIONS } from './mutations.ts';
import { simulate } from './simulate.ts';

/** The same in every run, as the table in docs/simulation.md is of it. */
const SEED = 1;

it.each(MUTATIONS)('is found within 1000 histories: $name', async ({ name, breaking }) => {
  const { histories, broken } = await simulate({ seed: SEED, from: 0, until: 1_000, breaking, shrinkMs: 0 });
  console.log(`${name}: after ${histories} histories of seed ${SEED}`);
  expect(broken?.faults.length ?? 0).toBeGreaterThan(0);
});
