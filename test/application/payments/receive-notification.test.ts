import fc from 'fast-check';
import { errAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ReceiveNotification } from '../../../src/application/payments/receive-notification.ts';
import { idOf, type PaymentId } from '../../../src/domain/kernel/ids.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { trying } from '../../domain/arbitraries.ts';
import { aMerchantId } from '../../fixtures/changes.ts';
import { notified as notifiedWith } from '../../support/notified.ts';
import { eachInItsOwnWorld, world } from '../each-world.ts';
import {
  aPayment,
  aRequest,
  dieAfter,
  dieBefore,
  expectSound,
  holding,
  loseReply,
  pass,
  paymentIn,
  refuseCharge,
  soon,
  storedFor,
} from '../world.ts';
import { recovered, stored } from './recovering.ts';

eachInItsOwnWorld();

const DAY_MS = 24 * 3_600_000;
let receive: ReceiveNotification;
beforeEach(() => {
  ({ receive } = notifiedWith(world.ports));
});

const about = (paymentId: PaymentId, merchantId = aMerchantId()) => ({ merchantId, paymentId });
const notified = (paymentId: PaymentId, id = 'evt_1') => ({
  id,
  type: 'payment_intent.succeeded',
  about: about(paymentId),
  requestId: 'req-event',
});
const received = async (...parts: Parameters<typeof notified>) =>
  (await receive(notified(...parts)))._unsafeUnwrap();

/** A debit that has been asked about until it is asked about every 5 minutes, and whose outcome the processor knows since. */
async function aLongPending(paymentMethod = 'test_pending_approved') {
  const request = aRequest({ amount: 100n, paymentMethod });
  const id = paymentIn((await world.process(request))._unsafeUnwrap().response);
  const claim = async () => {
    const { claim: found } = await storedFor(world, request);
    if (found?.state !== 'unknown') throw new Error(`the claim is ${found?.state}`);
    return found;
  };
  world.turns.lookup = Array.from({ length: 12 }, () => () => errAsync({ kind: 'ProcessorUnavailable' }));
  while (world.turns.lookup.length > 0) {
    world.clock.at = (await claim()).dueAt;
    await recovered();
  }
  expect((await claim()).dueAt).toBe(world.clock.at + 300_000);
  return { id, request, claim };
}

