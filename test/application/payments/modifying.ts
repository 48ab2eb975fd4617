import { type ModifyPaymentRequest } from '../../../src/application/payments/modify-payment.ts';
import { type PaymentId } from '../../../src/domain/kernel/ids.ts';
import { amountsOf } from '../../../src/domain/payments/payment.ts';
import { aMerchantId } from '../../fixtures/changes.ts';
import { expectBooksAgree, expectChainsWhole } from '../../support/books.ts';
import { world } from '../each-world.ts';
import { aPayment, given } from '../world.ts';

/** The response to a modification, or what the client gets of a refusal by rule. */
export const done = async (request: ModifyPaymentRequest) => given(await world.move(request));

/** A payment of 100 that is held. */
export const held = (parts: Parameters<typeof aPayment>[1] = {}) =>
  aPayment(world, { captureMethod: 'manual', ...parts });

/** A payment of 100 that was captured. */
export const taken = (parts: Parameters<typeof aPayment>[1] = {}) => aPayment(world, parts);

/** The payment as it is stored, with what was moved of it, after everything about it was checked. */
export async function stored(id: PaymentId) {
  const payment = (await world.storage.payments.find(aMerchantId(), id))._unsafeUnwrap();
  const transactions = (await world.storage.payments.transactionsOf(aMerchantId(), id))._unsafeUnwrap();
  await expectChainsWhole(world.storage, payment);
  await expectBooksAgree(world.storage, world.ledger, aMerchantId());
  const events = (await world.storage.outbox.unsent(1_000))._unsafeUnwrap();
  const links = (await world.storage.auditTrail.ofPayment(aMerchantId(), id))._unsafeUnwrap();
  return {
    payment,
    transactions,
    actions: links.filter(({ entityType }) => entityType === 'payment').map(({ action }) => action),
    events: events.filter(({ paymentId }) => paymentId === id).map(({ type }) => type),
  };
}

/** What was captured, given back and reserved of a payment, in minor units. */
export const sums = ({ payment }: Awaited<ReturnType<typeof stored>>) => {
  const { status } = payment;
  if (status !== 'succeeded' && status !== 'authorized') return { status };
  const { captured, reserved, refunded, refunding } = amountsOf(payment);
  return {
    status,
    captured: captured.minorUnits,
    refunded: refunded.minorUnits,
    refunding: refunding.minorUnits,
    ...(status === 'succeeded' ? {} : { reserved: reserved.minorUnits, closing: payment.closing }),
  };
};

/** Nothing was given back, or is about to be. */
export const NOTHING_BACK = { refunded: 0n, refunding: 0n };

/** `sums` of a payment of 100 that was captured. */
export const TAKEN = { status: 'succeeded', captured: 100n, ...NOTHING_BACK };
