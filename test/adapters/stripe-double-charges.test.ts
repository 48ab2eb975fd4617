import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { hasStripeDescription } from '../support/aws-emulators.ts';
import { act } from '../support/stripe-double/charging.ts';
import { doubleForEachTest, refusal } from '../support/stripe-double/for-each-test.ts';

describe.runIf(hasStripeDescription())('Charges on the double of Stripe', () => {
  const { double, stripe, unconfirmed, held } = doubleForEachTest();

  it('moves no money before an intent is confirmed, and all of it then', async () => {
    const { id, status, metadata } = await unconfirmed();
    expect({ status, metadata }).toEqual({ status: 'requires_confirmation', metadata: { order: '7' } });
    expect(double().books().charges.size).toBe(0);
    expect(await stripe().paymentIntents.confirm(id)).toMatchObject({
      status: 'succeeded',
      amount_received: 1_000,
    });
    const read = await stripe().paymentIntents.retrieve(id, {
      expand: ['latest_charge.balance_transaction'],
    });
    expect(read.latest_charge).toMatchObject({
      paid: true,
      captured: true,
      balance_transaction: { amount: 1_000, fee: 59, net: 941 },
    });
    expect(await refusal(stripe().paymentIntents.confirm(id))).toMatchObject({
      statusCode: 400,
      code: 'payment_intent_unexpected_state',
    });
  });

  it('takes what it held in parts where multicapture is asked for, and never more', async () => {
    const { id, amount_capturable } = await held();
    expect(amount_capturable).toBe(1_000);
    const part = await stripe().paymentIntents.capture(id, { amount_to_capture: 300, final_capture: false });
    expect(part).toMatchObject({ status: 'requires_capture', amount_capturable: 700, amount_received: 300 });
    expect(await refusal(stripe().paymentIntents.capture(id, { amount_to_capture: 701 }))).toMatchObject({
      code: 'amount_too_large',
    });
    expect(await stripe().paymentIntents.capture(id, { amount_to_capture: 200 })).toMatchObject({
      status: 'succeeded',
      amount_capturable: 0,
      amount_received: 500,
    });
    expect(await refusal(stripe().paymentIntents.capture(id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
    for (const parts of [{ payment_method: 'pm_card_amex' }, { payment_method_options: {} }]) {
      const { id: once } = await held(parts);
      const more = stripe().paymentIntents.capture(once, { amount_to_capture: 300, final_capture: false });
      expect(await refusal(more)).toMatchObject({ param: 'final_capture' });
    }
  });

  it('releases what was held when an intent is canceled, and cancels none that is over', async () => {
    const { id } = await held();
    expect(await stripe().paymentIntents.cancel(id)).toMatchObject({
      status: 'canceled',
      amount_capturable: 0,
    });
    const taken = await held();
    await stripe().paymentIntents.capture(taken.id);
    for (const over of [id, taken.id])
      expect(await refusal(stripe().paymentIntents.cancel(over))).toMatchObject({
        code: 'payment_intent_unexpected_state',
      });
    const early = await unconfirmed();
    expect((await stripe().paymentIntents.cancel(early.id)).status).toBe('canceled');
    expect(double().books().charges.size).toBe(2);
  });

  it.for([
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
    ['pm_double_declined_call_issuer', 'card_declined', 'call_issuer'],
  ] as const)('declines as the test card %s says', async ([payment_method, code, decline_code]) => {
    const { id } = await unconfirmed({ payment_method });
    expect(await refusal(stripe().paymentIntents.confirm(id))).toEqual({
      statusCode: 402,
      type: 'StripeCardError',
      code,
      decline_code,
      param: undefined,
    });
    expect(await stripe().paymentIntents.retrieve(id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code, decline_code },
    });
    expect([...double().books().charges.values()]).toMatchObject([{ status: 'failed', paid: false }]);
  });

  it('calls the customer to act, and then charges, declines or asks for another method', async () => {
    const acting = { payment_method: 'pm_card_authenticationRequired' };
    const late = { payment_method: 'pm_card_authenticationRequiredChargeDeclinedInsufficientFunds' };
    const [good, bad, declined] = await Promise.all([acting, acting, late].map((each) => held(each)));
    for (const each of [good, bad, declined])
      expect(each).toMatchObject({ status: 'requires_action', next_action: { type: 'use_stripe_sdk' } });
    act(double().books(), good?.id ?? '', 'approve');
    act(double().books(), bad?.id ?? '', 'fail');
    act(double().books(), declined?.id ?? '', 'approve');
    const read = async (intent: Stripe.PaymentIntent | undefined) => {
      const { status, last_payment_error } = await stripe().paymentIntents.retrieve(intent?.id ?? '');
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
      expect((await stripe().paymentIntents.confirm(id)).status).toBe('processing');
      act(double().books(), id, outcome);
      ids.push(id);
    }
    const read = await Promise.all(ids.map((id) => stripe().paymentIntents.retrieve(id)));
    expect(read.map(({ status }) => status)).toEqual(['succeeded', 'requires_payment_method']);
  });
});
