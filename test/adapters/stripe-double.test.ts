import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasStripeDescription } from '../support/aws-emulators.ts';
import { act } from '../support/stripe-double/charging.ts';
import { doubleClient } from '../support/stripe-double/client.ts';
import { stripeDescription } from '../support/stripe-double/description.ts';
import { decideDispute } from '../support/stripe-double/disputes.ts';
import { ENDPOINTS } from '../support/stripe-double/endpoints.ts';
import { settleRefund } from '../support/stripe-double/refunds.ts';
import { type StripeDouble, startStripeDouble } from '../support/stripe-double/server.ts';
import { signedEvent } from '../support/stripe-double/signed-events.ts';
import { reverseTransfer } from '../support/stripe-double/transfers.ts';

describe.runIf(hasStripeDescription())('The double of Stripe', () => {
  let double: StripeDouble;
  let stripe: Stripe;
  beforeEach(async () => {
    double = await startStripeDouble();
    stripe = doubleClient(double);
  });
  afterEach(async () => {
    await double.close();
    expect(double.undescribed()).toEqual([]);
  });

  const unconfirmed = (parts: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
    stripe.paymentIntents.create({
      amount: 1_000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      metadata: { order: '7' },
      ...parts,
    });
  const held = async (parts: Partial<Stripe.PaymentIntentCreateParams> = {}) => {
    const { id } = await unconfirmed({
      capture_method: 'manual',
      payment_method_options: { card: { request_multicapture: 'if_available' } },
      ...parts,
    });
    return stripe.paymentIntents.confirm(id);
  };
  const refusal = (call: Promise<unknown>) =>
    call.then(
      () => expect.fail('it was taken'),
      ({ statusCode, type, code, decline_code, param }: Stripe.errors.StripeError) => ({
        statusCode,
        type,
        code,
        decline_code,
        param,
      }),
    );

  it('has no endpoint that Stripe has not, and calls what it answers by the names that Stripe does', () => {
    for (const { method, path } of ENDPOINTS)
      expect(stripeDescription().parameters(method, path), `${method} ${path}`).toBeDefined();
  });

  it('finds a wrong type, a status that does not exist and a property that is not described', async () => {
    const { faultsOf } = stripeDescription();
    const { lastResponse, ...intent } = await unconfirmed();
    expect(lastResponse.statusCode).toBe(200);
    expect(faultsOf('payment_intent', intent)).toBeUndefined();
    for (const wrong of [{ amount: '1000' }, { status: 'approved' }, { colour: 'red' }, { review: {} }])
      expect(faultsOf('payment_intent', { ...intent, ...wrong })).toMatch(/^payment_intent/);
  });

  it('moves no money before an intent is confirmed, and all of it then', async () => {
    const { id, status, metadata } = await unconfirmed();
    expect({ status, metadata }).toEqual({ status: 'requires_confirmation', metadata: { order: '7' } });
    expect(double.books().charges.size).toBe(0);
    expect(await stripe.paymentIntents.confirm(id)).toMatchObject({
      status: 'succeeded',
      amount_received: 1_000,
    });
    const read = await stripe.paymentIntents.retrieve(id, {
      expand: ['latest_charge.balance_transaction'],
    });
    expect(read.latest_charge).toMatchObject({
      paid: true,
      captured: true,
      balance_transaction: { amount: 1_000, fee: 59, net: 941 },
    });
    expect(await refusal(stripe.paymentIntents.confirm(id))).toMatchObject({
      statusCode: 400,
      code: 'payment_intent_unexpected_state',
    });
  });

  it('takes what it held in parts where multicapture is asked for, and never more', async () => {
    const { id, amount_capturable } = await held();
    expect(amount_capturable).toBe(1_000);
    const part = await stripe.paymentIntents.capture(id, { amount_to_capture: 300, final_capture: false });
    expect(part).toMatchObject({ status: 'requires_capture', amount_capturable: 700, amount_received: 300 });
    expect(await refusal(stripe.paymentIntents.capture(id, { amount_to_capture: 701 }))).toMatchObject({
      code: 'amount_too_large',
    });
    expect(await stripe.paymentIntents.capture(id, { amount_to_capture: 200 })).toMatchObject({
      status: 'succeeded',
      amount_capturable: 0,
      amount_received: 500,
    });
    expect(await refusal(stripe.paymentIntents.capture(id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
    for (const parts of [{ payment_method: 'pm_card_amex' }, { payment_method_options: {} }]) {
      const { id: once } = await held(parts);
      const more = stripe.paymentIntents.capture(once, { amount_to_capture: 300, final_capture: false });
      expect(await refusal(more)).toMatchObject({ param: 'final_capture' });
    }
  });

  it('releases what was held when an intent is canceled, and cancels none that is over', async () => {
    const { id } = await held();
    expect(await stripe.paymentIntents.cancel(id)).toMatchObject({
      status: 'canceled',
      amount_capturable: 0,
    });
    const taken = await held();
    await stripe.paymentIntents.capture(taken.id);
    for (const over of [id, taken.id])
      expect(await refusal(stripe.paymentIntents.cancel(over))).toMatchObject({
        code: 'payment_intent_unexpected_state',
      });
    const early = await unconfirmed();
    expect((await stripe.paymentIntents.cancel(early.id)).status).toBe('canceled');
    expect(double.books().charges.size).toBe(2);
  });

  it.for([
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
    ['pm_double_declined_call_issuer', 'card_declined', 'call_issuer'],
  ] as const)('declines as the test card %s says', async ([payment_method, code, decline_code]) => {
    const { id } = await unconfirmed({ payment_method });
    expect(await refusal(stripe.paymentIntents.confirm(id))).toEqual({
      statusCode: 402,
      type: 'StripeCardError',
      code,
      decline_code,
      param: undefined,
    });
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code, decline_code },
    });
    expect([...double.books().charges.values()]).toMatchObject([{ status: 'failed', paid: false }]);
  });

  it('calls the customer to act, and then charges, declines or asks for another method', async () => {
    const acting = { payment_method: 'pm_card_authenticationRequired' };
    const late = { payment_method: 'pm_card_authenticationRequiredChargeDeclinedInsufficientFunds' };
    const [good, bad, declined] = await Promise.all([acting, acting, late].map((each) => held(each)));
    for (const each of [good, bad, declined])
      expect(each).toMatchObject({ status: 'requires_action', next_action: { type: 'redirect_to_url' } });
    act(double.books(), good?.id ?? '', 'approve');
    act(double.books(), bad?.id ?? '', 'fail');
    act(double.books(), declined?.id ?? '', 'approve');
    const read = async (intent: Stripe.PaymentIntent | undefined) => {
      const { status, last_payment_error } = await stripe.paymentIntents.retrieve(intent?.id ?? '');
      return [status, last_payment_error?.code, last_payment_error?.decline_code];
    };
    expect(await read(good)).toEqual(['requires_capture', undefined, undefined]);
    expect(await read(bad)).toEqual([
      'requires_payment_method',
      'payment_intent_authentication_failure',
      undefined,
    ]);
    expect(await read(declined)).toEqual(['requires_payment_method', 'card_declined', 'insufficient_funds']);
  });

  it('says days later what became of a debit', async () => {
    const debit = { payment_method: 'pm_usBankAccount_success' };
    const ids = [];
    for (const outcome of ['approve', 'fail'] as const) {
      const { id } = await unconfirmed(debit);
      expect((await stripe.paymentIntents.confirm(id)).status).toBe('processing');
      act(double.books(), id, outcome);
      ids.push(id);
    }
    const read = await Promise.all(ids.map((id) => stripe.paymentIntents.retrieve(id)));
    expect(read.map(({ status }) => status)).toEqual(['succeeded', 'requires_payment_method']);
  });

  it('gives back what was taken and never more, and a failed refund may be asked for again', async () => {
    const { id } = await unconfirmed({ payment_method: 'pm_card_refundFail' });
    await stripe.paymentIntents.confirm(id);
    const refund = await stripe.refunds.create({ payment_intent: id, amount: 600, metadata: { part: '1' } });
    expect(refund).toMatchObject({ status: 'succeeded', amount: 600, metadata: { part: '1' } });
    expect(await refusal(stripe.refunds.create({ payment_intent: id, amount: 401 }))).toMatchObject({
      param: 'amount',
    });
    settleRefund(double.books(), refund.id, 'failed');
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe('failed');
    await stripe.refunds.create({ payment_intent: id });
    expect(await refusal(stripe.refunds.create({ payment_intent: id }))).toMatchObject({
      code: 'charge_already_refunded',
    });
    const { data } = await stripe.refunds.list({ payment_intent: id, limit: 1 });
    expect(data).toMatchObject([{ amount: 1_000 }]);
    const { id: uncaptured } = await held();
    expect(await refusal(stripe.refunds.create({ payment_intent: uncaptured }))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
  });

  it('opens a dispute that takes the money, and gives it back when it is won', async () => {
    const { id } = await unconfirmed({ payment_method: 'pm_card_createDispute' });
    await stripe.paymentIntents.confirm(id);
    const [dispute] = (await stripe.disputes.list({ payment_intent: id })).data;
    expect(dispute).toMatchObject({ status: 'needs_response', amount: 1_000 });
    expect(double.books().available.get('usd')).toBe(1_000 - 59 - 1_000 - 1_500);
    expect(await refusal(stripe.refunds.create({ payment_intent: id }))).toMatchObject({
      code: 'charge_disputed',
    });
    decideDispute(double.books(), dispute?.id ?? '', 'won');
    expect(double.books().available.get('usd')).toBe(1_000 - 59 - 1_500);
    expect(await refusal(stripe.disputes.close(dispute?.id ?? ''))).toMatchObject({
      code: 'status_transition_invalid',
    });
  });

  it('transfers what is available to accounts that can receive it, and can take it back', async () => {
    const transfer = (destination: string) =>
      stripe.transfers.create({ amount: 400, currency: 'usd', destination, transfer_group: 'group' });
    expect(await refusal(transfer('acct_double_vendor'))).toMatchObject({ code: 'balance_insufficient' });
    double.books().available.set('usd', 1_000);
    for (const [destination, code] of [
      ['acct_double_restricted', 'insufficient_capabilities_for_transfer'],
      ['acct_double_closed', 'account_invalid'],
      ['acct_none', 'resource_missing'],
    ] as const)
      expect(await refusal(transfer(destination))).toMatchObject({ code });
    const { id } = await transfer('acct_double_vendor');
    expect(double.books().available.get('usd')).toBe(600);
    reverseTransfer(double.books(), id);
    const { data } = await stripe.transfers.list({ transfer_group: 'group' });
    expect(data).toMatchObject([{ id, reversed: true, amount_reversed: 400 }]);
    expect((await stripe.transfers.list({ transfer_group: 'other' })).data).toEqual([]);
  });

  it('takes amounts as Stripe counts them', async () => {
    const created = async (currency: string, amount: number) =>
      (await unconfirmed({ currency, amount })).amount;
    expect(await created('jpy', 1)).toBe(1);
    expect(await created('isk', 500)).toBe(500);
    expect(await created('kwd', 5_120)).toBe(5_120);
    for (const [currency, amount, code] of [
      ['isk', 550, 'invalid_charge_amount'],
      ['ugx', 1, 'invalid_charge_amount'],
      ['kwd', 5_124, 'invalid_charge_amount'],
      ['usd', 100_000_000, 'amount_too_large'],
      ['usd', 0, 'parameter_invalid_integer'],
    ] as const)
      expect(await refusal(created(currency, amount))).toMatchObject({ statusCode: 400, code });
    double.books().available.set('huf', 10_000);
    const payout = { currency: 'huf', destination: 'acct_double_vendor' };
    expect(await refusal(stripe.transfers.create({ ...payout, amount: 1_045 }))).toMatchObject({
      code: 'invalid_charge_amount',
    });
    expect((await stripe.transfers.create({ ...payout, amount: 1_000 })).amount).toBe(1_000);
  });

  it('refuses another key, another version, a parameter that is not known, and a path that is not', async () => {
    expect(await refusal(doubleClient(double, { key: 'sk_test_other' }).paymentIntents.list())).toMatchObject(
      {
        statusCode: 401,
      },
    );
    const expired = doubleClient(double, { key: 'sk_test_expired' });
    expect(await refusal(expired.paymentIntents.list())).toMatchObject({ code: 'api_key_expired' });
    const other = doubleClient({ ...double, version: '2020-08-27' });
    expect(await refusal(other.paymentIntents.list())).toMatchObject({ statusCode: 400 });
    expect(await refusal(unconfirmed({ colour: 'red' } as object))).toMatchObject({
      code: 'parameter_unknown',
    });
    expect(await refusal(stripe.customers.list())).toMatchObject({ statusCode: 404 });
    expect(await refusal(unconfirmed({ payment_method: 'pm_none' }))).toMatchObject({
      code: 'resource_missing',
    });
  });

  it('keeps the books of connected accounts apart', async () => {
    const connected = doubleClient(double, { account: 'acct_double_shop' });
    const { id } = await unconfirmed();
    expect(await refusal(connected.paymentIntents.retrieve(id))).toMatchObject({ statusCode: 404 });
    const stranger = doubleClient(double, { account: 'acct_other' });
    expect(await refusal(stranger.paymentIntents.list())).toMatchObject({ code: 'account_invalid' });
    expect(double.books('acct_double_shop').intents.size).toBe(0);
  });

  it('tells what happened in events, signed as Stripe signs them', async () => {
    const { id } = await held();
    await stripe.paymentIntents.capture(id);
    const events = [...double.books().events.values()];
    expect(events.map(({ type }) => type)).toEqual([
      'payment_intent.created',
      'payment_intent.amount_capturable_updated',
      'payment_intent.succeeded',
      'charge.captured',
    ]);
    const { data } = await stripe.events.list({ limit: 2 });
    expect(data.map(({ type }) => type)).toEqual(['charge.captured', 'payment_intent.succeeded']);
    const now = Math.floor(Date.now() / 1_000);
    const [event] = events;
    if (event === undefined) return expect.fail('no event');
    const read = (secret: string, at: number) => {
      const { body, headers } = signedEvent(event, ['whsec_old', 'whsec_new'], at);
      return stripe.webhooks.constructEvent(body, headers['stripe-signature'] ?? '', secret);
    };
    for (const secret of ['whsec_old', 'whsec_new']) expect(read(secret, now).id).toBe(event.id);
    expect(() => read('whsec_forged', now)).toThrow(/signature/);
    expect(() => read('whsec_new', now - 301)).toThrow(/tolerance/);
  });
});
