import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModificationRequest } from '../../src/domain/payments/modification.ts';
import type { CaptureMethod, Payment } from '../../src/domain/payments/payment.ts';
import { eachInItsOwnWorld, world } from '../application/each-world.ts';
import { aModification, aRequest, paymentIn } from '../application/world.ts';
import { trying } from '../domain/arbitraries.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { hasStripeDescription } from '../support/aws-emulators.ts';
import { expectChainsWhole } from '../support/books.ts';
import { held } from '../support/stripe-double/books.ts';
import { authorize, capture, lapse, release } from '../support/stripe-double/charging.ts';
import { eventsTo, paymentsOn } from '../support/stripe-double/payments.ts';
import { settleRefund } from '../support/stripe-double/refunds.ts';
import { type StripeDouble, startStripeDouble } from '../support/stripe-double/server.ts';

const DAY_MS = 24 * 3_600_000;

eachInItsOwnWorld();

describe.runIf(hasStripeDescription())('Payments that have ended, and what Stripe says of them', () => {
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
    const { compare, post } = eventsTo(ports);
    return {
      ...payments,
      compare,
      /** What became of each event that Stripe has, when it is sent now. */
      post: async (events: Iterable<Parameters<typeof post>[0]>) => {
        const ends: string[] = [];
        for (const event of events) ends.push((await post(event))._unsafeUnwrap());
        return ends;
      },
    };
  }

  async function paid(paymentMethod: string, captureMethod: CaptureMethod = 'automatic') {
    const request = aRequest({ amount: 100n, paymentMethod, captureMethod });
    const id = paymentIn((await use.process(request))._unsafeUnwrap().response);
    return (await world.storage.payments.find(aMerchantId(), id))._unsafeUnwrap();
  }
  const now = async ({ id }: Payment) =>
    (await world.storage.payments.find(aMerchantId(), id))._unsafeUnwrap();
  const intentOf = ({ processorId = '' }: Payment) => held(double.books().intents, processorId);

  /** What is done to a charge in Stripe’s dashboard, or by the bank, of which nothing here was asked. */
  const OTHERS = {
    'a hold that is canceled': [
      'pm_card_visa',
      'manual',
      (payment: Payment) => release(double.books(), intentOf(payment), null),
    ],
    'a hold that is taken': [
      'pm_card_visa',
      'manual',
      (payment: Payment) => capture(double.books(), intentOf(payment), 100, true),
    ],
    'a charge that succeeds after it failed': [
      'pm_card_visa_chargeDeclined',
      'automatic',
      (payment: Payment) => authorize(double.books(), intentOf(payment), {}),
    ],
  } as const;

  it.each(Object.keys(OTHERS) as (keyof typeof OTHERS)[])(
    '%s puts its payment in attention',
    async (what) => {
      const [method, captureMethod, meddle] = OTHERS[what];
      const before = await paid(method, captureMethod);
      const known = new Set(double.books().events.keys());
      meddle(before);
      const news = [...double.books().events.values()].filter(({ id }) => !known.has(id));
      expect(await use.post(news)).toContain('queued');
      await use.compare();
      const payment = await now(before);
      expect(payment).toMatchObject({
        status: before.status,
        attention: { reason: 'state_differs', seen: { amount: { minorUnits: 100n } } },
      });
      await expectChainsWhole(world.storage, payment);
    },
  );

  it('a refund that the bank sends back after it succeeded puts its payment in attention, and is named there', async () => {
    const payment = await paid('pm_card_refundFail');
    (await use.move(aModification(payment.id, { type: 'refund', amount: 30n })))._unsafeUnwrap();
    expect(await use.post(double.books().events.values())).toContain('queued');
    await use.compare();
    expect((await now(payment)).attention).toBeUndefined();
    const known = new Set(double.books().events.keys());
    const [refund] = double.books().refunds.keys();
    settleRefund(double.books(), refund ?? '', 'failed');
    const news = [...double.books().events.values()].filter(({ id }) => !known.has(id));
    expect(await use.post(news)).toEqual(['queued']);
    await use.compare();
    const found = await now(payment);
    expect(found).toMatchObject({
      status: 'succeeded',
      refunded: { minorUnits: 30n },
      attention: {
        reason: 'state_differs',
        seen: { state: 'declined', processorId: refund, amount: { minorUnits: 30n } },
      },
    });
    await expectChainsWhole(world.storage, found);
  });

  it('a capture of what has lapsed fails at once where Stripe answers it with a 500, and needs no people', async () => {
    const payment = await paid('pm_double_silent', 'manual');
    world.pass(DAY_MS);
    await use.recover(10);
    expect((await now(payment)).status).toBe('authorized');
    world.pass(8 * DAY_MS);
    lapse(double.books(), payment.processorId ?? '');
    const part = aModification(payment.id, { type: 'capture', amount: 30n, final: false });
    expect((await use.move(part))._unsafeUnwrap().response).toMatch(/^failed /);
    for (let days = 0; days < 3; days += 1) {
      world.pass(DAY_MS);
      await use.recover(10);
    }
    expect(await now(payment)).toMatchObject({ status: 'authorized', reserved: { minorUnits: 0n } });
    expect((await now(payment)).attention).toBeUndefined();
  });

  it('asks Stripe nothing about an event that says what is on record', async () => {
    await paid('pm_card_visa');
    await paid('pm_card_visa_chargeDeclined');
    await paid('pm_card_visa', 'manual');
    const named = ['succeeded', 'payment_failed', 'amount_capturable_updated', 'canceled'];
    const events = [...double.books().events.values()].filter(({ type }) =>
      named.some((name) => type === `payment_intent.${name}`),
    );
    expect(events).toHaveLength(3);
    expect(await use.post(events)).toEqual(['settled', 'settled', 'settled']);
    expect(await use.compare()).toEqual([]);
  });

  it('contradicts nothing after any history of our own doing, whichever events come, in whatever order', async () => {
    const step = fc.record({
      asked: fc.constantFrom<ModificationRequest | 'lapse' | 'wait'>(
        { type: 'capture', amount: 30n, final: false },
        { type: 'capture', final: false },
        { type: 'capture', amount: 20n, final: true },
        { type: 'refund', amount: 15n },
        { type: 'refund' },
        { type: 'void' },
        'lapse',
        'wait',
      ),
      picks: fc.array(fc.nat(60), { maxLength: 4 }),
    });
    const course = fc.record({
      method: fc.constantFrom(
        'pm_card_visa',
        'pm_card_visa_chargeDeclined',
        'pm_card_createDispute',
        'pm_card_refundFail',
        'pm_double_silent',
      ),
      captureMethod: fc.constantFrom<CaptureMethod>('automatic', 'manual'),
      steps: fc.array(step, { maxLength: 5 }),
    });
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(course, async ({ method, captureMethod, steps }) => {
        const payment = await paid(method, captureMethod);
        const all = () =>
          [...double.books().events.values()].filter(({ type }) => !type.startsWith('charge.dispute'));
        for (const { asked, picks } of steps) {
          if (asked === 'wait') world.pass(DAY_MS);
          else if (asked === 'lapse') {
            const isHeld = (await now(payment)).status === 'authorized';
            if (isHeld && intentOf(payment).status === 'requires_capture') {
              world.pass(8 * DAY_MS);
              lapse(double.books(), payment.processorId ?? '');
            }
          } else await use.move(aModification(payment.id, asked));
          await use.recover(10);
          await use.post(picks.flatMap((pick) => all()[pick % all().length] ?? []));
          compared += (await use.compare()).length;
        }
        world.pass(DAY_MS);
        await use.recover(10);
        await use.post(all());
        world.pass(DAY_MS);
        compared += (await use.compare()).length;
        expect((await now(payment)).attention).toBeUndefined();
      }),
      trying(60),
    );
    expect(compared).toBeGreaterThan(0);
  });
});
