import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readStripeEvent } from '../../src/adapters/stripe/notifications.ts';
import { idOf } from '../../src/domain/kernel/ids.ts';
import { NOON } from '../fixtures/changes.ts';
import { signedEvent } from '../support/stripe-double/signed-events.ts';

const SECRET = 'whsec_of_the_endpoint';
const ROLLING = 'whsec_of_the_endpoint_before';
const AT = NOON / 1_000;
const paymentId = idOf('pay', 'a'.repeat(32));
const ours = { paywright_payment: paymentId, paywright_merchant: 'shop' };

const anEvent = (rest: object = {}, metadata: object = ours) => ({
  id: 'evt_1',
  object: 'event' as const,
  api_version: '2026-08-26.dahlia',
  created: AT,
  data: { object: { object: 'payment_intent', metadata } },
  livemode: false as const,
  pending_webhooks: 1,
  request: { id: null, idempotency_key: null },
  type: 'payment_intent.succeeded',
  ...rest,
});

const sent = (event = anEvent(), secrets: readonly string[] = [SECRET], at = AT) => {
  const { body, headers } = signedEvent(event, secrets, at);
  return { body: Buffer.from(body), signature: headers['stripe-signature'] };
};

/** Bytes that Stripe signed, whatever they are. */
const signedBytes = (body: Buffer) => ({
  body,
  signature: `t=${AT},v1=${createHmac('sha256', SECRET).update(`${AT}.${body.toString()}`).digest('hex')}`,
});

const read = readStripeEvent([SECRET, ROLLING], { now: () => NOON });
const kindOf = (parts: Parameters<typeof read>[0]) => read(parts)._unsafeUnwrapErr().kind;

