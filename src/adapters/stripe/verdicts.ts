import type Stripe from 'stripe';
import { storedCurrency } from '../../domain/kernel/currency.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Money } from '../../domain/kernel/money.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ChargeAnswer, Verdict } from '../../ports/processor.ts';
import { fromStripe } from './amounts.ts';
import { declineOf, type StripeFault } from './meanings.ts';

/** What every intent is asked to come with, so that its verdict is whole. */
export const WITH_CHARGE = ['latest_charge.balance_transaction'];

/** Under this name an intent or refund says which payment of ours it is of. */
export const PAYMENT_NAME = 'paywright_payment';

/** And under this one whose payment it is, so that a notification about it says so. */
export const MERCHANT_NAME = 'paywright_merchant';

/** Under this one a transfer says which payout of ours it is of. */
export const PAYOUT_NAME = 'paywright_payout';

/** Nothing follows from the intent. */
export type Undecided = Readonly<{ kind: 'Undecided' }>;
const undecided: Undecided = { kind: 'Undecided' };

/**
 * What an intent says of the charge that it is of. The amount is the intent's own, whatever was asked. Of a charge that is
 * captured at once the fee is known with it.
 */
export function answerOf(intent: Stripe.PaymentIntent): ChargeAnswer | Undecided {
  const charge = expanded(intent.latest_charge);
  switch (intent.status) {
    case 'requires_confirmation':
      return { awaits: 'confirmation', processorId: intent.id };
    case 'requires_capture':
    case 'succeeded':
      return charge === undefined
        ? undecided
        : approved(intent, charge, intent.status === 'succeeded' ? 'captured' : 'authorized');
    case 'canceled':
      if (!isCanceled(intent)) return undecided;
      return charge?.paid ? approved(intent, charge, 'canceled') : declined(intent, charge, CANCELED, true);
    case 'requires_payment_method':
      return declined(intent, charge, failureOf(intent));
    case 'requires_action':
      return awaiting(intent);
    // The bank has to answer: the record says later what became of it.
    case 'processing':
      return { awaits: 'processor', processorId: intent.id };
    default:
      return undecided;
  }
}

/** Stripe populates the time of every cancellation: a status without it is contradicted by its own record, and nothing follows from it. */
export const isCanceled = (intent: Stripe.PaymentIntent): boolean =>
  intent.status === 'canceled' && intent.canceled_at !== null;

/** For how long a customer can act: Stripe's intents wait for good, and a cart does not. */
const ACTION_S = 3_600;

/**
 * The secret with which Stripe's script in the merchant's page has the customer act. No intent of ours has an address to go to: none is
 * confirmed with a `return_url`, nor made with methods that redirect. Where one had, the script would go there.
 */
const awaiting = ({ id, created, client_secret: value }: Stripe.PaymentIntent): ChargeAnswer =>
  value === null
    ? { awaits: 'processor', processorId: id }
    : {
        awaits: 'customer',
        processorId: id,
        action: { kind: 'client_secret', value, expiresAt: instantOf(created + ACTION_S) },
      };

const CANCELED = { code: 'canceled', text: 'The payment was canceled before it was charged.' };

const failureOf = ({ last_payment_error: failure }: Stripe.PaymentIntent) => ({
  code: failure?.decline_code ?? failure?.code ?? 'payment_method_missing',
  text: failure?.message ?? 'The payment method was refused.',
});

function approved(
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge,
  standing: 'authorized' | 'captured' | 'canceled',
): ChargeAnswer | Undecided {
  const amount = amountOf(intent.amount, intent.currency);
  if (amount === undefined) return undecided;
  const fee = intent.capture_method === 'manual' ? undefined : feeIn(charge.balance_transaction, amount);
  return {
    approved: true,
    standing,
    amount,
    processorId: intent.id,
    responseCode: charge.outcome?.network_status ?? charge.status,
    responseText: charge.outcome?.seller_message ?? 'Payment complete.',
    processedAt: instantOf(charge.created),
    ...present({ fee, authorizedUntil: heldUntil(charge) }),
  };
}

/** Until when a card's hold can be captured; Stripe says no such time of other methods. */
function heldUntil({ payment_method_details: details }: Stripe.Charge): Instant | undefined {
  const before = details?.card?.capture_before;
  return before === undefined ? undefined : instantOf(before);
}

function declined(
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge | undefined,
  { code, text }: Readonly<{ code: string; text: string }>,
  canceled?: true,
): ChargeAnswer | Undecided {
  const amount = amountOf(intent.amount, intent.currency);
  if (amount === undefined) return undecided;
  return {
    approved: false,
    decline: declineOf(code),
    amount,
    processorId: intent.id,
    responseCode: code,
    responseText: text,
    processedAt: instantOf(charge?.created ?? intent.created),
    ...present({ canceled }),
  };
}

/** A charge or modification that Stripe refused without effect. It has no name of Stripe's but that of the request. */
export const refusal = (
  { code, text, requestId = 'not_sent' }: Pick<StripeFault, 'code' | 'text' | 'requestId'>,
  asked: Readonly<{ amount: Money; now: Instant; decline: 'card_declined' | 'movement_refused' }>,
): Verdict => ({
  approved: false,
  decline: asked.decline,
  amount: asked.amount,
  processorId: requestId,
  responseCode: code,
  responseText: text,
  processedAt: asked.now,
});

/** Seconds of Stripe's as milliseconds. */
export const instantOf = (seconds: number): Instant => (seconds * 1_000) as Instant;

/** In minor units of ISO 4217; undefined when Stripe says an amount that cannot be said in them. */
export const amountOf = (units: number, currency: string): Money | undefined =>
  fromStripe(units, storedCurrency(currency.toUpperCase()));

/** What Stripe kept, when it settles in the currency of the amount; what it converts, its settlement files say. */
export function feeIn(
  entry: string | Stripe.BalanceTransaction | null,
  { currency }: Money,
): bigint | undefined {
  if (entry === null || typeof entry === 'string' || entry.currency.toUpperCase() !== currency)
    return undefined;
  return fromStripe(entry.fee, currency)?.minorUnits;
}

/** An object that was asked for with what names it; undefined when there is none, or its id alone came. */
export const expanded = <Held extends object>(held: string | Held | null): Held | undefined =>
  held === null || typeof held === 'string' ? undefined : held;
