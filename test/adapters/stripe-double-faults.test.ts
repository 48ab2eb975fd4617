import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasStripeDescription } from '../support/aws-emulators.ts';
import { doubleClient } from '../support/stripe-double/client.ts';
import type { Fault } from '../support/stripe-double/faults.ts';
import { type StripeDouble, startStripeDouble } from '../support/stripe-double/server.ts';

const CREATE = 'POST /v1/payment_intents';
const CONFIRM = 'POST /v1/payment_intents/{intent}/confirm';
const REFUND = 'POST /v1/refunds';

describe.runIf(hasStripeDescription())('The double of Stripe, when things go wrong', () => {
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

  const create = (idempotencyKey: string, parts: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
    stripe.paymentIntents.create(
      {
        amount: 1_000,
        currency: 'usd',
        payment_method: 'pm_card_visa',
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        ...parts,
      },
      { idempotencyKey },
    );
  const confirm = (id: string, idempotencyKey: string) =>
    stripe.paymentIntents.confirm(id, {}, { idempotencyKey });
  const fault = (call: Promise<unknown>) =>
    call.then(
      () => expect.fail('it was answered'),
      (error: Stripe.errors.StripeError) => error,
    );

  it('answers a repeated key with the answer it kept, and does nothing more', async () => {
    const first = await create('key');
    const again = await create('key');
    expect(again).toEqual(first);
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(double.books().intents.size).toBe(1);
    expect(await fault(create('key', { amount: 2_000 }))).toMatchObject({
      statusCode: 400,
      type: 'StripeIdempotencyError',
    });
    double.forgetKeys();
    await create('key');
    expect(double.books().intents.size).toBe(2);
  });

  it('keeps declines under a key, and no refusal of parameters', async () => {
    const { id } = await create('made', { payment_method: 'pm_card_visa_chargeDeclined' });
    for (let round = 0; round < 2; round += 1)
      expect(await fault(confirm(id, 'confirmed'))).toMatchObject({ statusCode: 402 });
    expect(double.books().charges.size).toBe(1);
    expect(await fault(create('other', { amount: 0 }))).toMatchObject({ statusCode: 400 });
    expect((await create('other')).status).toBe('requires_confirmation');
  });

  it('refuses a key while its request is under way', async () => {
    const { id } = await create('made');
    double.script.next(CONFIRM, { kind: 'late' });
    const first = confirm(id, 'same');
    while (double.books().charges.size === 0) await new Promise((soon) => setImmediate(soon));
    const refused = await fault(confirm(id, 'same'));
    expect(refused).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' });
    expect(refused.headers?.['stripe-should-retry']).toBe('true');
    double.release();
    expect((await confirm(id, 'same')).id).toBe((await first).id);
  });

  it('loses an answer before or after its effect, whose key then does what was not done', async () => {
    for (const when of ['before', 'after'] as const) {
      const { id } = await create(`made ${when}`);
      double.script.next(CONFIRM, { kind: 'reset', when }, { kind: 'reset', when });
      const before = double.books().charges.size;
      // Stripe's client repeats once what a reset ends.
      expect(await fault(confirm(id, when))).toMatchObject({ type: 'StripeConnectionError' });
      expect(double.books().charges.size).toBe(when === 'after' ? before + 1 : before);
      expect((await confirm(id, when)).status).toBe('succeeded');
      expect(double.books().charges.size).toBe(before + 1);
    }
  });

  it('keeps a 500 under its key, whether there was an effect or none', async () => {
    for (const [when, charges] of [
      ['before', 0],
      ['after', 1],
    ] as const) {
      const { id } = await create(`made ${when}`);
      double.script.next(CONFIRM, { kind: 'error', when });
      for (let round = 0; round < 2; round += 1)
        expect(await fault(confirm(id, when))).toMatchObject({ statusCode: 500, type: 'StripeAPIError' });
      expect(double.books().charges.size).toBe(charges);
    }
  });

  it.for([
    [{ kind: 'unavailable' }, 503, undefined],
    [{ kind: 'rate_limited' }, 429, 'rate_limit'],
    [{ kind: 'lock_timeout' }, 429, 'lock_timeout'],
    [{ kind: 'key_in_use' }, 409, 'idempotency_key_in_use'],
  ] as const satisfies readonly (readonly [Fault, number, string | undefined])[])(
    'refuses without effect, and keeps nothing: %o',
    async ([scripted, statusCode, code]) => {
      double.script.next(CREATE, scripted);
      const refused = await fault(create('key'));
      expect(refused).toMatchObject({ statusCode, code });
      expect(refused.headers?.['stripe-should-retry']).toBe('true');
      expect(refused.headers?.['retry-after']).toBe(scripted.kind === 'rate_limited' ? '2' : undefined);
      expect(double.books().intents.size).toBe(0);
      expect((await create('key')).status).toBe('requires_confirmation');
    },
  );

  it('answers late what happened at once', async () => {
    double.script.next(CREATE, { kind: 'late' });
    let answered = false;
    const call = create('key').finally(() => {
      answered = true;
    });
    while (double.books().intents.size === 0) await new Promise((soon) => setImmediate(soon));
    await stripe.paymentIntents.list();
    expect(answered).toBe(false);
    double.release();
    expect((await call).status).toBe('requires_confirmation');
  });

  it('never answers, with or without effect', async () => {
    const impatient = { timeout: 60, idempotencyKey: 'key' };
    const { id } = await create('made');
    for (const when of ['before', 'after'] as const) {
      double.script.next(CONFIRM, { kind: 'never', when });
      expect(await fault(stripe.paymentIntents.confirm(id, {}, impatient))).toMatchObject({
        type: 'StripeConnectionError',
      });
      expect(double.books().charges.size).toBe(when === 'before' ? 0 : 1);
    }
  });

  it('gets a request twice, which without a key has its effect twice', async () => {
    const { id } = await create('made');
    await confirm(id, 'confirmed');
    double.script.next(REFUND, { kind: 'doubled' }, { kind: 'doubled' });
    const amount = { payment_intent: id, amount: 100 };
    await stripe.refunds.create(amount, { idempotencyKey: 'key' });
    expect(double.books().refunds.size).toBe(1);
    const bare = await fetch(`${double.url}/v1/refunds`, {
      method: 'POST',
      body: new URLSearchParams({ payment_intent: id, amount: '100' }),
      headers: { authorization: 'Bearer sk_test_double', 'stripe-version': double.version },
    });
    expect(bare.status).toBe(200);
    expect(double.books().refunds.size).toBe(3);
  });

  it('answers another amount than it moved, and only when it is scripted to', async () => {
    double.script.next(CREATE, { kind: 'wrong', body: (right) => ({ ...right, amount: 1 }) });
    const wrong = await create('key');
    expect([wrong.amount, double.books().intents.get(wrong.id)?.amount]).toEqual([1, 1_000]);
    expect((await create('other')).amount).toBe(1_000);
  });
});
