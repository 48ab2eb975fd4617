import { errAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { modifyPayment } from '../../../src/application/payments/modify-payment.ts';
import { terms } from '../../fixtures/changes.ts';
import { eachInItsOwnWorld, world } from '../each-world.ts';
import { aModification, dieAfter, dieBefore, holding, loseCommit, loseReply, pass, soon } from '../world.ts';
import { afterwards, fit, MOVEMENTS, recovered, refund, stored } from './recovering.ts';

eachInItsOwnWorld();

describe('a retry against recovery', () => {
  it.each(MOVEMENTS)('of %s ends it once', async (_name, modification, end) => {
    for (let round = 0; round < 6; round += 1) {
      const id = await fit(modification);
      const request = aModification(id, modification);
      world.turns.move.push(round % 2 === 0 ? dieBefore : dieAfter);
      void world.move(request);
      await soon();
      world.pass(terms.leaseMs);
      const [worker, client] = await Promise.all([recovered(), modifyPayment(world.ports, terms)(request)]);
      expect(worker.settled + (client.isOk() && !client.value.replayed ? 1 : 0)).toBe(1);
      if (client.isErr()) expect(client.error.kind).toBe('IdempotencyInFlight');
      const { payment, modifications } = await stored(id);
      expect([payment.status, modifications.length]).toEqual([end, 1]);
    }
  });
});

describe('a holder of a modification that stalled', () => {
  it('finds it ended by recovery, changes nothing and gives the answer that stands', async () => {
    const { hold, letGo } = holding();
    const id = await fit(refund);
    const request = aModification(id, refund);
    world.turns.move.push(hold);
    const stalled = world.move(request);
    await soon();
    world.pass(terms.leaseMs);
    expect(await recovered()).toMatchObject({ settled: 1 });
    letGo();
    const { response, replayed } = (await stalled)._unsafeUnwrap();
    expect([response, replayed]).toEqual([(await afterwards(request)).response, true]);
    expect((await stored(id)).modifications).toHaveLength(1);
  });

  it('and finds the payment moved on first, does the same', async () => {
    const { hold, letGo } = holding();
    const id = await fit(refund);
    const request = aModification(id, refund);
    world.turns.move.push(hold);
    const stalled = world.move(request);
    await soon();
    world.pass(terms.leaseMs);
    expect(await recovered()).toMatchObject({ settled: 1 });
    world.turns.commit.push(() => errAsync({ kind: 'StaleVersion', id }));
    letGo();
    expect((await stalled)._unsafeUnwrap()).toMatchObject({ replayed: true });
    expect((await stored(id)).modifications).toHaveLength(1);
  });

  it('is not taken over while its lease lasts, by any repeat or worker', async () => {
    const id = await fit(refund);
    const request = aModification(id, refund);
    world.turns.move.push(dieBefore);
    void world.move(request);
    await soon();
    world.pass(terms.leaseMs - 1);
    expect((await modifyPayment(world.ports, terms)(request))._unsafeUnwrapErr()).toEqual({
      kind: 'IdempotencyInFlight',
      retryAfterMs: 1,
    });
    expect((await recovered()).due).toBe(0);
    world.pass(1);
    expect((await afterwards(request)).response).toMatch(/^succeeded /);
  });

  it('is carried on for a merchant who was suspended meanwhile', async () => {
    const id = await fit(refund);
    const request = aModification(id, refund);
    world.turns.move.push(dieAfter);
    void world.move(request);
    await soon();
    world.pass(terms.leaseMs);
    world.suspended.add('merchant-a');
    expect((await afterwards(request)).response).toMatch(/^succeeded /);
    await stored(id);
  });
});

describe('a lost reply of the store', () => {
  it.each([
    ['to what was set aside', [loseReply], 'IdempotencyInFlight'],
    ['to the outcome', [pass, loseReply], undefined],
    ['that was the outcome itself', [pass, loseCommit], 'IdempotencyInFlight'],
  ] as const)('%s never moves twice', async (_what, turns, atOnce) => {
    const id = await fit(refund);
    const request = aModification(id, refund);
    world.turns.commit.push(...turns);
    expect((await world.move(request))._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
    const again = await world.move(request);
    if (atOnce === undefined) expect(again._unsafeUnwrap()).toMatchObject({ replayed: true });
    else expect(again._unsafeUnwrapErr().kind).toBe(atOnce);
    world.pass(terms.leaseMs);
    expect((await world.move(request))._unsafeUnwrap().response).toMatch(/^succeeded /);
    expect((await stored(id)).modifications).toHaveLength(1);
    expect(world.ledger.book(id)?.refunded).toBe(60n);
  });

  it('that was the very beginning leaves the key free', async () => {
    const id = await fit(refund);
    const request = aModification(id, refund);
    world.turns.commit.push(loseCommit);
    expect((await world.move(request))._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
    expect(world.calls.move).toBe(0);
    expect((await world.move(request))._unsafeUnwrap()).toMatchObject({ replayed: false });
    expect((await stored(id)).modifications).toHaveLength(1);
  });
});
