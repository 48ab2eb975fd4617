import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasStripeDescription } from '../../support/aws-emulators.ts';
import { httpEvent } from '../../support/gateway.ts';
import {
  aCall,
  SCHEDULED,
  type Sent,
  someDeployment,
  someFunctions,
} from '../../support/lambda/functions.ts';
import { aMerchantsDatabase } from '../../support/lambda/functions-on-postgres.ts';
import { bookOf, charged } from '../../support/stripe-double/bookkeeping.ts';
import { DOUBLE_KEY, type StripeDouble, startStripeDouble } from '../../support/stripe-double/server.ts';
import { signedEvent } from '../../support/stripe-double/signed-events.ts';

const SECRET = 'whsec_of_this_test';
const CONFIRM = 'POST /v1/payment_intents/{intent}/confirm';
const WEBHOOK = '/processors/stripe/webhook';
const claims = { permissions: ['payments', 'refunds', 'customers'] };

describe.runIf(hasStripeDescription())('Functions on Stripe', () => {
  const url = aMerchantsDatabase();
  let double: StripeDouble;
  const onStripe = () => ({
    DATABASE_URL: url(),
    PAYWRIGHT_PROCESSOR: 'stripe',
    STRIPE_SECRET_KEY: DOUBLE_KEY,
    STRIPE_WEBHOOK_SECRET: SECRET,
    STRIPE_API_BASE: double.url,
  });
  const deployment = someDeployment('postgres', onStripe);
  beforeAll(async () => {
    double = await startStripeDouble();
  });
  afterAll(async () => {
    await deployment.close();
    await double.close();
    expect(double.undescribed()).toEqual([]);
  });

  const post = (path: string, body: unknown, key?: string) => {
    const sent: Sent = { body, claims, ...(key === undefined ? {} : { key }) };
    return deployment.asked('process', path, sent);
  };

  async function aPayment(key: string, token = 'pm_card_visa') {
    const customer = await post('/customers', { email: `${key}@example.com`, name: 'Ada' });
    const { id } = customer.body;
    const card = { type: 'card', token, last4: '4242' };
    const stored = await post(`/customers/${String(id)}/payment_methods`, card);
    const terms = { customer_id: id, payment_method: stored.body['id'] };
    return post('/payments', { amount: 1_250, currency: 'USD', ...terms }, key);
  }

  /** Posts the double's newest event of a type, as Stripe would. */
  async function notified(type: string, secret = SECRET) {
    const event = [...double.books().events.values()].findLast((each) => each.type === type);
    if (event === undefined) throw new Error(`the double has no ${type}`);
    const { body, headers } = signedEvent(event, [secret], Math.floor(Date.now() / 1_000));
    const request = new Request(`https://pay.example${WEBHOOK}`, { method: 'POST', headers, body });
    const sent = await httpEvent(request);
    const answer = await deployment.invoked<{ statusCode: number; body: string }>('process', sent);
    return { status: answer.statusCode, body: JSON.parse(answer.body) as unknown };
  }

  it('charge and refund there, under our reference', async () => {
    const paid = await aPayment('paid');
    expect(paid).toMatchObject({ status: 201, body: { status: 'succeeded', processor: 'stripe' } });
    const id = String(paid.body['id']);
    const refund = await post(`/payments/${id}/refunds`, { amount: 250 }, 'back');
    expect(refund).toMatchObject({ status: 201, body: { type: 'refund', status: 'succeeded' } });
    expect(bookOf(double.books(), id)).toMatchObject({ captured: 1_250n, refunded: 250n });
  });

  it('take a signed event as the reason to ask, and finish once what was answered in silence', async () => {
    double.script.next(CONFIRM, { kind: 'error', when: 'after' });
    const silent = await aPayment('silent');
    expect(silent).toMatchObject({ status: 202, body: { status: 'processing' } });
    const { id } = silent.body;
    expect(await notified('payment_intent.succeeded', 'whsec_of_others')).toMatchObject({ status: 400 });
    expect(await notified('payment_intent.succeeded')).toEqual({ status: 200, body: { received: true } });
    await deployment.invoked('recovery', SCHEDULED);
    const back = await post(`/payments/${String(id)}/refunds`, {}, 'all-back');
    expect(back).toMatchObject({ status: 201, body: { amount: 1_250 } });
    expect(charged(double.books()).filter((each) => each === id)).toEqual([id]);
    expect(bookOf(double.books(), String(id))).toMatchObject({ captured: 1_250n, refunded: 1_250n });
  });

  it('read a dispute there when an event says that there is one', async () => {
    const { body } = await aPayment('disputed', 'pm_card_createDispute');
    expect(await notified('charge.dispute.created')).toMatchObject({ status: 200 });
    await deployment.invoked('jobs', SCHEDULED);
    const functions = someFunctions();
    const query = await functions.start('query', 'postgres', { DATABASE_URL: url() });
    const invoked = await query.invoke(
      await httpEvent(await aCall(`/disputes?payment_id=${String(body['id'])}`)),
    );
    await functions.close();
    expect(JSON.stringify(invoked)).toContain('needs_response');
  });

  it('that ask Stripe nothing have no client of it, and say so when they are given its key', async () => {
    const functions = someFunctions();
    const query = await functions.start('query', 'postgres', onStripe());
    expect(await query.initError()).toMatch(/asks Stripe nothing/);
    await functions.close();
  });
});
