import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { terms } from '../../fixtures/changes.ts';
import {
  aRequest,
  aWorld,
  dieAfter,
  dieBefore,
  expectSound,
  expectToStand,
  pass,
  soon,
  storedFor,
  type World,
} from '../world.ts';

let world: World;
beforeEach(async () => {
  world = await aWorld();
});
afterEach(() => world.close());

/** Every call that processing makes to the outside, and the two ways to end at it. */
const POINTS = [
  ['before the intent is recorded', () => world.turns.commit.push(dieBefore)],
  ['after the intent is recorded', () => world.turns.commit.push(dieAfter)],
  ['before the charge', () => world.turns.charge.push(dieBefore)],
  ['after the charge', () => world.turns.charge.push(dieAfter)],
  ['before the outcome is recorded', () => world.turns.commit.push(pass, dieBefore)],
  ['after the outcome is recorded', () => world.turns.commit.push(pass, dieAfter)],
] as const;

const METHODS = [
  ['card', 'succeeded'],
  ['test_declined', 'failed'],
  ['test_timeout_approved', 'succeeded'],
  ['test_timeout_declined', 'failed'],
] as const;

const cases = POINTS.flatMap(([point, crash]) =>
  METHODS.map(([paymentMethod, end]) => ({ point, crash, paymentMethod, end })),
);

describe('a process that ends', () => {
  it.each(cases)(
    '$point of $paymentMethod, and the client comes back',
    async ({ crash, paymentMethod, end }) => {
      const request = aRequest({ paymentMethod });
      crash();
      void world.process(request);
      await soon();
      world.pass(terms.leaseMs);
      const first = (await world.process(request))._unsafeUnwrap();
      for (let round = 0; round < 3; round += 1) {
        world.pass(600_000);
        (await world.recover(10))._unsafeUnwrap();
      }
      expectToStand(first, (await world.process(request))._unsafeUnwrap());
      expect((await storedFor(world, request)).payment?.status).toBe(end);
      expect(world.ledger.charges().size).toBe(end === 'succeeded' ? 1 : 0);
      await expectSound(world, request);
    },
  );

  it.each(cases)(
    '$point of $paymentMethod, and only recovery goes on',
    async ({ crash, paymentMethod, end }) => {
      const request = aRequest({ paymentMethod });
      crash();
      void world.process(request);
      await soon();
      for (let round = 0; round < 3; round += 1) {
        world.pass(600_000);
        (await world.recover(10))._unsafeUnwrap();
      }
      const { payment, claim } = await storedFor(world, request);
      if (claim === undefined) {
        expect(world.ledger.charges().size).toBe(0);
        return;
      }
      expect([claim.state, payment?.status]).toEqual(['completed', end]);
      expect(world.ledger.charges().size).toBe(end === 'succeeded' ? 1 : 0);
      await expectSound(world, request);
    },
  );

  it.each(POINTS)('%s while resuming is resumed again', async (_point, crash) => {
    const request = aRequest();
    world.turns.charge.push(dieBefore);
    void world.process(request);
    await soon();
    world.pass(terms.leaseMs);
    crash();
    void world.process(request);
    await soon();
    world.pass(terms.leaseMs);
    expect((await world.process(request))._unsafeUnwrap().response).toMatch(/^succeeded /);
    expect(world.ledger.charges().size).toBe(1);
    await expectSound(world, request);
  });
});
