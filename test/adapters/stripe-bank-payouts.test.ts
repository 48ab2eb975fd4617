import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readStripeEvent } from '../../src/adapters/stripe/notifications.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { type ApprovalsWorld, anApprovalsWorld, anApproved } from '../application/approvals/world.ts';
import { ADMIN } from '../fixtures/approvals.ts';
import { hasStripeDescription } from '../support/aws-emulators.ts';
import { failPayout, payOut } from '../support/stripe-double/bank-payouts.ts';
import { held } from '../support/stripe-double/books.ts';
import { doubleClient } from '../support/stripe-double/client.ts';
import type { StripeEvent } from '../support/stripe-double/objects.ts';
import { bankPayoutsAt, payoutsAt, transferred } from '../support/stripe-double/payouts.ts';
import { type StripeDouble, startStripeDouble } from '../support/stripe-double/server.ts';
import { signedEvent } from '../support/stripe-double/signed-events.ts';
import { reverseTransfer } from '../support/stripe-double/transfers.ts';

const SECRET = 'whsec_of_connected_accounts';
const VENDOR = 'acct_double_vendor';

describe.runIf(hasStripeDescription())('A payout of Stripe’s to a vendor’s bank', () => {
  let double: StripeDouble;
  let world: ApprovalsWorld;
  beforeEach(async () => {
    double = await startStripeDouble();
    double.books().available.set('usd', 100_000_000);
    world = anApprovalsWorld({ bank: payoutsAt(double), bankPayouts: bankPayoutsAt(double) });
  });
  afterEach(async () => {
    world.close();
    await double.close();
    expect(double.undescribed()).toEqual([]);
  });

  const vendor = () => double.books(VENDOR);
  const paid = async () => {
    const id = await anApproved(world);
    const payment = (await world.process(id))._unsafeUnwrap();
    if (payment.status !== 'completed') expect.fail(payment.status);
    return { id, transfer: payment.processorReference };
  };
  const lastEvent = () => [...vendor().events.values()].at(-1) ?? expect.fail('no event');
  /** As the endpoint does with what Stripe posts. */
  async function receive(event: StripeEvent = lastEvent()) {
    const { body, headers } = signedEvent(event, [SECRET], Math.floor(systemClock.now() / 1_000));
    const sent = { body: Buffer.from(body), signature: headers['stripe-signature'] };
    const { bankPayout } = readStripeEvent([SECRET], systemClock)(sent)._unsafeUnwrap();
    return world.receiveFailedBankPayout({ ...(bankPayout ?? expect.fail()), requestId: event.id });
  }
  const end = async (event?: StripeEvent) => (await receive(event))._unsafeUnwrap();
  const statusOf = async (id: Awaited<ReturnType<typeof paid>>['id']) => (await world.stored(id)).status;

  it('that fails has each payment failed whose money it was to carry, once and with the bank’s reason', async () => {
    const before = await paid();
    payOut(vendor());
    const [one, other] = [await paid(), await paid()];
    const payout = payOut(vendor());
    const later = await paid();
    expect(await end()).toBe('settled');
    failPayout(vendor(), payout);
    expect(await end()).toBe('returned');
    for (const { id } of [one, other])
      expect(await world.stored(id)).toMatchObject({
        status: 'failed',
        failedReason: 'payout_failed: account_closed',
        processorReference: payout,
      });
    for (const { id } of [before, later]) expect(await statusOf(id)).toBe('completed');
    for (const event of vendor().events.values()) await receive(event);
    expect((await world.eventsOf(one.id)).filter((type) => type === 'PaymentFailed')).toHaveLength(1);
    expect(transferred(double)).toHaveLength(4);
  });

  it('leaves what is asked for again to the transfer that stands, and says nothing more of it afterwards', async () => {
    const { id, transfer } = await paid();
    failPayout(vendor(), payOut(vendor()), null);
    await receive();
    expect(await world.stored(id)).toMatchObject({ status: 'failed', failedReason: 'payout_failed' });
    expect((await world.process(id))._unsafeUnwrap()).toMatchObject({
      status: 'completed',
      attempt: 2,
      processorReference: transfer,
    });
    expect(transferred(double)).toEqual([id]);
    expect(await end()).toBe('settled');
    expect(await statusOf(id)).toBe('completed');
  });

  it('that fails after another did has the same payments failed anew, under its own name', async () => {
    const { id } = await paid();
    failPayout(vendor(), payOut(vendor()));
    await receive();
    await world.process(id);
    const second = payOut(vendor());
    failPayout(vendor(), second, 'no_account');
    expect(await end()).toBe('returned');
    expect(await world.stored(id)).toMatchObject({
      failedReason: 'payout_failed: no_account',
      processorReference: second,
    });
    expect(transferred(double)).toEqual([id]);
  });

  it('keeps a payment that it failed from being rejected, until the transfer is taken back', async () => {
    const { id, transfer } = await paid();
    failPayout(vendor(), payOut(vendor()));
    await receive();
    expect((await world.reject(id))._unsafeUnwrapErr()).toEqual({ kind: 'PayoutStands' });
    double.script.next('GET /v1/transfers', { kind: 'unavailable' });
    expect((await world.reject(id))._unsafeUnwrapErr()).toEqual({ kind: 'PayoutsUnavailable' });
    expect(await statusOf(id)).toBe('failed');
    reverseTransfer(double.books(), transfer);
    expect((await world.reject(id, ADMIN))._unsafeUnwrap().status).toBe('cancelled');
  });

  it('does not hide a reversal from the payment that its transfer completed again', async () => {
    const { id, transfer } = await paid();
    failPayout(vendor(), payOut(vendor()));
    await receive();
    await world.process(id);
    reverseTransfer(double.books(), transfer);
    expect(
      (await world.receiveReturnedPayout({ reference: id, requestId: 'request-1' }))._unsafeUnwrap(),
    ).toBe('returned');
    expect((await world.process(id))._unsafeUnwrap()).toMatchObject({ status: 'completed', attempt: 3 });
    expect(transferred(double)).toEqual([id]);
  });

  it('says nothing of a payment whose transfer was taken back, or that was paid anew since', async () => {
    const { id, transfer } = await paid();
    failPayout(vendor(), payOut(vendor()));
    reverseTransfer(double.books(), transfer);
    expect(await end()).toBe('unknown');
    await world.receiveReturnedPayout({ reference: id, requestId: 'request-1' });
    await world.process(id);
    expect(await end()).toBe('unknown');
    expect(await statusOf(id)).toBe('completed');
  });

  it('is believed of Stripe’s record alone, and changes nothing where that says otherwise', async () => {
    const { id } = await paid();
    const payout = payOut(vendor());
    const said = lastEvent();
    const forged = {
      ...said,
      type: 'payout.failed',
      data: { object: { ...said.data.object, status: 'failed' } },
    };
    expect(await end(forged)).toBe('settled');
    const stranger = { ...said.data.object, id: 'po_of_others' };
    expect(await end({ ...forged, data: { object: stranger } })).toBe('unknown');
    held(vendor().payouts, payout).status = 'canceled';
    expect(await end(forged)).toBe('settled');
    expect(await statusOf(id)).toBe('completed');
  });

  it('is not followed where it was made by hand, and is no failure where it was to take money from the bank', async () => {
    const { id } = await paid();
    failPayout(vendor(), payOut(vendor(), { automatic: false }));
    expect(await end()).toBe('unknown');
    failPayout(vendor(), payOut(vendor(), { debit: true }));
    expect(await end()).toBe('settled');
    expect(await statusOf(id)).toBe('completed');
  });

  it('of transfers that are none of ours is nothing', async () => {
    await doubleClient(double).transfers.create({ amount: 500, currency: 'usd', destination: VENDOR });
    await doubleClient(double).transfers.create({
      amount: 500,
      currency: 'usd',
      destination: VENDOR,
      metadata: { paywright_payout: '0192f0c8-7b1a-7000-8000-000000000001' },
    });
    failPayout(vendor(), payOut(vendor()));
    expect(await end()).toBe('unknown');
  });

  it.for(['GET /v1/payouts/{payout}', 'GET /v1/balance_transactions', 'GET /v1/transfers'])(
    'is asked about again where Stripe did not answer %s, and nothing is changed before',
    async (endpoint) => {
      const { id } = await paid();
      failPayout(vendor(), payOut(vendor()));
      double.script.next(endpoint, { kind: 'unavailable' });
      expect((await receive())._unsafeUnwrapErr()).toEqual({ kind: 'PayoutsUnavailable' });
      expect(await statusOf(id)).toBe('completed');
      expect(await end()).toBe('returned');
    },
  );

  it('is asked about again while Stripe puts entries to it', async () => {
    await paid();
    const payout = payOut(vendor());
    held(vendor().payouts, payout).reconciliation_status = 'in_progress';
    failPayout(vendor(), payout);
    expect((await receive())._unsafeUnwrapErr()).toEqual({ kind: 'PayoutsUnavailable' });
  });

  it('of hundreds of transfers is traced in requests of a hundred', async () => {
    const send = () =>
      doubleClient(double).transfers.create({ amount: 1, currency: 'usd', destination: VENDOR });
    for (let n = 0; n < 120; n += 1) await send();
    const { id } = await paid();
    for (let n = 0; n < 120; n += 1) await send();
    failPayout(vendor(), payOut(vendor()));
    const asked = double.requests().length;
    expect(await end()).toBe('returned');
    expect(await statusOf(id)).toBe('failed');
    expect(double.requests().length - asked).toBe(1 + 3 + 3);
  });
});
