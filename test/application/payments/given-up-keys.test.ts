import { okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { confirmOutcome } from '../../../src/application/payments/confirm-outcome.ts';
import { processPayment } from '../../../src/application/payments/process-payment.ts';
import { proposeOutcome } from '../../../src/application/payments/propose-outcome.ts';
import { respondedClaim } from '../../../src/domain/kernel/claim.ts';
import {
  ATTENTION_INTERVAL_MS,
  REMEMBERED_MS,
  RESOLUTION_OUTCOMES,
} from '../../../src/domain/payments/attention.ts';
import { origin, terms } from '../../fixtures/changes.ts';
import { aResolver } from '../../fixtures/exceptions.ts';
import { expectChainsWhole } from '../../support/books.ts';
import { eachInItsOwnWorld, world } from '../each-world.ts';
import { aRequest, dieBefore, expectSound, refuseCharge, refuseLookup, soon, storedFor } from '../world.ts';
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

  it('waits in attention while the processor’s record of it cannot be read, is sent nothing, and is given up after that', async () => {
    world.turns.charge.push(refuseCharge);
    const request = aRequest();
    await world.process(request);
    world.pass(DAY);
    world.turns.lookup.push(refuseLookup);
    expect(await recovered()).toMatchObject({ settled: 0, waiting: 1 });
    expect((await storedFor(world, request)).payment).not.toHaveProperty('attention');
    world.pass(REMEMBERED_MS);
    for (const round of [1, 2]) {
      world.turns.lookup.push(refuseLookup);
      expect(await recovered()).toMatchObject({ settled: 0, waiting: 1 });
      const { payment, claim, events } = await storedFor(world, request);
      expect(payment).toMatchObject({ status: 'pending', attention: { reason: 'silence' } });
      expect(claim).toMatchObject({ state: 'retryable' });
      expect(events?.filter((type) => type === 'payment.attention')).toEqual(['payment.attention']);
      expect(await recovered()).toMatchObject({ settled: 0 });
      world.pass(round * ATTENTION_INTERVAL_MS);
    }
    expect(await recovered()).toMatchObject({ settled: 1 });
    const { payment } = await storedFor(world, request);
    expect(payment).toMatchObject({ status: 'failed', failure: { code: 'processor_unavailable' } });
    expect(payment).not.toHaveProperty('attention');
    expect(world.calls.charge).toBe(1);
    await expectSound(world, request);
  });

  it.each(RESOLUTION_OUTCOMES)(
    'can be resolved as %s by two people while that record cannot be read',
    async (outcome) => {
      world.turns.charge.push(refuseCharge);
      const request = aRequest();
      await world.process(request);
      world.pass(DAY + REMEMBERED_MS);
      world.turns.lookup.push(refuseLookup);
      await recovered();
      const { payment: waiting } = await storedFor(world, request);
      if (waiting === undefined) throw new Error('the payment does not exist');
      const about = { merchantId: request.merchantId, paymentId: waiting.id, origin };
      const proposing = {
        outcome,
        reason: 'The bank says so.',
        by: aResolver('okta|ann', 'ann@x.com'),
        replaces: false,
      };
      const proposed = (
        await proposeOutcome(world.ports)({ ...about, proposing }, (change) => {
          const key = { merchantId: request.merchantId, operation: 'propose_outcome', key: 'first' } as const;
          const facts = { fingerprint: '', requestId: origin.requestId, response: '' };
          const next = respondedClaim(key, facts, { changeId: change.id, now: world.clock.at }, terms);
          return okAsync({ ...change, claim: { expected: 0, next } });
        })
      )._unsafeUnwrap();
      const resolved = (
        await confirmOutcome(
          world.ports,
          terms,
        )({ ...about, by: aResolver('okta|bob', 'bob@x.com'), expectedVersions: [proposed.version] })
      )._unsafeUnwrap();
      expect(resolved.status).toBe(outcome);
      const { claim } = await storedFor(world, request);
      expect(claim?.state).toBe('completed');
      world.pass(DAY);
      expect(await recovered()).toEqual(none);
      expect((await world.process(request))._unsafeUnwrap()).toMatchObject({ replayed: true });
      expect(world.calls.charge).toBe(1);
      await expectChainsWhole(world.storage, resolved);
    },
  );

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
