import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { type Money, money } from '../../src/domain/kernel/money.ts';
import type { ModificationOrder, Processor } from '../../src/ports/processor.ts';
import { aMerchantId, NOON } from '../fixtures/changes.ts';
import { noConfig } from '../fixtures/vault.ts';
import { hasStripeDescription } from '../support/aws-emulators.ts';
import { processorAt } from '../support/stripe-double/bookkeeping.ts';
import { lapse } from '../support/stripe-double/charging.ts';
import { type StripeDouble, startStripeDouble } from '../support/stripe-double/server.ts';

const account = { merchantId: aMerchantId(), config: noConfig };
const whole = money(100n, 'USD');

describe.runIf(hasStripeDescription())('What Stripe holds for a time', () => {
  let double: StripeDouble;
  let stripe: Processor;
  beforeEach(async () => {
    double = await startStripeDouble();
    stripe = processorAt(double);
  });
  afterEach(async () => {
    await double.close();
    expect(double.undescribed()).toEqual([]);
  });

  async function charged({ capture = false, paymentMethod = 'pm_card_visa' } = {}) {
    const reference = systemIds.payment(NOON);
    const order = { ...account, reference, amount: whole, paymentMethod, capture };
    const { processorId } = (await stripe.charge(order))._unsafeUnwrap();
    const verdict = (await stripe.charge({ ...order, processorId }))._unsafeUnwrap();
    return { reference, processorId, verdict };
  }

  const asked = (
    { reference, processorId }: Readonly<{ reference: string; processorId: string }>,
    type: ModificationOrder['type'],
    amount: Money = whole,
  ): ModificationOrder => ({
    ...account,
    type,
    amount,
    final: type === 'void',
    reference: systemIds.transaction(NOON),
    charge: reference,
    chargeId: processorId,
  });

  it('is authorized until the time that the charge can be captured before, also by its record', async () => {
    const held = await charged();
    const before = double.books().charges.values().next().value?.created ?? 0;
    expect(held.verdict).toMatchObject({ authorizedUntil: (before + 7 * 24 * 3_600) * 1_000 });
    const found = (await stripe.lookup({ ...account, ...held }))._unsafeUnwrap();
    expect(found).toEqual(held.verdict);
  });

  it('is voided all the same when it has lapsed already, whole or the rest of it', async () => {
    const [unused, used] = [await charged(), await charged()];
    (await stripe.move(asked(used, 'capture', money(30n, 'USD'))))._unsafeUnwrap();
    for (const { processorId } of [unused, used]) lapse(double.books(), processorId);
    const lapsed = { approved: true, responseCode: 'expired' };
    expect((await stripe.move(asked(unused, 'void')))._unsafeUnwrap()).toMatchObject(lapsed);
    const rest = asked(used, 'void', money(70n, 'USD'));
    expect((await stripe.move(rest))._unsafeUnwrap()).toMatchObject({ ...lapsed, amount: rest.amount });
    expect((await stripe.move(rest))._unsafeUnwrap()).toMatchObject(lapsed);
  });

  it('is not voided where the account canceled it, and takes no capture once it has lapsed', async () => {
    const [canceled, late] = [await charged(), await charged()];
    (await stripe.move(asked(canceled, 'void')))._unsafeUnwrap();
    expect((await stripe.move(asked(canceled, 'void')))._unsafeUnwrap()).toMatchObject({ approved: false });
    lapse(double.books(), late.processorId);
    expect((await stripe.move(asked(late, 'capture')))._unsafeUnwrap()).toMatchObject({ approved: false });
  });
});
