import { describe, expect, it } from 'vitest';
import type { ProcessPaymentRequest } from '../../../src/application/payments/process-payment.ts';
import { NOON, terms } from '../../fixtures/changes.ts';
import { eachInItsOwnWorld, world } from '../each-world.ts';
import {
  aRequest,
  dieBefore,
  expectSound,
  holding,
  loseCommit,
  loseReply,
  pass,
  refuseCharge,
  soon,
  storedFor,
} from '../world.ts';

eachInItsOwnWorld();

const done = async (request: ProcessPaymentRequest) => (await world.process(request))._unsafeUnwrap();

const failure = async (request: ProcessPaymentRequest) => (await world.process(request))._unsafeUnwrapErr();

describe('a processor that refuses before any effect', () => {
  it('lets the same key try again, and charges once', async () => {
    world.turns.charge.push(refuseCharge, refuseCharge);
    const request = aRequest();
    for (let round = 0; round < 2; round += 1) {
      expect(await failure(request)).toEqual({ kind: 'ProcessorUnavailable' });
      const { claim, payment } = await storedFor(world, request);
      expect([claim?.state, payment?.status]).toEqual(['retryable', 'pending']);
      world.pass(60_000);
    }
    const { response, replayed } = await done(request);
    expect(replayed).toBe(false);
    expect(await done(request)).toEqual({ response, replayed: true });
    const { payment, links, events } = await storedFor(world, request);
    expect(payment).toMatchObject({ status: 'succeeded', version: 6, createdAt: NOON });
    expect(links?.filter(({ entityType }) => entityType === 'payment').map(({ action }) => action)).toEqual([
      'payment.created',
      'payment.postponed',
      'payment.resumed',
      'payment.postponed',
      'payment.resumed',
      'payment.succeeded',
    ]);
    expect(events).toEqual(['payment.created', 'payment.succeeded']);
    expect([...world.ledger.charges().keys()]).toEqual([payment?.id]);
    await expectSound(world, request);
  });

  it('as test_unavailable does leaves nothing at the processor, however often tried', async () => {
    const request = aRequest({ paymentMethod: 'test_unavailable' });
    for (let round = 0; round < 4; round += 1)
      expect(await failure(request)).toEqual({ kind: 'ProcessorUnavailable' });
    expect(world.ledger.charges().size).toBe(0);
    expect(world.ledger.find((await storedFor(world, request)).payment?.id ?? '')).toBeUndefined();
  });

  it('still refuses another payload under the key', async () => {
    world.turns.charge.push(refuseCharge);
    const request = aRequest();
    await failure(request);
    expect(await failure({ ...request, description: 'other' })).toEqual({ kind: 'IdempotencyKeyReused' });
  });

  it('is tried again by one of many that come back at once', async () => {
    world.turns.charge.push(refuseCharge);
    const request = aRequest();
    await failure(request);
    const results = await Promise.all(Array.from({ length: 20 }, () => world.process(request)));
    expect(results.filter((each) => each.isOk() && !each.value.replayed)).toHaveLength(1);
    expect(world.calls.charge).toBe(2);
    await expectSound(world, request);
  });
});

describe('a reply lost by the store', () => {
  it('of the intent never leads to a second charge', async () => {
    world.turns.commit.push(loseReply);
    const request = aRequest();
    expect(await failure(request)).toMatchObject({ kind: 'StorageUnavailable' });
    expect(await failure(request)).toMatchObject({ kind: 'IdempotencyInFlight' });
    world.pass(terms.leaseMs);
    expect((await done(request)).response).toMatch(/^succeeded /);
    expect(world.calls).toMatchObject({ lookup: 1, charge: 1 });
    await expectSound(world, request);
  });

  it('of the outcome leaves the answer to be replayed', async () => {
    world.turns.commit.push(pass, loseReply);
    const request = aRequest();
    expect(await failure(request)).toMatchObject({ kind: 'StorageUnavailable' });
    expect(await done(request)).toMatchObject({ replayed: true });
    expect(world.calls.charge).toBe(1);
    await expectSound(world, request);
  });

  it('that was the outcome itself is made up for when the lease has run out', async () => {
    world.turns.commit.push(pass, loseCommit);
    const request = aRequest();
    expect(await failure(request)).toMatchObject({ kind: 'StorageUnavailable' });
    world.pass(terms.leaseMs);
    expect((await done(request)).response).toMatch(/^succeeded /);
    expect(world.calls.charge).toBe(1);
    await expectSound(world, request);
  });
});

describe('a holder that stalled', () => {
  it('finds its key taken over, changes nothing and gives the answer that stands', async () => {
    const { hold, letGo } = holding();
    world.turns.charge.push(hold);
    const request = aRequest();
    const stalled = world.process(request);
    await soon();
    world.pass(terms.leaseMs);
    const { response } = await done(request);
    letGo();
    expect((await stalled)._unsafeUnwrap()).toEqual({ response, replayed: true });
    expect((await storedFor(world, request)).transactions).toHaveLength(1);
    expect(world.ledger.charges().size).toBe(1);
    await expectSound(world, request);
  });

  it('is refused as in flight while its successor is still at work', async () => {
    const [first, second] = [holding(), holding()];
    world.turns.charge.push(first.hold, second.hold);
    const request = aRequest();
    const stalled = world.process(request);
    await soon();
    world.pass(terms.leaseMs);
    const successor = world.process(request);
    await soon();
    first.letGo();
    expect((await stalled)._unsafeUnwrapErr().kind).toBe('IdempotencyInFlight');
    second.letGo();
    expect((await successor).isOk()).toBe(true);
    await expectSound(world, request);
  });

  it('does not hold the key for longer when the clock is set back', async () => {
    world.turns.charge.push(dieBefore);
    const request = aRequest();
    void world.process(request);
    await soon();
    world.pass(-terms.leaseMs);
    expect((await world.process(request))._unsafeUnwrapErr().kind).toBe('IdempotencyInFlight');
    world.pass(-3_600_000);
    expect((await world.process(request))._unsafeUnwrap().response).toMatch(/^succeeded /);
    expect(world.ledger.charges().size).toBe(1);
    await expectSound(world, request);
  });

  it('is not taken over while its lease lasts, by any repeat or worker', async () => {
    world.turns.charge.push(dieBefore);
    const request = aRequest();
    void world.process(request);
    await soon();
    world.pass(terms.leaseMs - 1);
    expect(await failure(request)).toEqual({ kind: 'IdempotencyInFlight', retryAfterMs: 1 });
    expect((await world.recover(10))._unsafeUnwrap().due).toBe(0);
    world.pass(1);
    expect((await done(request)).response).toMatch(/^succeeded /);
  });
});
