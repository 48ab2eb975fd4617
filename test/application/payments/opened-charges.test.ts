import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { modifyPayment } from '../../../src/application/payments/modify-payment.ts';
import { processPayment } from '../../../src/application/payments/process-payment.ts';
import { recoverPayments } from '../../../src/application/payments/recover-payments.ts';
import type { Processor } from '../../../src/ports/processor.ts';
import { terms } from '../../fixtures/changes.ts';
import { eachInItsOwnWorld, world } from '../each-world.ts';
import {
  aModification,
  aRequest,
  dieAfter,
  expectSound,
  loseCharge,
  pass,
  paymentIn,
  refuseCharge,
  soon,
  storedFor,
  type Turn,
} from '../world.ts';
import { DAY, recovered, stored } from './recovering.ts';

eachInItsOwnWorld();

const notKnown: Turn<ReturnType<Processor['lookup']>> = () => errAsync({ kind: 'ProcessorRecordNotKnown' });
const opened = (parts: Parameters<typeof aRequest>[0] = {}) =>
  aRequest({ paymentMethod: 'test_opens_first', ...parts });
/** The use cases over a processor that behaves as the world's, except as `parts` say. */
const over = (parts: Partial<Processor>) => {
  const ports = { ...world.ports, processor: { ...world.ports.processor, ...parts } };
  return {
    process: processPayment(ports, terms),
    move: modifyPayment(ports, terms),
    recover: recoverPayments(ports, terms),
  };
};

describe('a charge that the processor opens first', () => {
  it('is sent again only once its id is on record', async () => {
    const request = opened();
    const onRecord: (string | undefined)[] = [];
    const its = world.ports.processor;
    const { process } = over({
      charge: (order) =>
        ResultAsync.fromSafePromise(storedFor(world, request)).andThen(({ payment }) => {
          onRecord.push(payment?.processorId);
          return its.charge(order);
        }),
    });
    (await process(request))._unsafeUnwrap();
    const { payment, links, events } = await storedFor(world, request);
    expect(payment).toMatchObject({ status: 'succeeded', processorId: expect.stringMatching(/^sim_/) });
    expect(onRecord).toEqual([undefined, payment?.processorId]);
    expect(links?.filter(({ entityType }) => entityType === 'payment').map(({ action }) => action)).toEqual([
      'payment.created',
      'payment.identified',
      'payment.succeeded',
    ]);
    expect(events).toEqual(['payment.created', 'payment.succeeded']);
    await expectSound(world, request);
  });

  it('is finished by recovery under its id, whether its holder ended before or after that was on record', async () => {
    for (const calls of [1, 2]) {
      const request = opened();
      for (let call = 1; call < calls; call += 1) world.turns.charge.push(pass);
      world.turns.charge.push(dieAfter);
      void world.process(request);
      await soon();
      world.pass(terms.leaseMs);
      expect(await recovered()).toMatchObject({ settled: 1 });
      expect((await storedFor(world, request)).payment?.status).toBe('succeeded');
      await expectSound(world, request);
    }
  });

  it('fails with its key after a day, when it was never sent again', async () => {
    const request = opened();
    world.turns.charge.push(pass, refuseCharge);
    expect((await world.process(request))._unsafeUnwrapErr().kind).toBe('ProcessorUnavailable');
    expect((await storedFor(world, request)).payment).toMatchObject({
      status: 'pending',
      processorId: expect.any(String),
    });
    world.pass(DAY);
    expect(await recovered()).toMatchObject({ settled: 1 });
    expect((await storedFor(world, request)).payment).toMatchObject({
      status: 'failed',
      failure: { code: 'processor_unavailable' },
    });
    expect(world.ledger.charges().size).toBe(0);
  });

  it('of which the record says that it waits is sent again by recovery, and is no money to a key that is given up', async () => {
    const sent = opened();
    world.turns.charge.push(pass, loseCharge);
    (await world.process(sent))._unsafeUnwrap();
    const left = opened();
    world.turns.charge.push(pass, refuseCharge);
    await world.process(left);
    for (const [request, afterMs, status] of [
      [sent, 1_000, 'succeeded'],
      [left, DAY, 'failed'],
    ] as const) {
      const { payment } = await storedFor(world, request);
      const processorId = payment?.processorId ?? '';
      world.turns.lookup.push(() => okAsync({ awaits: 'confirmation', processorId }));
      world.pass(afterMs);
      expect(await recovered()).toMatchObject({ settled: 1 });
      expect((await storedFor(world, request)).payment).toMatchObject({ status, processorId });
    }
    expect(world.ledger.charges().size).toBe(1);
  });

  it('is charged by the next request with its key, under the same id', async () => {
    const request = opened();
    world.turns.charge.push(pass, refuseCharge);
    await world.process(request);
    const before = await storedFor(world, request);
    (await world.process(request))._unsafeUnwrap();
    const { payment } = await storedFor(world, request);
    expect(payment).toMatchObject({ status: 'succeeded', processorId: before.payment?.processorId });
    await expectSound(world, request);
  });

  it('stays processing while the processor says again that it only opened it', async () => {
    const answer = { awaits: 'confirmation', processorId: 'other' } as const;
    const { process, recover } = over({ charge: () => okAsync(answer), lookup: () => okAsync(answer) });
    const request = opened();
    (await process(request))._unsafeUnwrap();
    world.pass(1_000);
    expect((await recover(100))._unsafeUnwrap()).toMatchObject({ waiting: 1 });
    expect((await storedFor(world, request)).payment).toMatchObject({
      status: 'processing',
      processorId: 'other',
      version: 2,
    });
  });
});

