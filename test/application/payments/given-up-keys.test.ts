import { describe, expect, it } from 'vitest';
import { processPayment } from '../../../src/application/payments/process-payment.ts';
import { terms } from '../../fixtures/changes.ts';
import { eachInItsOwnWorld, world } from '../each-world.ts';
import { aRequest, dieBefore, expectSound, refuseCharge, soon, storedFor } from '../world.ts';
import { DAY, none, recovered } from './recovering.ts';

eachInItsOwnWorld();

describe('a key that no client repeated', () => {
  it('is given up as failed when its day is over, and never charged', async () => {
    const request = aRequest({ paymentMethod: 'test_unavailable' });
    await world.process(request);
    world.pass(DAY - 1);
    expect(await recovered()).toEqual(none);
    world.pass(1);
    expect(await recovered()).toEqual({ due: 1, settled: 1, waiting: 0, skipped: 0, stuck: 0 });
    const { payment, claim, events, transactions } = await storedFor(world, request);
    expect(payment).toMatchObject({ status: 'failed', failure: { code: 'processor_unavailable' } });
    expect(claim?.state).toBe('completed');
    expect(events).toEqual(['payment.created', 'payment.failed']);
    expect(transactions).toEqual([]);
    expect(world.ledger.charges().size).toBe(0);
    await expectSound(world, request);
  });

  it('answers a repeat that comes too late with the failure', async () => {
    world.turns.charge.push(refuseCharge);
    const request = aRequest();
    await world.process(request);
    world.pass(DAY);
    await recovered();
    const late = (await world.process(request))._unsafeUnwrap();
    expect(late).toMatchObject({ replayed: true });
    expect(late.response).toMatch(/^failed /);
    expect(world.calls.charge).toBe(1);
  });

  it('is either given up or tried again, when the client comes at that very moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      world.turns.charge.push(refuseCharge);
      const request = aRequest();
      await world.process(request);
      world.pass(DAY);
      const both = [recovered(), world.process(request)] as const;
      await Promise.all(round % 2 === 0 ? both : both.toReversed());
      world.pass(DAY);
      await recovered();
      const { payment } = await storedFor(world, request);
      expect(['failed', 'succeeded']).toContain(payment?.status);
      await expectSound(world, request);
    }
  });
});

describe('terms', () => {
  it('decide how long a lease lasts', async () => {
    const short = processPayment(world.ports, { ...terms, leaseMs: 10 });
    world.turns.charge.push(dieBefore);
    const request = aRequest();
    void short(request);
    await soon();
    world.pass(10);
    expect((await short(request))._unsafeUnwrap().response).toMatch(/^succeeded /);
  });
});
