import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readStripeEvent } from '../../src/adapters/stripe/notifications.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { type ApprovalsWorld, anApprovalsWorld, anApproved } from '../application/approvals/world.ts';
import { hasStripeDescription } from '../support/aws-emulators.ts';
import type { StripeEvent } from '../support/stripe-double/objects.ts';
import { payoutsAt, transferred } from '../support/stripe-double/payouts.ts';
import { type StripeDouble, startStripeDouble } from '../support/stripe-double/server.ts';
import { signedEvent } from '../support/stripe-double/signed-events.ts';
import { reverseTransfer } from '../support/stripe-double/transfers.ts';

const SECRET = 'whsec_of_this_test';

describe.runIf(hasStripeDescription())('A transfer to a vendor that Stripe takes back', () => {
  let double: StripeDouble;
  let world: ApprovalsWorld;
  beforeEach(async () => {
    double = await startStripeDouble();
    double.books().available.set('usd', 100_000);
    world = anApprovalsWorld({ bank: payoutsAt(double) });
  });
  afterEach(async () => {
    world.close();
    await double.close();
    expect(double.undescribed()).toEqual([]);
  });

  const paid = async () => {
    const id = await anApproved(world);
    const payment = (await world.process(id))._unsafeUnwrap();
    if (payment.status !== 'completed') expect.fail(payment.status);
    return { id, transfer: payment.processorReference };
  };
  const events = () => [...double.books().events.values()].filter(({ type }) => type.startsWith('transfer.'));
  /** As the endpoint does with what Stripe posts. */
  async function receive(event: StripeEvent) {
    const { body, headers } = signedEvent(event, [SECRET], Math.floor(systemClock.now() / 1_000));
    const sent = { body: Buffer.from(body), signature: headers['stripe-signature'] };
    const { payout = '' } = readStripeEvent([SECRET], systemClock)(sent)._unsafeUnwrap();
    return world.receiveReturnedPayout({ reference: payout, requestId: event.id });
  }
  const receiveAll = async (given: readonly StripeEvent[]) => {
    const ends = [];
    for (const event of given) ends.push((await receive(event))._unsafeUnwrap());
    return ends;
  };

  it('fails its payment once, whichever of its events come first and how often', async () => {
    const { id, transfer } = await paid();
    expect(await receiveAll(events())).toEqual(['settled']);
    reverseTransfer(double.books(), transfer);
    expect(await receiveAll([...events().toReversed(), ...events()])).toEqual([
      'returned',
      'settled',
      'settled',
      'settled',
    ]);
    expect(await world.stored(id)).toMatchObject({ status: 'failed', failedReason: 'transfer_reversed' });
    expect((await world.eventsOf(id)).filter((type) => type === 'PaymentFailed')).toHaveLength(1);
  });

  it('is paid once more when people ask for it, and its old events change nothing then', async () => {
    const { id, transfer } = await paid();
    reverseTransfer(double.books(), transfer);
    await receiveAll(events());
    expect((await world.process(id))._unsafeUnwrap()).toMatchObject({ status: 'completed', attempt: 2 });
    expect(await receiveAll(events())).toEqual(['settled', 'settled', 'settled']);
    expect(transferred(double)).toEqual([id]);
    expect((await world.stored(id)).status).toBe('completed');
  });

  it('is believed of Stripe’s record alone: an event of a reversal that never was changes nothing', async () => {
    const { id } = await paid();
    const [created] = events();
    const said = { ...(created ?? expect.fail()), type: 'transfer.reversed' };
    const object = { ...said.data.object, reversed: true };
    expect(await receiveAll([{ ...said, data: { object } }])).toEqual(['settled']);
    expect((await world.stored(id)).status).toBe('completed');
  });

  it('is asked about again where Stripe did not answer, and nothing is changed before', async () => {
    const { id, transfer } = await paid();
    reverseTransfer(double.books(), transfer);
    const reversed = events().at(-1) ?? expect.fail();
    double.script.next('GET /v1/transfers', { kind: 'unavailable' });
    expect((await receive(reversed))._unsafeUnwrapErr()).toEqual({ kind: 'PayoutsUnavailable' });
    expect((await world.stored(id)).status).toBe('completed');
    expect(await receiveAll([reversed])).toEqual(['returned']);
  });

  it('of a payment that is not here is nothing', async () => {
    for (const reference of ['0192f0c8-7b1a-7000-8000-000000000001', 'no-uuid'])
      expect((await world.receiveReturnedPayout({ reference, requestId: 'request-1' }))._unsafeUnwrap()).toBe(
        'unknown',
      );
  });
});
