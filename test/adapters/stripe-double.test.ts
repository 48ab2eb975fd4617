import { describe, expect, it } from 'vitest';
import { hasStripeDescription } from '../support/aws-emulators.ts';
import { failPayout, payOut } from '../support/stripe-double/bank-payouts.ts';
import { doubleClient } from '../support/stripe-double/client.ts';
import { stripeDescription } from '../support/stripe-double/description.ts';
import { decideDispute } from '../support/stripe-double/disputes.ts';
import { ENDPOINTS } from '../support/stripe-double/endpoints.ts';
import { doubleForEachTest, refusal } from '../support/stripe-double/for-each-test.ts';
import { settleRefund } from '../support/stripe-double/refunds.ts';
import { signedEvent } from '../support/stripe-double/signed-events.ts';
import { reverseTransfer } from '../support/stripe-double/transfers.ts';

describe.runIf(hasStripeDescription())('The double of Stripe', () => {
  const { double, stripe, unconfirmed, held } = doubleForEachTest();

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

  it('gives back what was taken and never more, and a failed refund may be asked for again', async () => {
    const { id } = await unconfirmed({ payment_method: 'pm_card_refundFail' });
    await stripe().paymentIntents.confirm(id);
    const refund = await stripe().refunds.create({
      payment_intent: id,
      amount: 600,
      metadata: { part: '1' },
    });
    expect(refund).toMatchObject({ status: 'succeeded', amount: 600, metadata: { part: '1' } });
    expect(await refusal(stripe().refunds.create({ payment_intent: id, amount: 401 }))).toMatchObject({
      param: 'amount',
    });
    settleRefund(double().books(), refund.id, 'failed');
    expect((await stripe().refunds.retrieve(refund.id)).status).toBe('failed');
    await stripe().refunds.create({ payment_intent: id });
    expect(await refusal(stripe().refunds.create({ payment_intent: id }))).toMatchObject({
      code: 'charge_already_refunded',
    });
    const { data } = await stripe().refunds.list({ payment_intent: id, limit: 1 });
    expect(data).toMatchObject([{ amount: 1_000 }]);
    const { id: uncaptured } = await held();
    expect(await refusal(stripe().refunds.create({ payment_intent: uncaptured }))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
  });

  it('opens a dispute that takes the money, and gives it back when it is won', async () => {
    const { id } = await unconfirmed({ payment_method: 'pm_card_createDispute' });
    await stripe().paymentIntents.confirm(id);
    const [dispute] = (await stripe().disputes.list({ payment_intent: id })).data;
    expect(dispute).toMatchObject({ status: 'needs_response', amount: 1_000 });
    expect(double().books().available.get('usd')).toBe(1_000 - 59 - 1_000 - 1_500);
    expect(await refusal(stripe().refunds.create({ payment_intent: id }))).toMatchObject({
      code: 'charge_disputed',
    });
    decideDispute(double().books(), dispute?.id ?? '', 'won');
    expect(double().books().available.get('usd')).toBe(1_000 - 59 - 1_500);
    expect(await refusal(stripe().disputes.close(dispute?.id ?? ''))).toMatchObject({
      code: 'status_transition_invalid',
    });
  });

  it('transfers what is available to accounts that can receive it, and can take it back', async () => {
    const transfer = (destination: string) =>
      stripe().transfers.create({ amount: 400, currency: 'usd', destination, transfer_group: 'group' });
    expect(await refusal(transfer('acct_double_vendor'))).toMatchObject({ code: 'balance_insufficient' });
    double().books().available.set('usd', 1_000);
    for (const [destination, code] of [
      ['acct_double_restricted', 'insufficient_capabilities_for_transfer'],
      ['acct_double_closed', 'account_invalid'],
      ['acct_none', 'resource_missing'],
    ] as const)
      expect(await refusal(transfer(destination))).toMatchObject({ code });
    const { id } = await transfer('acct_double_vendor');
    expect(double().books().available.get('usd')).toBe(600);
    reverseTransfer(double().books(), id);
    const { data } = await stripe().transfers.list({ transfer_group: 'group' });
    expect(data).toMatchObject([{ id, reversed: true, amount_reversed: 400 }]);
    expect((await stripe().transfers.list({ transfer_group: 'other' })).data).toEqual([]);
  });

  it('has what a connected account is paid on its balance, and says which entries a payout of the schedule paid out', async () => {
    const account = 'acct_double_vendor';
    double().books().available.set('usd', 1_000);
    const { id, destination_payment } = await stripe().transfers.create({
      amount: 400,
      currency: 'usd',
      destination: account,
    });
    const vendor = double().books(account);
    const payout = payOut(vendor);
    expect(vendor.available.get('usd')).toBe(0);
    failPayout(vendor, payout);
    expect(vendor.available.get('usd')).toBe(400);
    const on = { stripeAccount: account };
    expect(await stripe().payouts.retrieve(payout, {}, on)).toMatchObject({
      status: 'failed',
      amount: 400,
      failure_code: 'account_closed',
    });
    const entries = (query: object) => stripe().balanceTransactions.list(query, on);
    const { data } = await entries({ payout, expand: ['data.source'] });
    expect(data).toMatchObject([
      { type: 'payment', source: { id: destination_payment, source_transfer: id } },
    ]);
    const next = (await entries({ payout: payOut(vendor), expand: ['data.source'] })).data;
    expect(next).toMatchObject([{ type: 'payout_failure', source: { id: payout } }]);
    expect([...vendor.events.values()].map((event) => [event.type, event.account])).toEqual(
      ['payout.paid', 'payout.failed', 'payout.paid'].map((type) => [type, account]),
    );
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
    double().books().available.set('huf', 10_000);
    const payout = { currency: 'huf', destination: 'acct_double_vendor' };
    expect(await refusal(stripe().transfers.create({ ...payout, amount: 1_045 }))).toMatchObject({
      code: 'invalid_charge_amount',
    });
    expect((await stripe().transfers.create({ ...payout, amount: 1_000 })).amount).toBe(1_000);
  });

  it('refuses another key, another version, a parameter that is not known, and a path that is not', async () => {
    expect(
      await refusal(doubleClient(double(), { key: 'sk_test_other' }).paymentIntents.list()),
    ).toMatchObject({
      statusCode: 401,
    });
    const expired = doubleClient(double(), { key: 'sk_test_expired' });
    expect(await refusal(expired.paymentIntents.list())).toMatchObject({ code: 'api_key_expired' });
    const other = doubleClient({ ...double(), version: '2020-08-27' });
    expect(await refusal(other.paymentIntents.list())).toMatchObject({ statusCode: 400 });
    expect(await refusal(unconfirmed({ colour: 'red' } as object))).toMatchObject({
      code: 'parameter_unknown',
    });
    expect(await refusal(stripe().customers.list())).toMatchObject({ statusCode: 404 });
    expect(await refusal(unconfirmed({ payment_method: 'pm_none' }))).toMatchObject({
      code: 'resource_missing',
    });
  });

  it('keeps the books of connected accounts apart', async () => {
    const connected = doubleClient(double(), { account: 'acct_double_shop' });
    const { id } = await unconfirmed();
    expect(await refusal(connected.paymentIntents.retrieve(id))).toMatchObject({ statusCode: 404 });
    const stranger = doubleClient(double(), { account: 'acct_other' });
    expect(await refusal(stranger.paymentIntents.list())).toMatchObject({ code: 'account_invalid' });
    expect(double().books('acct_double_shop').intents.size).toBe(0);
  });

  it('tells what happened in events, signed as Stripe signs them', async () => {
    const { id } = await held();
    await stripe().paymentIntents.capture(id);
    const events = [...double().books().events.values()];
    expect(events.map(({ type }) => type)).toEqual([
      'payment_intent.created',
      'payment_intent.amount_capturable_updated',
      'payment_intent.succeeded',
      'charge.captured',
    ]);
    const { data } = await stripe().events.list({ limit: 2 });
    expect(data.map(({ type }) => type)).toEqual(['charge.captured', 'payment_intent.succeeded']);
    const now = Math.floor(Date.now() / 1_000);
    const [event] = events;
    if (event === undefined) return expect.fail('no event');
    const read = (secret: string, at: number) => {
      const { body, headers } = signedEvent(event, ['whsec_old', 'whsec_new'], at);
      return stripe().webhooks.constructEvent(body, headers['stripe-signature'] ?? '', secret);
    };
    for (const secret of ['whsec_old', 'whsec_new']) expect(read(secret, now).id).toBe(event.id);
    expect(() => read('whsec_forged', now)).toThrow(/signature/);
    expect(() => read('whsec_new', now - 301)).toThrow(/tolerance/);
  });
});
