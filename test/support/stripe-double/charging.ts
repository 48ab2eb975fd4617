import { type Books, feeOn, held } from './books.ts';
import { type Charge, cardDetails, type Intent } from './objects.ts';
import type { ErrorFacts } from './replies.ts';
import { type CardOutcome, testCard } from './test-cards.ts';

/** Charges or holds what the intent asks for, and says why the issuer declined it, or nothing. */
export function authorize(books: Books, intent: Intent, asked: CardOutcome): ErrorFacts | undefined {
  const card = books.declines
    ? { ...asked, refused: { code: 'card_declined', decline: 'generic_decline' } }
    : asked;
  const { refused } = card;
  const charge = newCharge(books, intent, card);
  intent.latest_charge = charge.id;
  intent.next_action = null;
  if (refused !== undefined) {
    const error = {
      type: 'card_error' as const,
      code: refused.code,
      ...(refused.decline === undefined ? {} : { decline_code: refused.decline }),
      ...(refused.advice === undefined ? {} : { advice_code: refused.advice }),
      charge: charge.id,
    };
    intent.status = 'requires_payment_method';
    intent.payment_method = null;
    intent.last_payment_error = { ...error, message: 'Your card was declined.' };
    books.emit('payment_intent.payment_failed', intent);
    return error;
  }
  intent.last_payment_error = null;
  if (card.pending) {
    intent.status = 'processing';
    books.emit('payment_intent.processing', intent);
  } else if (intent.capture_method === 'manual') {
    intent.status = 'requires_capture';
    intent.amount_capturable = intent.amount;
    books.emit('payment_intent.amount_capturable_updated', intent);
  } else {
    intent.amount_capturable = intent.amount;
    capture(books, intent, intent.amount, true);
  }
  if (card.disputes) openDispute(books, charge, intent);
  return undefined;
}

function newCharge(books: Books, intent: Intent, card: CardOutcome): Charge {
  const { refused } = card;
  const charge: Charge = {
    id: books.newId('ch'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    balance_transaction: null,
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    captured: false,
    created: books.now(),
    currency: intent.currency,
    disputed: false,
    failure_code: refused?.code ?? null,
    failure_message: refused === undefined ? null : 'Your card was declined.',
    livemode: false,
    metadata: intent.metadata,
    outcome: {
      advice_code: refused?.advice ?? null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: refused === undefined ? 'approved_by_network' : 'declined_by_network',
      reason: refused?.decline ?? null,
      risk_level: 'normal',
      seller_message: null,
      type: refused === undefined ? 'authorized' : 'issuer_declined',
    },
    paid: refused === undefined && !card.pending,
    payment_intent: intent.id,
    payment_method: intent.payment_method ?? '',
    payment_method_details: cardDetails(card, intent.amount, books.now()),
    refunded: false,
    status: refused === undefined ? (card.pending ? 'pending' : 'succeeded') : 'failed',
    transfer_group: intent.transfer_group,
  };
  books.charges.set(charge.id, charge);
  return charge;
}

/** Takes part of what is held. The last capture releases the rest. */
export function capture(books: Books, intent: Intent, amount: number, last: boolean): void {
  const charge = held(books.charges, intent.latest_charge);
  const { id } = books.book({
    type: 'charge',
    amount,
    fee: feeOn(amount),
    currency: intent.currency,
    source: charge.id,
  });
  charge.amount_captured += amount;
  charge.balance_transaction = id;
  intent.amount_received += amount;
  intent.amount_capturable = last ? 0 : intent.amount_capturable - amount;
  if (last) {
    charge.captured = true;
    intent.status = 'succeeded';
    books.emit('payment_intent.succeeded', intent);
  } else books.emit('payment_intent.amount_capturable_updated', intent);
  books.emit('charge.captured', charge);
}

/** Ends an intent; what is held of it is released. */
export function release(books: Books, intent: Intent, reason: string | null): void {
  intent.status = 'canceled';
  intent.canceled_at = books.now();
  intent.cancellation_reason = reason;
  intent.amount_capturable = 0;
  intent.next_action = null;
  books.emit('payment_intent.canceled', intent);
}

/** The issuer lets what is held of an intent go; where a part was captured the intent has succeeded. */
export function lapse(books: Books, intentId: string): void {
  const intent = held(books.intents, intentId);
  if (intent.status !== 'requires_capture') throw new Error(`nothing is held of ${intentId}`);
  if (intent.amount_received === 0) {
    release(books, intent, 'automatic');
    return;
  }
  intent.amount_capturable = 0;
  intent.status = 'succeeded';
  held(books.charges, intent.latest_charge).captured = true;
  books.emit('payment_intent.succeeded', intent);
}

/** What the customer does at `next_action`, or a bank days later: the intent goes on, or asks for another method. */
export function act(books: Books, intentId: string, outcome: 'approve' | 'fail'): void {
  const intent = held(books.intents, intentId);
  const card = testCard(intent.payment_method ?? '') ?? {};
  if (intent.status === 'processing') {
    const charge = held(books.charges, intent.latest_charge);
    charge.status = outcome === 'approve' ? 'succeeded' : 'failed';
    charge.paid = outcome === 'approve';
    intent.amount_capturable = intent.amount;
    if (outcome === 'approve') return capture(books, intent, intent.amount, true);
    intent.amount_capturable = 0;
  } else if (intent.status !== 'requires_action') throw new Error(`nobody has to act on ${intentId}`);
  else if (outcome === 'approve') {
    authorize(books, intent, card);
    return;
  }
  intent.status = 'requires_payment_method';
  intent.payment_method = null;
  intent.next_action = null;
  intent.last_payment_error = {
    type: card.pending ? 'invalid_request_error' : 'card_error',
    code: card.pending ? 'payment_intent_payment_attempt_failed' : 'payment_intent_authentication_failure',
    message: 'The provided payment method was refused.',
  };
  books.emit('payment_intent.payment_failed', intent);
}

function openDispute(books: Books, charge: Charge, intent: Intent): void {
  const id = books.newId('du');
  const loss = books.book({
    type: 'adjustment',
    amount: -charge.amount,
    fee: 1_500,
    currency: charge.currency,
    source: id,
  });
  charge.disputed = true;
  books.disputes.set(id, {
    id,
    object: 'dispute',
    amount: charge.amount,
    balance_transactions: [loss],
    charge: charge.id,
    created: books.now(),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: { enhanced_evidence: {} },
    evidence_details: {
      due_by: books.now() + 7 * 24 * 3_600,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
    },
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: intent.id,
    reason: 'fraudulent',
    status: 'needs_response',
  });
  books.emit('charge.dispute.created', held(books.disputes, id));
}
