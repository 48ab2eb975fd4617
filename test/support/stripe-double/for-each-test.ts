import Stripe from 'stripe';
import { afterEach, beforeEach, expect } from 'vitest';
import { doubleClient } from './client.ts';
import { type StripeDouble, startStripeDouble } from './server.ts';

/** A double of Stripe for each test of the file, a client of it, and charges on it. */
export function doubleForEachTest() {
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

  return { double: () => double, stripe: () => stripe, unconfirmed, held };
}

/** What an answer that is no success says of itself; the test fails where it is one. */
export const refusal = (call: Promise<unknown>) =>
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