describe('An event of Stripe', () => {
  it('is known by its name and type, and by the payment whose names its metadata has', () => {
    expect(read(sent())._unsafeUnwrap()).toEqual({
      id: 'evt_1',
      type: 'payment_intent.succeeded',
      about: { merchantId: 'shop', paymentId },
    });
  });

  it('says what an intent was left in, and nothing where it does not say it whole', () => {
    const said = (facts: object) => {
      const object = { object: 'payment_intent', id: 'pi_1', metadata: ours, ...facts };
      return read(sent(anEvent({ data: { object } })))._unsafeUnwrap().said;
    };
    const states = {
      requires_capture: 'authorized',
      succeeded: 'captured',
      canceled: 'canceled',
      requires_payment_method: 'declined',
    };
    for (const [status, state] of Object.entries(states))
      expect(said({ status, amount: 250, currency: 'usd' })).toEqual({
        state,
        amount: { minorUnits: 250n, currency: 'USD' },
      });
    const whole = { status: 'succeeded', amount: 250, currency: 'usd' };
    for (const other of [
      { status: 'processing' },
      { status: 'constructor' },
      { amount: 2.5 },
      { amount: '250' },
      { currency: 'xxx' },
      { currency: null },
      { object: 'refund' },
    ])
      expect(said({ ...whole, ...other })).toBeUndefined();
  });

  it('names the payout that a transfer is of, as its metadata says, and of nothing but a transfer', () => {
    const about = (object: string, metadata: object) =>
      read(
        sent(anEvent({ type: 'transfer.reversed', data: { object: { object, metadata } } })),
      )._unsafeUnwrap();
    const payout = '0192f0c8-7b1a-7000-8000-000000000001';
    expect(about('transfer', { paywright_payout: payout })).toEqual({
      id: 'evt_1',
      type: 'transfer.reversed',
      payout,
    });
    for (const none of [
      about('payment_intent', { paywright_payout: payout }),
      about('transfer', {}),
      about('transfer', { paywright_payout: ['a'] }),
    ])
      expect(none).toEqual({ id: 'evt_1', type: 'transfer.reversed' });
  });

  it('names a payout to a vendor’s bank with the account that it is of, and none of the platform’s own', () => {
    const about = (object: object, rest: object = { account: 'acct_1' }) =>
      read(sent(anEvent({ type: 'payout.failed', data: { object }, ...rest })))._unsafeUnwrap();
    expect(about({ object: 'payout', id: 'po_1' })).toEqual({
      id: 'evt_1',
      type: 'payout.failed',
      bankPayout: { id: 'po_1', account: 'acct_1' },
    });
    for (const none of [
      about({ object: 'payout', id: 'po_1' }, {}),
      about({ object: 'payout', id: 'po_1' }, { account: ['acct_1'] }),
      about({ object: 'payout' }),
      about({ object: 'charge', id: 'po_1' }),
    ])
      expect(none).toEqual({ id: 'evt_1', type: 'payout.failed' });
  });

  it('is taken with the signature of any secret that is set, and with several signatures', () => {
    for (const secrets of [[ROLLING], ['whsec_of_others', ROLLING], [SECRET, ROLLING]])
      expect(read(sent(anEvent(), secrets)).isOk()).toBe(true);
  });

  it('is forged when no secret of ours signed these very bytes', () => {
    const { body, signature } = sent();
    const changed = Buffer.from(body.toString().replace('succeeded', 'Succeeded'));
    expect(kindOf(sent(anEvent(), ['whsec_of_others']))).toBe('NotificationForged');
    expect(kindOf({ body: changed, signature })).toBe('NotificationForged');
    expect(kindOf({ body: Buffer.from(body.toString().trim() + ' '), signature })).toBe('NotificationForged');
    expect(kindOf({ body: Buffer.alloc(0), signature })).toBe('NotificationForged');
    expect(kindOf({ body, signature: undefined })).toBe('NotificationForged');
  });

  it.for(['', 'v1', 't=1', `t=${AT}`, `t=${AT},v1`, `t=${AT},v1=`, `t=x,v1=${'0'.repeat(64)}`, 'v0=1,t=1'])(
    'is forged with the header %j',
    (signature) => {
      expect(kindOf({ ...sent(), signature })).toBe('NotificationForged');
    },
  );

  it('counts for 300 seconds after it was signed, however old it is itself', () => {
    expect(read(sent(anEvent({ created: 1 }), [SECRET], AT - 300)).isOk()).toBe(true);
    expect(kindOf(sent(anEvent(), [SECRET], AT - 301))).toBe('NotificationStale');
    expect(kindOf(sent(anEvent(), [ROLLING], 1))).toBe('NotificationStale');
    expect(kindOf(sent(anEvent(), ['whsec_of_others'], 1))).toBe('NotificationForged');
  });

  it.for([
    ['without a name', { id: undefined }],
    ['without a type', { type: undefined }],
    ['with a name that is no text', { id: 7 }],
    ['with a name as long as a letter', { id: 'e'.repeat(101) }],
    ['with a type of several lines', { type: 'a\nb' }],
  ] as const)('is none when it is signed %s', ([, rest]) => {
    expect(kindOf(sent(anEvent(rest)))).toBe('NotificationMalformed');
  });

  it('is none when what is signed is no JSON object of UTF-8', () => {
    for (const bytes of [
      Buffer.from('{'),
      Buffer.from('null'),
      Buffer.from('[]'),
      Buffer.from([0x22, 0xff, 0x22]),
    ])
      expect(kindOf(signedBytes(bytes))).toBe('NotificationMalformed');
  });

  it.for([
    ['no metadata', null],
    ['metadata of others', { order: 'A-1' }],
    ['no merchant', { paywright_payment: paymentId }],
    ['a payment’s name that is none', { ...ours, paywright_payment: 'pay_1' }],
    ['a merchant’s name that is none', { ...ours, paywright_merchant: '~jobs' }],
  ] as const)('names no payment of ours where it has %s', ([, metadata]) => {
    expect(read(sent(anEvent({}, metadata as never)))._unsafeUnwrap()).not.toHaveProperty('about');
  });

  it('names no payment where its data is no object', () => {
    for (const data of [undefined, null, 'text', [], { object: null }, { object: { metadata: 'text' } }])
      expect(read(sent(anEvent({ data })))._unsafeUnwrap()).toEqual({
        id: 'evt_1',
        type: 'payment_intent.succeeded',
      });
  });
});
