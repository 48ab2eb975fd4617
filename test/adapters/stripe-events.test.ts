import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eachInItsOwnWorld, world } from '../application/each-world.ts';
import { aModification, aRequest, paymentIn } from '../application/world.ts';
import { trying } from '../domain/arbitraries.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { hasStripeDescription } from '../support/aws-emulators.ts';
import { expectBooksAgree, expectChainsWhole } from '../support/books.ts';
import { bookOf, charged } from '../support/stripe-double/bookkeeping.ts';
import { act } from '../support/stripe-double/charging.ts';
import { eventsTo, paymentsOn } from '../support/stripe-double/payments.ts';
import { type StripeDouble, startStripeDouble } from '../support/stripe-double/server.ts';

eachInItsOwnWorld();

describe.runIf(hasStripeDescription())('Events of Stripe about payments', () => {
  let double: StripeDouble;
  beforeEach(async () => {
    double = await startStripeDouble();
  });
  afterEach(async () => {
    await double.close();
    expect(double.undescribed()).toEqual([]);
  });

  function useCases() {
    const { ports, ...payments } = paymentsOn(double);
    return { ...payments, ...eventsTo(ports) };
  }
  const debit = () => aRequest({ amount: 100n, paymentMethod: 'pm_usBankAccount_success' });

  it.for([
    ['approve', 'succeeded'],
    ['fail', 'failed'],
  ] as const)('end a debit as the bank decided, within the second: %s', async ([outcome, status]) => {
    const { process, recover, post } = useCases();
    const id = paymentIn((await process(debit()))._unsafeUnwrap().response);
    const { processorId = '' } = (await world.storage.payments.find(aMerchantId(), id))._unsafeUnwrap();
    // Days later, when it is asked about every five minutes.
    for (let day = 0; day < 12; day += 1) {
      world.pass(300_000);
      await recover(10);
    }
    act(double.books(), processorId, outcome);
    const last = [...double.books().events.values()].at(-1);
    if (last === undefined) throw new Error('the double has no event');
    expect((await post(last))._unsafeUnwrap()).toBe('due');
    expect((await recover(10))._unsafeUnwrap()).toMatchObject({ due: 1, settled: 1 });
    const payment = (await world.storage.payments.find(aMerchantId(), id))._unsafeUnwrap();
    expect(payment.status).toBe(status);
  });

  it('lead to the same end in any order, twice, late or not at all, and to one charge', async () => {
    const course = fc.record({
      methods: fc.array(
        fc.constantFrom(
          'pm_card_visa',
          'pm_card_visa_chargeDeclined',
          'pm_double_silent',
          'pm_usBankAccount_success',
        ),
        { minLength: 1, maxLength: 3 },
      ),
      outcome: fc.constantFrom('approve', 'fail'),
      picks: fc.array(fc.nat(50), { maxLength: 12 }),
      refunds: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(course, async ({ methods, outcome, picks, refunds }) => {
        const { process, move, recover, compare, post } = useCases();
        const ids = [];
        for (const paymentMethod of methods) {
          const taken = await process(aRequest({ amount: 100n, paymentMethod }));
          ids.push(paymentIn(taken._unsafeUnwrap().response));
        }
        const all = () => [...double.books().events.values()];
        const some = async () => {
          for (const pick of picks) {
            const event = all()[pick % all().length];
            if (event !== undefined) (await post(event))._unsafeUnwrap();
            if (pick % 3 === 0) await recover(10);
          }
        };
        await some();
        for (const { id, status } of double.books().intents.values())
          if (status === 'processing') act(double.books(), id, outcome);
        await some();
        for (let round = 0; round < 4; round += 1) {
          world.pass(300_000);
          await recover(10);
        }
        for (const [index, id] of ids.entries()) {
          const payment = (await world.storage.payments.find(aMerchantId(), id))._unsafeUnwrap();
          const isApproved =
            methods[index] === 'pm_usBankAccount_success'
              ? outcome === 'approve'
              : methods[index] !== 'pm_card_visa_chargeDeclined';
          expect(payment.status).toBe(isApproved ? 'succeeded' : 'failed');
          await expectChainsWhole(world.storage, payment);
          if (isApproved && refunds) await move(aModification(id, { type: 'refund', amount: 40n }));
        }
        await some();
        await compare();
        const questioned = (
          await world.storage.payments.list(aMerchantId(), { attention: true }, { limit: 9 })
        )._unsafeUnwrap();
        expect(questioned).toEqual([]);
        expect(new Set(charged(double.books())).size).toBe(charged(double.books()).length);
        const book = (reference: string) => bookOf(double.books(), reference);
        await expectBooksAgree(world.storage, { book }, aMerchantId());
      }),
      trying(15),
    );
  });
});
