import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import type Stripe from 'stripe';
import type { Clock } from '../../ports/clock.ts';
import type {
  ModificationOrder,
  ProcessorOutcomeUnknown,
  ProcessorUnavailable,
  Verdict,
} from '../../ports/processor.ts';
import { toStripe } from './amounts.ts';
import { intentOf, outcomeUnknown, unavailable } from './charges.ts';
import { ask, askOnce, askUnder, onAccount } from './client.ts';
import type { StripeFault } from './meanings.ts';
import {
  captured,
  FINAL,
  hasLapsed,
  lapsed,
  lookupModification,
  refunded,
  TRANSACTION_NAME,
  voided,
} from './modification-records.ts';
import { isCanceled, MERCHANT_NAME, PAYMENT_NAME, refusal } from './verdicts.ts';

type Moved = ResultAsync<Verdict, ProcessorUnavailable | ProcessorOutcomeUnknown>;

const UNSAYABLE = { code: 'invalid_charge_amount', text: 'Stripe takes no such amount of this currency.' };
const NO_CHARGE = { code: 'payment_intent_unexpected_state', text: 'There is no charge to move money of.' };
const LOST = {
  code: 'payment_intent_unexpected_state',
  text: 'The authorization was canceled, or has lapsed.',
};
const NOT_ALL = { code: 'amount_not_releasable', text: 'A void releases all of what is not captured.' };

/** A modification, its charge and amount as Stripe names them. */
type Named = ModificationOrder & Readonly<{ chargeId: string; units: number }>;

/**
 * Captures leave a mark in the intent's metadata in the request that takes the money, voids one beforehand, and refunds are
 * objects that carry the reference: what became of each is read there, however long ago it was. A refusal leaves nothing;
 * asked again, Stripe judges again.
 */
export const move =
  (stripe: Stripe, clock: Clock) =>
  (order: ModificationOrder): Moved => {
    const units = toStripe(order.amount);
    const refused = (fault: Pick<StripeFault, 'code' | 'text'>) =>
      refusal(fault, { amount: order.amount, now: clock.now(), decline: 'movement_refused' });
    if (order.chargeId === undefined) return okAsync(refused(NO_CHARGE));
    if (units === undefined) return okAsync(refused(UNSAYABLE));
    const named: Named = { ...order, chargeId: order.chargeId, units };
    return MOVES[order.type](stripe, named).orElse((fault) => {
      if (fault.kind === 'ProcessorOutcomeUnknown') return errAsync(fault);
      if (fault.meaning === 'silent')
        return isLost(stripe, named).andThen((lost) =>
          lost ? okAsync(refused(LOST)) : errAsync(outcomeUnknown),
        );
      if (fault.meaning === 'unavailable') return errAsync(unavailable);
      // The account that is asked has no such charge, so nothing of it was moved by this call.
      if (fault.code === 'resource_missing') return okAsync(refused(fault));
      // Refused, or done already under a key that Stripe has forgotten: the record says which.
      return lookupModification(stripe)(order).orElse((failure) =>
        failure.kind === 'ProcessorHasNoRecord' ? okAsync(refused(fault)) : errAsync(outcomeUnknown),
      );
    });
  };

/**
 * Whether a capture was not taken and never will be: its mark is not there, and of an intent that is canceled nothing is captured any
 * more. Whatever cannot be read may have been taken.
 */
const isLost = (stripe: Stripe, { type, chargeId, ...query }: Named): ResultAsync<boolean, never> =>
  type === 'capture'
    ? intentOf(stripe, chargeId, query)
        .map((intent) => isCanceled(intent) && intent.metadata[query.reference] === undefined)
        .orElse(() => okAsync(false))
    : okAsync(false);

type Move = (stripe: Stripe, order: Named) => ResultAsync<Verdict, StripeFault | ProcessorOutcomeUnknown>;

const MOVES: Readonly<Record<ModificationOrder['type'], Move>> = {
  capture(stripe, { reference, chargeId, units, final, config }) {
    // The last capture of an intent is taken once; of one that is not, and of a refund, the key alone keeps a second from being taken.
    const asked = final ? askOnce : askUnder;
    return asked(reference, (key) =>
      stripe.paymentIntents.capture(
        chargeId,
        {
          amount_to_capture: units,
          final_capture: final,
          metadata: { [reference]: final ? `capture ${units}${FINAL}` : `capture ${units}` },
          expand: ['latest_charge'],
        },
        { ...key, ...onAccount(config) },
      ),
    ).andThen((intent) => captured(stripe, intent, { reference, config }).mapErr(() => outcomeUnknown));
  },
  refund(stripe, { reference, merchantId, charge, chargeId, units, config }) {
    return askUnder(reference, (key) =>
      stripe.refunds.create(
        {
          payment_intent: chargeId,
          amount: units,
          metadata: { [PAYMENT_NAME]: charge, [MERCHANT_NAME]: merchantId, [TRANSACTION_NAME]: reference },
        },
        { ...key, ...onAccount(config) },
      ),
    )
      .andThen((refund) =>
        // That it failed is believed of its record alone, as an answer that is wrong would give the money back twice.
        refund.status === 'succeeded'
          ? okAsync(refund)
          : ask(() => stripe.refunds.retrieve(refund.id, {}, onAccount(config))).mapErr(() => outcomeUnknown),
      )
      .andThen((refund) => refunded(refund).mapErr(() => outcomeUnknown));
  },
  void(stripe, order) {
    return ask(() => stripe.paymentIntents.retrieve(order.chargeId, {}, onAccount(order.config)))
      .andThen((intent) => release(stripe, order, intent))
      .andThen((intent) =>
        hasLapsed(intent, order.units)
          ? okAsync(lapsed(intent, order.amount))
          : voided(intent, order.reference).mapErr(() => outcomeUnknown),
      );
  },
};

/**
 * Marks an intent whose whole rest is to be released, and cancels it; one that this reference has canceled stays as it is, and so
 * does one whose rest Stripe has let lapse.
 */
function release(
  stripe: Stripe,
  { reference, chargeId, units, config }: Named,
  intent: Stripe.PaymentIntent,
): ResultAsync<Stripe.PaymentIntent, StripeFault> {
  if (isCanceled(intent) && intent.metadata[reference] !== undefined) return okAsync(intent);
  if (hasLapsed(intent, units)) return okAsync(intent);
  if (intent.status !== 'requires_capture') return refusedAs(NO_CHARGE);
  if (intent.amount_capturable !== units) return refusedAs(NOT_ALL);
  return askOnce(`${reference}-mark`, (key) =>
    stripe.paymentIntents.update(
      chargeId,
      { metadata: { [reference]: `void ${units}` } },
      { ...key, ...onAccount(config) },
    ),
  ).andThen(() =>
    askOnce(reference, (key) =>
      stripe.paymentIntents.cancel(
        chargeId,
        { cancellation_reason: 'requested_by_customer' },
        { ...key, ...onAccount(config) },
      ),
    ),
  );
}

const refusedAs = (said: Pick<StripeFault, 'code' | 'text'>) =>
  errAsync<never, StripeFault>({ kind: 'StripeFault', meaning: 'refused', replayed: false, ...said });
