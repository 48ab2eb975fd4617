import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stripeClient } from '../../src/adapters/stripe/client.ts';
import { stripeDisputes } from '../../src/adapters/stripe/disputes.ts';
import { readStripeEvent } from '../../src/adapters/stripe/notifications.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { aChargeOrder } from '../fixtures/charge-orders.ts';
import { hasStripeDescription } from '../support/aws-emulators.ts';
import { processorAt } from '../support/stripe-double/bookkeeping.ts';
import { decideDispute } from '../support/stripe-double/disputes.ts';
import { DOUBLE_KEY, type StripeDouble, startStripeDouble } from '../support/stripe-double/server.ts';
import { signedEvent } from '../support/stripe-double/signed-events.ts';

const SECRET = 'whsec_of_the_double';

describe.runIf(hasStripeDescription())('Disputes on Stripe', () => {
  let double: StripeDouble;
  beforeEach(async () => {
    double = await startStripeDouble();
  });
  afterEach(async () => {
    await double.close();
    expect(double.undescribed()).toEqual([]);
  });

  const disputesAt = (secretKey = DOUBLE_KEY) =>
    stripeDisputes(() => stripeClient({ secretKey, apiBase: double.url, timeoutMs: 5_000 }));

  /** A charge that is disputed at once, as our platform made it. */
  async function aDisputedCharge(account?: string) {
    const order = {
      ...aChargeOrder('pm_card_createDispute'),
      config: (name: string) => (name === 'account' ? account : undefined),
    };
    const processor = processorAt(double);
    const opened = (await processor.charge(order))._unsafeUnwrap();
    const { processorId } = opened;
    (await processor.charge({ ...order, processorId }))._unsafeUnwrap();
    const [dispute] = double.books(account).disputes.values();
    if (dispute === undefined) throw new Error('nothing is disputed');
    return { order, processorId, dispute };
  }

  it('name their charge, the payment it was made for, and what is asked of the merchant until when', async () => {
    const { order, processorId, dispute } = await aDisputedCharge();
    expect((await disputesAt().find({ id: dispute.id }))._unsafeUnwrap()).toEqual({
      processorId: dispute.id,
      chargeId: processorId,
      about: { merchantId: order.merchantId, paymentId: order.reference },
      amount: order.amount,
      reason: 'fraudulent',
      status: 'needs_response',
      respondBy: (dispute.evidence_details.due_by ?? 0) * 1_000,
      chargedBack: { amount: order.amount, fee: 1_500n },
    });
  });

  it('say what was taken and what came back as Stripe’s balance has it, and of an inquiry nothing', async () => {
    const { order, dispute } = await aDisputedCharge();
    decideDispute(double.books(), dispute.id, 'won');
    const movements = async () => {
      const { chargedBack, returned } = (await disputesAt().find({ id: dispute.id }))._unsafeUnwrap();
      return { chargedBack, returned };
    };
    expect(await movements()).toEqual({
      chargedBack: { amount: order.amount, fee: 1_500n },
      returned: { amount: order.amount, fee: 0n },
    });
    const [taken] = dispute.balance_transactions;
    if (taken === undefined) throw new Error('nothing was taken');
    // Converted for the balance: what was disputed is what was taken, whatever came of it there.
    Object.assign(dispute, { balance_transactions: [{ ...taken, currency: 'jpy', amount: -7 }] });
    expect(await movements()).toEqual({ chargedBack: { amount: order.amount, fee: 0n } });
    Object.assign(dispute, { balance_transactions: [] });
    expect(await movements()).toEqual({});
  });

  it('are named by their events, with the connected account that they are on', async () => {
    const account = 'acct_double_of_a_merchant';
    const { processorId, dispute } = await aDisputedCharge(account);
    const event = [...double.books(account).events.values()].find(({ type }) =>
      type.startsWith('charge.dispute'),
    );
    if (event === undefined) throw new Error('the double has no such event');
    const now = Math.floor(Date.now() / 1_000);
    const connected = { ...event, account };
    const { body, headers } = signedEvent(connected, [SECRET], now);
    const read = readStripeEvent([SECRET], systemClock);
    const notification = read({ body: Buffer.from(body), signature: headers['stripe-signature'] });
    const named = { id: dispute.id, account };
    expect(notification._unsafeUnwrap()).toEqual({
      id: event.id,
      type: 'charge.dispute.created',
      dispute: named,
    });
    expect((await disputesAt().find(named))._unsafeUnwrap().chargeId).toBe(processorId);
    expect((await disputesAt().find({ id: dispute.id }))._unsafeUnwrapErr().kind).toBe(
      'ProcessorHasNoRecord',
    );
  });

  it.for([
    ['warning_needs_response', 'needs_response'],
    ['under_review', 'under_review'],
    ['warning_under_review', 'under_review'],
    ['won', 'won'],
    ['warning_closed', 'won'],
    ['prevented', 'won'],
    ['lost', 'lost'],
  ] as const)('that are %s are %s', async ([theirs, ours]) => {
    const { dispute } = await aDisputedCharge();
    Object.assign(dispute, { status: theirs });
    expect((await disputesAt().find({ id: dispute.id }))._unsafeUnwrap().status).toBe(ours);
  });

  it('that the issuer has decided say so', async () => {
    for (const status of ['won', 'lost'] as const) {
      const { dispute } = await aDisputedCharge(`acct_double_${status}`);
      decideDispute(double.books(`acct_double_${status}`), dispute.id, status);
      const found = await disputesAt().find({ id: dispute.id, account: `acct_double_${status}` });
      expect(found._unsafeUnwrap().status).toBe(status);
    }
  });

  it('that are accepted are closed once and lost, and closed no more', async () => {
    const { dispute } = await aDisputedCharge();
    const disputes = disputesAt();
    expect((await disputes.accept({ id: dispute.id })).isOk()).toBe(true);
    expect((await disputes.find({ id: dispute.id }))._unsafeUnwrap().status).toBe('lost');
    for (const id of [dispute.id, 'du_none'])
      expect((await disputes.accept({ id }))._unsafeUnwrapErr().kind).toBe('DisputeNotClosed');
    const away = await disputesAt('sk_test_expired').accept({ id: dispute.id });
    expect(away._unsafeUnwrapErr().kind).toBe('ProcessorUnavailable');
  });

  it('are asked about again when Stripe does not answer, or says what has no meaning here', async () => {
    const { dispute } = await aDisputedCharge();
    const away = disputesAt('sk_test_expired');
    expect((await away.find({ id: dispute.id }))._unsafeUnwrapErr().kind).toBe('ProcessorUnavailable');
    expect((await disputesAt().find({ id: 'du_none' }))._unsafeUnwrapErr().kind).toBe('ProcessorHasNoRecord');
  });
});
