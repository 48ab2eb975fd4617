import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { confirmPayment } from '../../src/application/payments/confirm-payment.ts';
import type { Payment } from '../../src/domain/payments/payment.ts';
import { eachInItsOwnWorld, world } from '../application/each-world.ts';
import { aModification, aRequest, dieAfter, dieBefore, pass } from '../application/world.ts';
import { trying } from '../domain/arbitraries.ts';
import { aMerchantId, origin, terms } from '../fixtures/changes.ts';
import { hasStripeDescription } from '../support/aws-emulators.ts';
import { expectBooksAgree, expectChainsWhole } from '../support/books.ts';
import { bookOf, charged, processorAt } from '../support/stripe-double/bookkeeping.ts';
import { act } from '../support/stripe-double/charging.ts';
import { EVERY_FAULT } from '../support/stripe-double/faults.ts';
import { paymentsOn } from '../support/stripe-double/payments.ts';
import { type StripeDouble, startStripeDouble } from '../support/stripe-double/server.ts';

/** Deep runs, which crash on every step, try as many as live money is promised. */
const HISTORIES = process.env['PAYWRIGHT_DEEP_CRASHES'] === undefined ? 20 : 200;

const HOUR_MS = 3_600_000;
const CONFIRM = 'POST /v1/payment_intents/{intent}/confirm';
const CANCEL = 'POST /v1/payment_intents/{intent}/cancel';
const READ = 'GET /v1/payment_intents/{intent}';

eachInItsOwnWorld();

