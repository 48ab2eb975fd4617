import { afterEach, beforeEach } from 'vitest';
import { aWorld, type World } from './world.ts';

/** The world of the test that runs. */
export let world: World;

/** Every test of a file begins in a world of its own. */
export function eachInItsOwnWorld(): void {
  beforeEach(async () => {
    world = await aWorld();
  });
  afterEach(() => world.close());
}
