import { describe, expect, it } from 'vitest';
import { terms } from '../../fixtures/changes.ts';
import { eachInItsOwnWorld, world } from '../each-world.ts';
import {
  aRequest,
  dieAfter,
  expectSound,
  loseCharge,
  loseCommit,
  loseReply,
  pass,
  refuseCharge,
  refuseLookup,
  soon,
  storedFor,
} from '../world.ts';
import { abandoned, DAY, none, recovered, silent } from './recovering.ts';

eachInItsOwnWorld();

describe('recovery', () => {
  it('finds nothing where nothing is open', async () => {
    (await world.process(aRequest()))._unsafeUnwrap();
    world.pass(DAY);
    expect(await recovered()).toEqual(none);
    expect(world.calls.lookup).toBe(0);
  });

  it.each([
    ['test_timeout_approved', 'succeeded'],
    ['test_timeout_declined', 'failed'],
  ])('settles %s by the processor’s own record, without a second charge', async (method, end) => {
    const { request, response } = await silent(method);
    expect(response).toMatch(/^processing /);
    world.pass(1_000);
    expect(await recovered()).toEqual({ due: 1, settled: 1, waiting: 0, skipped: 0, stuck: 0 });
    const { payment, claim, events } = await storedFor(world, request);
    expect([payment?.status, claim?.state]).toEqual([end, 'completed']);
    expect(events).toEqual(['payment.created', `payment.${end}`]);
    expect(world.calls).toMatchObject({ charge: 1, lookup: 1 });
    await expectSound(world, request);
  });

  it('replaces the provisional answer by the final one, which then stands', async () => {
    const { request } = await silent();
    world.pass(1_000);
    await recovered();
    const final = (await world.process(request))._unsafeUnwrap();
    expect(final).toEqual({ response: expect.stringMatching(/^succeeded .* for req-1$/), replayed: true });
    expect((await world.process(request))._unsafeUnwrap()).toEqual(final);
    world.pass(DAY);
    expect((await world.process(request))._unsafeUnwrap().response).toMatch(/^succeeded /);
  });

  it('does not ask before it is due', async () => {
    await silent();
    world.pass(999);
    expect(await recovered()).toEqual(none);
  });

  it('sends the same reference again when the processor never got it', async () => {
    world.turns.charge.push(loseCharge);
    const request = aRequest();
    (await world.process(request))._unsafeUnwrap();
    expect(world.ledger.charges().size).toBe(0);
    world.pass(1_000);
    expect(await recovered()).toMatchObject({ settled: 1 });
    const { payment } = await storedFor(world, request);
    expect([...world.ledger.charges().keys()]).toEqual([payment?.id]);
    expect(world.calls).toMatchObject({ lookup: 1, charge: 2 });
    await expectSound(world, request);
  });

  it('names itself as the actor in the audit trail', async () => {
    const { request } = await silent();
    world.pass(1_000);
    await recovered();
    const { links } = await storedFor(world, request);
    const last = links?.find(({ action }) => action === 'payment.succeeded');
    expect(last).toMatchObject({
      actor: { id: 'recovery', type: 'system' },
      metadata: { request_id: 'req-1' },
    });
  });

  it('asks a processor that is down ever less often, and settles when it is back', async () => {
    const { request } = await silent();
    const pauses: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      const { claim } = await storedFor(world, request);
      if (claim?.state !== 'unknown') throw new Error('the claim does not wait');
      pauses.push(claim.dueAt - world.clock.at);
      world.clock.at = claim.dueAt;
      world.turns.lookup.push(refuseLookup);
      expect(await recovered()).toMatchObject({ due: 1, waiting: 1 });
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000]);
    expect(world.calls).toMatchObject({ charge: 1, lookup: 6 });
    world.pass(300_000);
    expect(await recovered()).toMatchObject({ settled: 1 });
    await expectSound(world, request);
  });

  it('never sends a charge while the processor’s record cannot be read', async () => {
    const request = await abandoned();
    world.pass(terms.leaseMs);
    world.turns.lookup.push(refuseLookup);
    expect(await recovered()).toMatchObject({ waiting: 1 });
    expect(world.calls.charge).toBe(1);
    expect((await storedFor(world, request)).claim?.state).toBe('unknown');
  });

  it('waits, instead of releasing the key, when the processor refuses and no client waits', async () => {
    const request = await abandoned();
    world.pass(terms.leaseMs);
    world.turns.charge.push(refuseCharge);
    expect(await recovered()).toMatchObject({ waiting: 1 });
    expect(await storedFor(world, request)).toMatchObject({
      claim: { state: 'unknown' },
      payment: { status: 'processing' },
    });
    world.pass(300_000);
    expect(await recovered()).toMatchObject({ settled: 1 });
    expect(world.ledger.charges().size).toBe(1);
    await expectSound(world, request);
  });

  it('beside a client that comes back settles once', async () => {
    const request = await abandoned();
    world.pass(terms.leaseMs);
    const [worker, client] = await Promise.all([recovered(), world.process(request)]);
    expect(worker.settled + (client.isOk() && !client.value.replayed ? 1 : 0)).toBe(1);
    expect(world.ledger.charges().size).toBe(1);
    await expectSound(world, request);
  });

  it('whose own process ended is taken over by the next one', async () => {
    const { request } = await silent();
    world.pass(1_000);
    world.turns.lookup.push(dieAfter);
    void world.recover(10);
    await soon();
    expect(await recovered()).toEqual(none);
    world.pass(terms.leaseMs);
    expect(await recovered()).toMatchObject({ settled: 1 });
    await expectSound(world, request);
  });

  it.each([
    ['take-over', [loseCommit]],
    ['take-over’s reply', [loseReply]],
    ['outcome', [pass, loseCommit]],
    ['outcome’s reply', [pass, loseReply]],
  ])('survives a lost %s', async (_what, turns) => {
    const { request } = await silent();
    world.pass(1_000);
    world.turns.commit.push(...turns);
    expect(await recovered()).toMatchObject({ due: 1, settled: 0 });
    world.pass(terms.leaseMs);
    await recovered();
    const { payment, transactions } = await storedFor(world, request);
    expect([payment?.status, transactions?.length]).toEqual(['succeeded', 1]);
    expect(world.ledger.charges().size).toBe(1);
    await expectSound(world, request);
  });
});