describe('what the processor calls a charge', () => {
  it('is named in each later call about it', async () => {
    const named: (readonly [string, string | undefined])[] = [];
    const its = world.ports.processor;
    const cases = over({
      charge: (order) => {
        named.push(['charge', order.processorId]);
        return its.charge(order);
      },
      move: (order) => {
        named.push([order.type, order.chargeId]);
        return its.move(order);
      },
      lookup: (query) => {
        named.push(['look-up', 'charge' in query ? query.chargeId : query.processorId]);
        return its.lookup(query);
      },
    });
    const request = aRequest({ captureMethod: 'manual', amount: 100n });
    const id = paymentIn((await cases.process(request))._unsafeUnwrap().response);
    const { payment } = await storedFor(world, request);
    const name = payment?.processorId;
    world.turns.move.push(dieAfter);
    void cases.move(aModification(id, { type: 'capture', amount: 60n, final: false }));
    await soon();
    world.pass(terms.leaseMs);
    await cases.recover(100);
    await cases.move(aModification(id, { type: 'refund', amount: 10n }));
    await cases.move(aModification(id, { type: 'void' }));
    expect(name).toMatch(/^sim_/);
    expect(named).toEqual([
      ['charge', undefined],
      ['capture', name],
      ['look-up', name],
      ['refund', name],
      ['void', name],
    ]);
  });

  it('is no other than the one on record: a verdict on another charge ends nothing', async () => {
    const its = world.ports.processor;
    const cases = over({
      charge: (order) =>
        its.charge(order).map((answer) => (order.processorId ? { ...answer, processorId: 'other' } : answer)),
    });
    const request = opened();
    (await cases.process(request))._unsafeUnwrap();
    expect((await storedFor(world, request)).payment?.status).toBe('processing');
    world.pass(1_000);
    expect(await recovered()).toMatchObject({ settled: 1 });
    await expectSound(world, request);
  });
});

describe('a record that does not show yet', () => {
  it('keeps a payment processing, for longer than keys are kept, and decides it once it shows', async () => {
    const request = aRequest({ paymentMethod: 'test_timeout_approved' });
    (await world.process(request))._unsafeUnwrap();
    for (let day = 0; day < 3; day += 1) {
      world.pass(DAY);
      world.turns.lookup.push(notKnown);
      expect(await recovered()).toMatchObject({ waiting: 1 });
      expect((await storedFor(world, request)).payment?.status).toBe('processing');
    }
    world.pass(DAY);
    expect(await recovered()).toMatchObject({ settled: 1 });
    expect(world.calls.charge).toBe(1);
    await expectSound(world, request);
  });

  it('keeps a key from being given up', async () => {
    const request = aRequest();
    world.turns.charge.push(refuseCharge);
    await world.process(request);
    world.pass(DAY);
    world.turns.lookup.push(notKnown);
    expect(await recovered()).toMatchObject({ waiting: 1 });
    expect((await storedFor(world, request)).payment?.status).toBe('pending');
    world.pass(terms.leaseMs);
    expect(await recovered()).toMatchObject({ settled: 1 });
    expect((await storedFor(world, request)).payment?.status).toBe('failed');
  });

  it('keeps a modification pending and its money set aside', async () => {
    const request = aRequest({ paymentMethod: 'test_timeout_late_record', amount: 100n });
    const id = paymentIn((await world.process(request))._unsafeUnwrap().response);
    world.pass(6_000);
    await recovered();
    await world.move(aModification(id, { type: 'refund', amount: 60n }));
    world.pass(1_000);
    expect(await recovered()).toMatchObject({ waiting: 1 });
    expect((await storedFor(world, request)).payment).toMatchObject({ refunding: { minorUnits: 60n } });
    world.pass(6_000);
    expect(await recovered()).toMatchObject({ settled: 1 });
    expect((await storedFor(world, request)).payment).toMatchObject({ refunded: { minorUnits: 60n } });
    expect(world.calls.move).toBe(1);
    await stored(id);
  });
});

describe('a charge that the processor decides later', () => {
  it.each([
    ['test_pending_approved', 'succeeded'],
    ['test_pending_declined', 'failed'],
  ])('by %s is processing under its id until the processor says %s', async (paymentMethod, end) => {
    const request = aRequest({ paymentMethod });
    (await world.process(request))._unsafeUnwrap();
    const processing = { status: 'processing', processorId: expect.stringMatching(/^sim_/), version: 2 };
    for (let round = 0; round < 2; round += 1) {
      const { payment, claim, events } = await storedFor(world, request);
      expect(payment).toMatchObject(processing);
      expect(claim).toMatchObject({ state: 'unknown' });
      expect(events).toEqual(['payment.created']);
      world.pass(1_000);
      if (round === 0) expect(await recovered()).toMatchObject({ waiting: 1 });
    }
    world.pass(5_000);
    expect(await recovered()).toMatchObject({ settled: 1 });
    expect((await storedFor(world, request)).payment).toMatchObject({
      ...processing,
      status: end,
      version: 3,
    });
    expect(world.calls.charge).toBe(1);
    await expectSound(world, request);
  });

  it('keeps its key from being given up, and its money from being counted as none', async () => {
    const request = aRequest({ paymentMethod: 'test_pending_approved' });
    world.turns.charge.push((call) => call().andThen(() => refuseCharge(call)));
    expect((await world.process(request))._unsafeUnwrapErr().kind).toBe('ProcessorUnavailable');
    world.pass(DAY);
    const pending = { awaits: 'processor', processorId: 'sim_1' } as const;
    world.turns.lookup.push(
      () => okAsync(pending),
      () => okAsync(pending),
    );
    expect(await recovered()).toMatchObject({ waiting: 1 });
    expect((await storedFor(world, request)).payment).toMatchObject({
      status: 'processing',
      processorId: 'sim_1',
    });
  });
});
