import { amountRefused } from './amounts.ts';
import { type Books, held } from './books.ts';
import type { Call } from './endpoints.ts';
import { metadataIn, textIn } from './form.ts';
import type { Refund } from './objects.ts';
import { answer, missing, type Reply, refuse } from './replies.ts';
import { testCard } from './test-cards.ts';

/** `POST /v1/refunds`: of a payment intent, all that is left unless an amount is given. */
export function createRefund({ books, params, expanded }: Call): Reply {
  const intentId = textIn(params, 'payment_intent');
  if (intentId === undefined)
    return refuse(400, 'The double refunds payment intents.', { code: 'parameter_missing' });
  const intent = books.intents.get(intentId);
  if (intent === undefined) return missing('payment_intent', intentId, 'payment_intent');
  const asked = textIn(params, 'amount');
  const refused = asked === undefined ? undefined : amountRefused(asked, intent.currency, 'amount');
  if (refused !== undefined) return refused;
  const charge = books.charges.get(intent.latest_charge ?? '');
  if (charge === undefined || charge.status !== 'succeeded' || charge.amount_captured === 0)
    return refuse(400, 'This PaymentIntent does not have a successful charge to refund.', {
      code: 'payment_intent_unexpected_state',
    });
  if (charge.disputed) return refuse(400, 'The charge is disputed.', { code: 'charge_disputed' });
  const left = charge.amount_captured - charge.amount_refunded;
  if (left === 0)
    return refuse(400, `Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
  const amount = asked === undefined ? left : Number(asked);
  if (amount > left)
    return refuse(400, 'Refund amount is greater than unrefunded amount on charge.', { param: 'amount' });
  const outcome = testCard(charge.payment_method)?.refunds ?? 'succeeded';
  const id = books.newId('re');
  const refund: Refund = {
    id,
    object: 'refund',
    amount,
    balance_transaction: books.book({
      type: 'refund',
      amount: -amount,
      currency: charge.currency,
      source: id,
    }).id,
    charge: charge.id,
    created: books.now(),
    currency: charge.currency,
    metadata: metadataIn(params),
    payment_intent: intentId,
    reason: textIn(params, 'reason') ?? null,
    // Stripe's `pm_card_refundFail` succeeds first, and fails some time later.
    status: outcome === 'pending' ? 'pending' : 'succeeded',
  };
  books.refunds.set(id, refund);
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount;
  books.emit('refund.created', refund);
  books.emit('charge.refunded', charge);
  return answer(expanded(refund));
}

/** What the bank says of a refund later. A failed one goes back to the balance, and may be asked for again. */
export function settleRefund(books: Books, refundId: string, status: 'succeeded' | 'failed'): void {
  const refund = held(books.refunds, refundId);
  if (refund.status === status || refund.status === 'failed') return;
  refund.status = status;
  if (status === 'failed') {
    refund.failure_reason = 'expired_or_canceled_card';
    const charge = held(books.charges, refund.charge);
    charge.amount_refunded -= refund.amount;
    charge.refunded = false;
    books.book({
      type: 'refund_failure',
      amount: refund.amount,
      currency: refund.currency,
      source: refundId,
    });
  }
  books.emit(status === 'failed' ? 'refund.failed' : 'refund.updated', refund);
}
