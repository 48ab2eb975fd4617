import { describe, expect, it } from 'vitest';
import { idOf } from '../../../src/domain/kernel/ids.ts';
import { NOON, terms } from '../../fixtures/changes.ts';
import { noConfig } from '../../fixtures/vault.ts';
import { eachInItsOwnWorld, world } from '../each-world.ts';
import { aRequest, dieBefore, expectSound, refuseCharge, soon, storedFor } from '../world.ts';
import { DAY, recovered } from './recovering.ts';

eachInItsOwnWorld();

describe('a charge whose stored method is gone', () => {
  /** Left before the charge was sent; by the time of the next round, the customer has been erased. */
  async function erasedMeanwhile() {
    const customerId = idOf('cus', '1'.repeat(32));
    world.customers.add(customerId);
    const request = aRequest({ customerId, paymentMethod: 'pm_1' });
    world.turns.charge.push(dieBefore);
    void world.process(request);
    await soon();
    world.customers.delete(customerId);
    world.pass(terms.leaseMs);
    return { request, customerId };
  }

  it('is not sent, and waits for what the processor may still show', async () => {
    const { request } = await erasedMeanwhile();
    expect((await world.process(request))._unsafeUnwrap().response).toMatch(/^processing /);
    for (let round = 0; round < 5; round += 1) {
      world.pass(600_000);
      expect(await recovered()).toMatchObject({ due: 1, waiting: 1 });
    }
    expect(await storedFor(world, request)).toMatchObject({
      claim: { state: 'unknown' },
      payment: { status: 'processing' },
    });
    expect(world.calls.charge).toBe(1);
    expect(world.ledger.charges().size).toBe(0);
  });

  it('has failed when its key’s day is over, and nothing was charged', async () => {
    const { request } = await erasedMeanwhile();
    world.clock.at = NOON + DAY - 1;
    expect(await recovered()).toMatchObject({ waiting: 1 });
    world.pass(300_000);
    expect(await recovered()).toMatchObject({ settled: 1 });
    const { payment, events } = await storedFor(world, request);
    expect(payment).toMatchObject({ status: 'failed', failure: { code: 'payment_method_unavailable' } });
    expect(events).toEqual(['payment.created', 'payment.failed']);
    expect(world.calls.charge).toBe(1);
    expect(world.ledger.charges().size).toBe(0);
    await expectSound(world, request);
  });

  it('is what the processor’s record says it is, if that shows in time', async () => {
    const { request } = await erasedMeanwhile();
    await recovered();
    const { payment } = await storedFor(world, request);
    await world.ports.processor.charge({
      reference: payment?.id ?? '',
      merchantId: request.merchantId,
      config: noConfig,
      amount: request.amount,
      paymentMethod: 'card',
      capture: true,
    });
    world.pass(300_000);
    expect(await recovered()).toMatchObject({ settled: 1 });
    expect((await storedFor(world, request)).payment?.status).toBe('succeeded');
    await expectSound(world, request);
  });

  it('is not given up unasked by a client that comes a day late', async () => {
    const customerId = idOf('cus', '1'.repeat(32));
    world.customers.add(customerId);
    const request = aRequest({ customerId, paymentMethod: 'pm_1' });
    world.turns.charge.push(refuseCharge);
    expect((await world.process(request))._unsafeUnwrapErr().kind).toBe('ProcessorUnavailable');
    world.customers.delete(customerId);
    world.pass(DAY);
    const { lookup } = world.calls;
    expect((await world.process(request))._unsafeUnwrap().response).toMatch(/^processing /);
    expect(world.calls.lookup).toBe(lookup);
    world.pass(300_000);
    expect(await recovered()).toMatchObject({ settled: 1 });
    expect(world.calls.lookup).toBe(lookup + 1);
    expect((await storedFor(world, request)).payment?.status).toBe('failed');
    await expectSound(world, request);
  });

  it('is sent all the same when the customer is there', async () => {
    const { request, customerId } = await erasedMeanwhile();
    world.customers.add(customerId);
    expect((await world.process(request))._unsafeUnwrap().response).toMatch(/^succeeded /);
    await expectSound(world, request);
  });
});
