import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { ModificationOrder } from '../../src/ports/processor.ts';
import { aVendorId } from '../fixtures/approvals.ts';
import { aMerchantId, NOON } from '../fixtures/changes.ts';
import { noConfig } from '../fixtures/vault.ts';
import { emulatorUrl, hasEmulator, hasStripeDescription } from '../support/aws-emulators.ts';
import { processorAt } from '../support/stripe-double/bookkeeping.ts';
import { payoutsAt } from '../support/stripe-double/payouts.ts';
import { DOUBLE_KEY, startStripeDouble } from '../support/stripe-double/server.ts';

const account = { merchantId: aMerchantId(), config: noConfig };

describe.runIf(hasStripeDescription() && hasEmulator('stripe-mock'))('What is asked of Stripe', () => {
  it('has the parameters that Stripe’s own mock takes, whatever is asked', async () => {
    const double = await startStripeDouble();
    onTestFinished(() => double.close());
    const stripe = processorAt(double);
    for (const capture of [true, false]) {
      const reference = systemIds.payment(NOON);
      const amount = money(100n, 'USD');
      const order = { ...account, reference, amount, paymentMethod: 'pm_card_visa', capture };
      const { processorId } = (await stripe.charge(order))._unsafeUnwrap();
      (await stripe.charge({ ...order, processorId }))._unsafeUnwrap();
      (await stripe.lookup({ ...account, reference, processorId }))._unsafeUnwrap();
      for (const modification of capture
        ? [{ type: 'refund', amount, final: false } as const]
        : [
            { type: 'capture', amount: money(30n, 'USD'), final: false } as const,
            { type: 'void', amount: money(70n, 'USD'), final: true } as const,
          ]) {
        const asked: ModificationOrder = {
          ...account,
          ...modification,
          reference: systemIds.transaction(NOON),
          charge: reference,
          chargeId: processorId,
        };
        expect((await stripe.move(asked))._unsafeUnwrap().approved).toBe(true);
        expect((await stripe.lookup(asked)).isOk()).toBe(true);
      }
    }
    double.books().available.set('usd', 1_000);
    const payouts = payoutsAt(double);
    const payout = { reference: randomUUID(), attempt: 1, vendorId: aVendorId(), amount: money(100n, 'USD') };
    expect((await payouts.pay(payout))._unsafeUnwrap().paid).toBe(true);
    expect((await payouts.lookup(payout.reference)).isOk()).toBe(true);
    const mock = await emulatorUrl('stripe-mock');
    const sent = double.requests();
    expect(
      new Set(sent.map(({ method, path }) => `${method} ${path.replace(/\?.*|pi_\w+/g, '')}`)).size,
    ).toBe(11);
    for (const { method, path, body } of sent) {
      const said = await fetch(`${mock}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${DOUBLE_KEY}`,
          'stripe-version': double.version,
          'content-type': 'application/x-www-form-urlencoded',
        },
        ...(method === 'POST' ? { body } : {}),
      });
      expect({ method, path, status: said.status, says: said.ok ? '' : await said.text() }).toEqual({
        method,
        path,
        status: 200,
        says: '',
      });
    }
  });
});
