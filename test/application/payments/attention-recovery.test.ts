import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { money } from '../../../src/domain/kernel/money.ts';
import { ATTENTION_INTERVAL_MS } from '../../../src/domain/payments/attention.ts';
import type { Verdict } from '../../../src/ports/processor.ts';
import { NOON } from '../../fixtures/changes.ts';
import { eachInItsOwnWorld, world } from '../each-world.ts';
import { expectSound, refuseLookup, storedFor } from '../world.ts';
import { recovered, silent } from './recovering.ts';

eachInItsOwnWorld();

describe('recovery of a payment that needs people', () => {
  it('never settles on a contradicting amount', async () => {
    const { request } = await silent();
    const verdict: Verdict = {
      approved: true,
      amount: money(2_501n, 'USD'),
      processorId: 'p',
      responseCode: '00',
      responseText: 'Approved',
      processedAt: NOON,
    };
    const others = [verdict, verdict, { ...verdict, amount: money(2_500n, 'EUR') }];
    for (const other of others) {
      world.turns.lookup.push(() => okAsync(other));
      world.pass(ATTENTION_INTERVAL_MS);
      expect(await recovered()).toMatchObject({ due: 1, settled: 0, waiting: 1 });
    }
    const { payment, links } = await storedFor(world, request);
    // Said twice, a cause is one.
    expect(payment).toMatchObject({ status: 'processing', version: 3 });
    expect(payment?.attention).toMatchObject({
      reason: 'currency_differs',
      since: NOON + ATTENTION_INTERVAL_MS,
    });
    expect(links?.map(({ action }) => action)).toEqual([
      'payment.created',
      'payment.attention',
      'payment.attention',
    ]);
    const events = (await world.storage.outbox.unsent(100))._unsafeUnwrap();
    expect(events.map(({ type }) => type)).toEqual([
      'payment.created',
      'payment.attention',
      'payment.attention',
    ]);
    world.pass(ATTENTION_INTERVAL_MS);
    expect(await recovered()).toMatchObject({ settled: 1 });
    expect((await storedFor(world, request)).payment?.attention).toBeUndefined();
    await expectSound(world, request);
  });

  it('sends no charge again that a verdict was given on, whatever the record says later', async () => {
    const { request } = await silent();
    const said = { amount: money(2_501n, 'USD'), processorId: 'p', processedAt: NOON };
    const approved: Verdict = { ...said, approved: true, responseCode: '00', responseText: 'Approved' };
    world.turns.lookup.push(() => okAsync(approved));
    world.pass(1_000);
    await recovered();
    const { charge } = world.calls;
    world.turns.lookup.push(() => errAsync({ kind: 'ProcessorHasNoRecord' }));
    world.pass(ATTENTION_INTERVAL_MS);
    expect(await recovered()).toMatchObject({ settled: 0, waiting: 1 });
    expect(world.calls.charge).toBe(charge);
    const { payment } = await storedFor(world, request);
    expect(payment?.attention).toMatchObject({ reason: 'state_differs', seen: { state: 'absent' } });
  });

  it('asks once an hour while people are to look, and says so of what has been silent for a day', async () => {
    const { request } = await silent();
    const pauses: number[] = [];
    for (let asked = 0; asked < 300; asked += 1) {
      const { claim } = await storedFor(world, request);
      if (claim?.state !== 'unknown') throw new Error('the claim does not wait');
      pauses.push(claim.dueAt - world.clock.at);
      world.clock.at = claim.dueAt;
      world.turns.lookup.push(refuseLookup);
      await recovered();
      if (world.clock.at >= NOON + 26 * 3_600_000) break;
    }
    const { payment } = await storedFor(world, request);
    expect(payment?.attention).toMatchObject({ reason: 'silence', seen: { state: 'silent' } });
    expect(payment?.attention?.since).toBeGreaterThanOrEqual(NOON + 24 * 3_600_000);
    expect(Math.max(...pauses)).toBe(ATTENTION_INTERVAL_MS);
    world.pass(ATTENTION_INTERVAL_MS);
    expect(await recovered()).toMatchObject({ settled: 1 });
    await expectSound(world, request);
  });
});
