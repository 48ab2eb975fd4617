import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { recoverPayments } from '../../../src/application/payments/recover-payments.ts';
import { terms } from '../../fixtures/changes.ts';
import { eachInItsOwnWorld, world } from '../each-world.ts';
import { aRequest, expectSound, holding, refuseLookup, storedFor } from '../world.ts';
import { abandoned, DAY, none, recovered, silent } from './recovering.ts';

eachInItsOwnWorld();

describe('a round of recovery', () => {
  it('by two workers at once settles each payment once', async () => {
    const requests = [];
    for (let each = 0; each < 20; each += 1) requests.push((await silent()).request);
    world.pass(1_000);
    const another = recoverPayments(world.ports, terms);
    const [a, other] = await Promise.all([recovered(), another(100)]);
    const b = other._unsafeUnwrap();
    expect(a.due + b.due).toBe(40);
    expect([a.settled + b.settled, a.skipped + b.skipped]).toEqual([20, 20]);
    for (const request of requests) {
      expect((await storedFor(world, request)).transactions).toHaveLength(1);
      await expectSound(world, request);
    }
  });

  it('does not let one slow payment hold up the others', async () => {
    const { hold, letGo } = holding();
    const requests = [];
    for (let each = 0; each < 40; each += 1) requests.push((await silent()).request);
    world.pass(1_000);
    world.turns.lookup.push(hold);
    const round = recovered();
    await new Promise((soon) => setTimeout(soon, 50));
    const states = await Promise.all(requests.map((request) => storedFor(world, request)));
    expect(states.filter(({ payment }) => payment?.status === 'succeeded')).toHaveLength(39);
    letGo();
    expect(await round).toMatchObject({ due: 40, settled: 40 });
  });

  it('finishes all the others before it lets a defect in one be known', async () => {
    const requests = [];
    for (let each = 0; each < 40; each += 1) requests.push((await silent()).request);
    world.pass(1_000);
    for (let each = 0; each < 20; each += 1)
      world.turns.lookup.push(() => {
        throw new Error('a defect');
      });
    await expect(world.recover(100)).rejects.toThrow('a defect');
    const states = await Promise.all(requests.map((request) => storedFor(world, request)));
    expect(states.filter(({ payment }) => payment?.status === 'succeeded')).toHaveLength(20);
    world.pass(terms.leaseMs);
    expect(await recovered()).toMatchObject({ due: 20, settled: 20 });
  });

  it('is not starved by a round’s worth of claims that cannot be moved', async () => {
    const broken: string[] = [];
    for (let each = 0; each < 5; each += 1) broken.push((await silent()).request.idempotencyKey);
    world.pass(1);
    const { request } = await silent();
    world.pass(1_000);
    const claims = {
      ...world.ports.claims,
      find: (...given: Parameters<typeof world.ports.claims.find>) => {
        if (broken.includes(given[0].key)) throw new Error('a row that cannot be read');
        return world.ports.claims.find(...given);
      },
    };
    const recover = recoverPayments({ ...world.ports, claims }, terms);
    await expect(recover(5)).rejects.toThrow('a row that cannot be read');
    expect((await recover(5))._unsafeUnwrap()).toEqual({
      due: 1,
      settled: 1,
      waiting: 0,
      skipped: 0,
      stuck: 0,
    });
    expect((await storedFor(world, request)).payment?.status).toBe('succeeded');

    expect((await recover(5))._unsafeUnwrap()).toEqual(none);
    broken.length = 0;
    world.pass(terms.leaseMs);
    expect((await recover(5))._unsafeUnwrap()).toMatchObject({ due: 5, settled: 5 });
  });

  it('passes over what it could not give up, and meets it again after a lease, also by a clock set back', async () => {
    const request = aRequest({ paymentMethod: 'test_unavailable' });
    await world.process(request);
    world.pass(DAY + 60_000);
    world.turns.lookup.push(refuseLookup, refuseLookup);
    expect(await recovered()).toMatchObject({ due: 1, waiting: 1 });
    expect(await recovered()).toEqual(none);
    world.pass(-60_000);
    expect(await recovered()).toMatchObject({ due: 1, waiting: 1 });
    world.pass(terms.leaseMs);
    expect(await recovered()).toMatchObject({ due: 1, settled: 1 });
    await expectSound(world, request);
  });

  it('takes the most overdue first, up to the limit', async () => {
    const early = await silent();
    world.pass(500);
    const late = await silent();
    world.pass(1_000);
    expect(await recovered(1)).toMatchObject({ due: 1, settled: 1 });
    expect((await storedFor(world, early.request)).payment?.status).toBe('succeeded');
    expect((await storedFor(world, late.request)).payment?.status).toBe('processing');
  });

  it('leaves alone what moved on since the list of due keys was read', async () => {
    const request = await abandoned();
    const done = aRequest();
    (await world.process(done))._unsafeUnwrap();
    const keys = [request, done, aRequest()].map(({ merchantId, idempotencyKey }) => ({
      merchantId,
      operation: 'process' as const,
      key: idempotencyKey,
    }));
    const claims = { ...world.ports.claims, due: () => okAsync(keys) };
    const before = { ...world.calls };
    const result = await recoverPayments({ ...world.ports, claims }, terms)(10);
    expect(result._unsafeUnwrap()).toEqual({ due: 3, settled: 0, waiting: 0, skipped: 3, stuck: 0 });
    expect(world.calls).toEqual(before);
  });

  it('says so when it cannot learn what is due', async () => {
    const unavailable = { kind: 'StorageUnavailable', cause: 'down' } as const;
    const claims = { ...world.ports.claims, due: () => errAsync(unavailable) };
    const result = await recoverPayments({ ...world.ports, claims }, terms)(10);
    expect(result._unsafeUnwrapErr()).toEqual(unavailable);
  });
});