describe('A notification of the processor', () => {
  it('has a payment asked about at once whose outcome is awaited', async () => {
    const { id } = await aLongPending();
    expect(await recovered()).toMatchObject({ due: 0 });
    expect(await received(id)).toBe('due');
    expect(await recovered()).toMatchObject({ settled: 1 });
    expect((await stored(id)).payment.status).toBe('succeeded');
  });

  it('is no answer: what the processor says when it is asked decides', async () => {
    const { id } = await aLongPending('test_pending_declined');
    expect(await received(id)).toBe('due');
    await recovered();
    expect((await stored(id)).payment.status).toBe('failed');
  });

  it('that comes too early has the payment asked about as often after that as before', async () => {
    const { id, claim } = await aLongPending();
    world.turns.lookup = [() => errAsync({ kind: 'ProcessorRecordNotKnown' })];
    await received(id);
    expect(await recovered()).toMatchObject({ waiting: 1 });
    expect((await claim()).dueAt).toBe(world.clock.at + 300_000);
    expect((await stored(id)).payment.status).toBe('processing');
  });

  it('makes nothing due a second time under its name, for 31 days', async () => {
    const { id, claim } = await aLongPending();
    await received(id);
    const { dueAt } = await claim();
    expect(await received(id)).toBe('repeated');
    world.turns.lookup = [() => errAsync({ kind: 'ProcessorRecordNotKnown' })];
    await recovered();
    const after = await claim();
    expect(after.dueAt).toBeGreaterThan(dueAt);
    expect(await received(id)).toBe('repeated');
    expect(await claim()).toEqual(after);
    expect(await received(id, 'evt_2')).toBe('due');
    world.pass(31 * DAY_MS - 1);
    expect(await received(id)).toBe('repeated');
    world.pass(1);
    expect(await received(id)).toBe('due');
  });

  it('writes nothing about what is on record, a payment here unknown, another tenant’s, or none at all', async () => {
    const id = await aPayment(world);
    const before = world.calls.commit;
    const said = { state: 'captured', amount: money(100n, 'USD') } as const;
    expect((await receive({ ...notified(id), said }))._unsafeUnwrap()).toBe('settled');
    expect(await received(idOf('pay', '0'.repeat(32)))).toBe('unknown');
    expect(
      (await receive({ ...notified(id), about: about(id, aMerchantId('merchant-b')) }))._unsafeUnwrap(),
    ).toBe('unknown');
    const { about: _, ...foreign } = notified(id);
    expect((await receive(foreign))._unsafeUnwrap()).toBe('unknown');
    expect(world.calls.commit).toBe(before);
  });

  it('takes a payment neither from the request that is charging it nor from the client that may try again', async () => {
    const { hold, letGo } = holding();
    world.turns.charge = [hold];
    const request = aRequest({ amount: 100n });
    const charging = world.process(request);
    await soon();
    const { payment, claim } = await storedFor(world, request);
    expect(await received(payment?.id as PaymentId)).toBe('busy');
    expect((await storedFor(world, request)).claim).toEqual(claim);
    letGo();
    await charging;
    expect((await storedFor(world, request)).payment?.status).toBe('succeeded');

    world.turns.charge = [refuseCharge];
    const refused = aRequest();
    await world.process(refused);
    const { payment: pending, claim: free } = await storedFor(world, refused);
    expect(await received(pending?.id as PaymentId)).toBe('settled');
    expect((await storedFor(world, refused)).claim).toEqual(free);
  });

  it('is told to the sender as not received while the store is away, and then received', async () => {
    const { id } = await aLongPending();
    world.turns.commit = [() => errAsync({ kind: 'StorageUnavailable', cause: 'away' })];
    expect((await receive(notified(id)))._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
    expect(await received(id)).toBe('due');
  });

  it.for([
    ['before the payment is due', [dieBefore]],
    ['after the payment is due', [dieAfter]],
    ['before its name is kept', [pass, dieBefore]],
    ['after its name is kept', [pass, dieAfter]],
  ] as const)('loses nothing when the process ends %s', async ([, turns]) => {
    const { id, request } = await aLongPending();
    world.turns.commit = [...turns];
    void receive(notified(id));
    await soon();
    world.turns.commit = [];
    // Neither is it sent again: recovery asks on its own.
    world.pass(300_000);
    await recovered();
    expect((await stored(id)).payment.status).toBe('succeeded');
    expect(['queued', 'repeated']).toContain(await received(id));
    await expectSound(world, request);
  });

  it('whose commit’s reply is lost is received all the same', async () => {
    const { id } = await aLongPending();
    world.turns.commit = [loseReply];
    await receive(notified(id));
    expect(await recovered()).toMatchObject({ settled: 1 });
  });

  it('leads to one charge and the same end, in whatever order, number and company notifications come', async () => {
    const step = fc.record({
      event: fc.constantFrom('evt_1', 'evt_2', 'evt_3'),
      rivals: fc.integer({ min: 1, max: 3 }),
      after: fc.constantFrom('recover', 'wait', 'charge again'),
    });
    const method = fc.constantFrom(
      'test_pending_approved',
      'test_pending_declined',
      'test_timeout_approved',
      'test_timeout_late_record',
      'card',
    );
    await fc.assert(
      fc.asyncProperty(method, fc.array(step, { maxLength: 8 }), async (paymentMethod, steps) => {
        const request = aRequest({ amount: 100n, paymentMethod });
        const id = paymentIn((await world.process(request))._unsafeUnwrap().response);
        for (const { event, rivals, after } of steps) {
          await Promise.all(Array.from({ length: rivals }, () => received(id, `${event}_${id}`)));
          if (after === 'recover') await recovered();
          else if (after === 'wait') world.pass(2_000);
          else await world.process(request);
        }
        for (let round = 0; round < 5; round += 1) {
          world.pass(300_000);
          await recovered();
        }
        expect((await stored(id)).payment.status).toBe(
          paymentMethod === 'test_pending_declined' ? 'failed' : 'succeeded',
        );
        await expectSound(world, request);
      }),
      trying(60),
    );
  });
});