describe.runIf(hasStripeDescription())('Customers who must act on Stripe', () => {
  let double: StripeDouble;
  let use: ReturnType<typeof useCases>;
  beforeEach(async () => {
    double = await startStripeDouble(() => Math.floor(world.clock.at / 1_000));
    use = useCases();
  });
  afterEach(async () => {
    await double.close();
    expect(double.undescribed()).toEqual([]);
  });

  function useCases() {
    const { ports, ...payments } = paymentsOn(double, 20_000);
    const confirm = confirmPayment(ports, terms);
    return {
      ...payments,
      confirm: ({ id }: Payment) => confirm({ merchantId: aMerchantId(), paymentId: id, origin }),
    };
  }

  const thePayment = async (): Promise<Payment> => {
    const [payment] = (await world.storage.payments.list(aMerchantId(), {}, { limit: 1 }))._unsafeUnwrap();
    return payment ?? expect.fail('no payment was made');
  };
  const waiting = async (paymentMethod = 'pm_card_authenticationRequired', parts = {}): Promise<Payment> => {
    (await use.process(aRequest({ amount: 100n, paymentMethod, ...parts })))._unsafeUnwrap();
    return thePayment();
  };
  const theIntent = () => {
    const [intent] = double.books().intents.values();
    return intent ?? expect.fail('there is no intent');
  };
  const acts = (outcome: 'approve' | 'fail') => {
    if (theIntent().status === 'requires_action') act(double.books(), theIntent().id, outcome);
  };

  it('are given the secret for the script in the merchant’s page, for an hour', async () => {
    const { id, created, client_secret } = await waiting().then(theIntent);
    expect(await thePayment()).toMatchObject({
      status: 'requires_action',
      processorId: id,
      nextAction: { kind: 'client_secret', value: client_secret, expiresAt: created * 1_000 + HOUR_MS },
    });
    expect(charged(double.books())).toEqual([]);
  });

  it('are asked for by no request that has an address to come back to, and given the secret whatever address Stripe names', async () => {
    const redirected = (right: Readonly<Record<string, unknown>>) => ({
      ...right,
      next_action: {
        type: 'redirect_to_url',
        redirect_to_url: {
          url: 'https://hooks.stripe.example/3d_secure',
          return_url: 'https://shop.example',
        },
      },
    });
    double.script.next(CONFIRM, { kind: 'wrong', body: redirected });
    double.script.next(READ, { kind: 'wrong', body: redirected });
    const { nextAction } = (await waiting()) as Payment & { nextAction: unknown };
    expect(nextAction).toMatchObject({ kind: 'client_secret', value: theIntent().client_secret });
    expect(theIntent().next_action).toMatchObject({ type: 'use_stripe_sdk' });
  });

  it.each([
    ['pm_card_authenticationRequired', 'approve', 'succeeded'],
    ['pm_card_authenticationRequired', 'fail', 'failed'],
    ['pm_card_authenticationRequiredChargeDeclinedInsufficientFunds', 'approve', 'failed'],
  ] as const)('who pay by %s and %s end as Stripe says: %s', async (method, outcome, status) => {
    const payment = await waiting(method);
    acts(outcome);
    (await use.confirm(payment))._unsafeUnwrap();
    expect((await thePayment()).status).toBe(status);
    expect(charged(double.books())).toEqual(status === 'succeeded' ? [payment.id] : []);
  });

  it('who never act have the intent canceled, and cannot be charged after that', async () => {
    await waiting();
    world.pass(HOUR_MS - 1_000);
    (await use.recover(10))._unsafeUnwrap();
    expect((await thePayment()).status).toBe('requires_action');
    world.pass(61_000);
    (await use.recover(10))._unsafeUnwrap();
    expect((await thePayment()).status).toBe('canceled');
    expect(theIntent().status).toBe('canceled');
  });

  it('who decline before they are canceled have the payment failed, and the intent left as it is', async () => {
    const payment = await waiting();
    const { id: reference, merchantId, processorId = '' } = payment;
    acts('fail');
    const query = { reference, merchantId, config: () => undefined, processorId };
    const answer = (await processorAt(double).cancel(query))._unsafeUnwrap();
    expect(answer).toMatchObject({ approved: false });
    expect(answer).not.toHaveProperty('canceled');
    expect(theIntent().status).toBe('requires_payment_method');
  });

  it('who approve while a void is on its way are charged, and the void is refused', async () => {
    const payment = await waiting();
    double.script.next(CANCEL, { kind: 'unavailable' });
    const request = aModification(payment.id, { type: 'void' });
    expect((await use.move(request))._unsafeUnwrapErr().kind).toBe('ProcessorUnavailable');
    acts('approve');
    expect((await use.move(request))._unsafeUnwrapErr()).toMatchObject({ kind: 'PaymentStateConflict' });
    expect(charged(double.books())).toEqual([payment.id]);
  });

  it.for([
    ['before it holds the key', [dieBefore]],
    ['once it holds the key', [dieAfter]],
    ['before the outcome is on record', [pass, dieBefore]],
    ['after the outcome is on record', [pass, dieAfter]],
  ] as const)('are charged once where the process that confirms ends %s', async ([, turns]) => {
    const payment = await waiting();
    acts('approve');
    world.turns.commit.push(...turns);
    void use.confirm(payment);
    await expect.poll(() => world.turns.commit.length).toBe(0);
    world.pass(terms.leaseMs + HOUR_MS);
    (await use.recover(10))._unsafeUnwrap();
    const ended = await thePayment();
    expect(ended.status).toBe('succeeded');
    expect(charged(double.books())).toEqual([payment.id]);
    await expectChainsWhole(world.storage, ended);
  });

  const fault = fc.option(fc.constantFrom(...EVERY_FAULT.filter(({ kind }) => kind !== 'never')), {
    nil: undefined,
  });
  const step = fc.record({
    what: fc.constantFrom('approve', 'fail', 'confirm', 'void', 'recover', 'an hour passes'),
    endpoint: fc.constantFrom(READ, CANCEL),
    fault,
  });
  const history = fc.record({
    captureMethod: fc.constantFrom('automatic' as const, 'manual' as const),
    paymentMethod: fc.constantFrom(
      'pm_card_authenticationRequired',
      'pm_card_authenticationRequiredChargeDeclinedInsufficientFunds',
    ),
    confirmed: fault,
    steps: fc.array(step, { maxLength: 6 }),
  });

  type History = typeof history extends fc.Arbitrary<infer Drawn> ? Drawn : never;

  /** One for each way in which a customer may go on, so that every run has all of their ends. */
  const PLAIN = ([[], ['approve'], ['fail']] as const).map((acting): [History] => [
    {
      captureMethod: 'automatic',
      paymentMethod: 'pm_card_authenticationRequired',
      confirmed: undefined,
      steps: acting.map((what) => ({ what, endpoint: READ, fault: undefined })),
    },
  ]);

  it('end once with Stripe’s books, in whatever order they act, come back, and are canceled', async () => {
    const ends = new Set<string>();
    await fc.assert(
      fc.asyncProperty(history, async ({ captureMethod, paymentMethod, confirmed, steps }) => {
        const before = double.books().intents.size;
        double.script.next(CONFIRM, confirmed);
        const request = aRequest({ amount: 100n, paymentMethod, captureMethod });
        await use.process(request);
        double.script.take(CONFIRM);
        const payment = await thePayment();
        const intent = () => [...double.books().intents.values()][before];
        for (const { what, endpoint, fault: broken } of steps) {
          double.script.next(endpoint, broken);
          if (what === 'confirm') await use.confirm(payment);
          else if (what === 'void') await use.move(aModification(payment.id, { type: 'void' }));
          else if (what === 'recover') (await use.recover(10))._unsafeUnwrap();
          else if (what === 'an hour passes') world.pass(HOUR_MS);
          else if (intent()?.status === 'requires_action')
            act(double.books(), intent()?.id ?? '', what === 'approve' ? 'approve' : 'fail');
          double.script.take(endpoint);
        }
        // A payment that was refused before any effect is given up after a day.
        for (let round = 0; round < 6; round += 1) {
          world.pass(6 * HOUR_MS);
          (await use.recover(100))._unsafeUnwrap();
        }
        const ended = await thePayment();
        expect(['authorized', 'succeeded', 'failed', 'canceled']).toContain(ended.status);
        ends.add(ended.status);
        await expectChainsWhole(world.storage, ended);
        const book = (reference: string) => bookOf(double.books(), reference);
        await expectBooksAgree(world.storage, { book }, aMerchantId());
        const held = ended.status === 'canceled' && ended.authorized.minorUnits > 0n;
        const hasMoney = ended.status === 'succeeded' || ended.status === 'authorized' || held;
        expect(charged(double.books()).filter((each) => each === payment.id)).toHaveLength(hasMoney ? 1 : 0);
      }),
      { ...trying(HISTORIES), examples: PLAIN },
    );
    expect(ends.size).toBeGreaterThanOrEqual(3);
  });
});
