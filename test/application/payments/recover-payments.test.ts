import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { recoverPayments } from '../../../src/application/payments/recover-payments.ts';
import { terms } from '../../fixtures/changes.ts';
import { eachInItsOwnWorld, world } from '../each-world.ts';
import {
  aRequest,
  dieAfter,
  dieBefore,
  expectSound,
  holding,
  loseCharge,
  loseCommit,
  loseReply,
  pass,
  refuseCharge,
  refuseLookup,
  soon,
  storedFor,
} from '../world.ts';

const DAY = terms.keepResponsesMs;

eachInItsOwnWorld();

const recovered = async (limit = 100) => (await world.recover(limit))._unsafeUnwrap();

const none = { due: 0, settled: 0, waiting: 0, skipped: 0, stuck: 0 };

/** A payment whose answer never came, charged or declined on the processor's side all the same. */
async function silent(paymentMethod = 'test_timeout_approved') {
  const request = aRequest({ paymentMethod });
  const { response } = (await world.process(request))._unsafeUnwrap();
  return { request, response };
}

/** A payment whose holder ended before it could charge. */
async function abandoned() {
  const request = aRequest();
  world.turns.charge.push(dieBefore);
  void world.process(request);
  await soon();
  return request;
}

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

  it('beside a client that comes back settles once', async () => {
    const request = await abandoned();
    world.pass(terms.leaseMs);
    const [worker, client] = await Promise.all([recovered(), world.process(request)]);
    expect(worker.settled + (client.isOk() && !client.value.replayed ? 1 : 0)).toBe(1);
    expect(world.ledger.charges().size).toBe(1);
    await expectSound(world, request);
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
