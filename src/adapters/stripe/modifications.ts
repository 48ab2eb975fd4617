import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import type Stripe from 'stripe';
import type { Money } from '../../domain/kernel/money.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  ModificationOrder,
  ModificationQuery,
  ProcessorHasNoRecord,
  ProcessorOutcomeUnknown,
  ProcessorRecordNotKnown,
  ProcessorUnavailable,
  Verdict,
} from '../../ports/processor.ts';
import { toStripe } from './amounts.ts';
import { intentOf, noRecord, notKnown, outcomeUnknown, unavailable, unread } from './charges.ts';
import { ask, askOnce, askUnder, onAccount } from './client.ts';
import type { StripeFault } from './meanings.ts';
import {
  amountOf,
  expanded,
  feeIn,
  instantOf,
  isCanceled,
  MERCHANT_NAME,
  PAYMENT_NAME,
  refusal,
} from './verdicts.ts';

/** Under this name a refund says which transaction of ours it is. */
const TRANSACTION_NAME = 'paywright_transaction';

type Looked = ResultAsync<Verdict, ProcessorHasNoRecord | ProcessorRecordNotKnown | ProcessorUnavailable>;
type Moved = ResultAsync<Verdict, ProcessorUnavailable | ProcessorOutcomeUnknown>;

const UNSAYABLE = { code: 'invalid_charge_amount', text: 'Stripe takes no such amount of this currency.' };
const NO_CHARGE = { code: 'payment_intent_unexpected_state', text: 'There is no charge to move money of.' };
const LOST = {
  code: 'payment_intent_unexpected_state',
  text: 'The authorization was canceled, or has lapsed.',
};
const NOT_ALL = { code: 'amount_not_releasable', text: 'A void releases all of what is not captured.' };

/** Ends the mark of a capture that released the rest: what is gone by it has not lapsed. */
const FINAL = ' final';

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

/** What Stripe has of a modification. */
export const lookupModification =
  (stripe: Stripe) =>
  (query: ModificationQuery): Looked => {
    const { type, chargeId, reference, config } = query;
    if (chargeId === undefined) return errAsync(noRecord);
    if (type === 'refund')
      return ask(() => refundOf(stripe, { chargeId, reference, config }))
        .mapErr(unread)
        .andThen((refund) =>
          refund === undefined
            ? // A list is as empty of a charge that the account does not have.
              intentOf(stripe, chargeId, query)
                .mapErr(unread)
                .andThen(() => errAsync(noRecord))
            : refunded(refund),
        );
    return intentOf(stripe, chargeId, query)
      .mapErr(unread)
      .andThen((intent) => {
        if (intent.metadata[reference] === undefined) return errAsync(noRecord);
        return type === 'void'
          ? voided(intent, reference).mapErr(() => noRecord)
          : captured(stripe, intent, { reference, config });
      });
  };

async function refundOf(
  stripe: Stripe,
  { chargeId, reference, config }: Pick<Named, 'chargeId' | 'reference' | 'config'>,
): Promise<Stripe.Refund | undefined> {
  const pages = stripe.refunds.list({ payment_intent: chargeId, limit: 100 }, onAccount(config));
  for await (const refund of pages) if (refund.metadata?.[TRANSACTION_NAME] === reference) return refund;
  return undefined;
}

/** A pending refund may yet fail, so nothing follows from it. */
function refunded(refund: Stripe.Refund): ResultAsync<Verdict, ProcessorRecordNotKnown> {
  const amount = amountOf(refund.amount, refund.currency);
  if (amount === undefined || !['succeeded', 'failed', 'canceled'].includes(refund.status ?? ''))
    return errAsync(notKnown);
  const said = {
    amount,
    processorId: refund.id,
    responseCode: refund.failure_reason ?? refund.status ?? '',
    responseText: refund.status === 'succeeded' ? 'Refunded.' : 'The refund failed.',
    processedAt: instantOf(refund.created),
  };
  return okAsync(
    refund.status === 'succeeded'
      ? { approved: true, ...said }
      : { approved: false, decline: 'movement_refused', ...said },
  );
}

/** The amount of a mark, in minor units of ISO 4217. */
const markedIn = (intent: Stripe.PaymentIntent, reference: string): Money | undefined =>
  amountOf(Number(intent.metadata[reference]?.split(' ')[1] ?? Number.NaN), intent.currency);

/**
 * Captures of one intent have no objects of their own. What each left on the balance is told apart by its amount; of captures of
 * the same amount the latest is taken, which costs as much.
 */
function captured(
  stripe: Stripe,
  intent: Stripe.PaymentIntent,
  { reference, config }: Pick<Named, 'reference' | 'config'>,
): ResultAsync<Verdict, ProcessorUnavailable | ProcessorRecordNotKnown> {
  const amount = markedIn(intent, reference);
  const charge = expanded(intent.latest_charge);
  if (amount === undefined || charge === undefined) return errAsync(notKnown);
  return ask(() =>
    stripe.balanceTransactions.list({ source: charge.id, type: 'charge', limit: 100 }, onAccount(config)),
  )
    .mapErr(() => unavailable)
    .andThen(({ data }) => {
      const units = toStripe(amount);
      const entry = data.find((each) => each.amount === units) ?? data[0];
      if (entry === undefined) return errAsync(notKnown);
      return okAsync<Verdict>({
        approved: true,
        amount,
        processorId: entry.id,
        responseCode: 'captured',
        responseText: 'Captured.',
        processedAt: instantOf(entry.created),
        ...present({ fee: feeIn(entry, amount) }),
      });
    });
}

/**
 * Whether Stripe itself released what is held and not captured: an intent of which nothing was captured it cancels, one that was
 * captured in part succeeds, as it does by a final capture.
 */
const hasLapsed = (intent: Stripe.PaymentIntent, units: number): boolean =>
  (isCanceled(intent) &&
    (intent.cancellation_reason === 'expired' || intent.cancellation_reason === 'automatic')) ||
  (intent.status === 'succeeded' &&
    units > 0 &&
    intent.amount - intent.amount_received === units &&
    !Object.values(intent.metadata).some((mark) => mark.endsWith(FINAL)));

/** What lapsed has no mark, and is as good as voided. */
const lapsed = (intent: Stripe.PaymentIntent, amount: Money): Verdict => ({
  approved: true,
  amount,
  processorId: intent.id,
  responseCode: 'expired',
  responseText: 'The authorization had lapsed.',
  processedAt: instantOf(intent.canceled_at ?? intent.created),
});

/** A mark without a canceled intent is a void that was never done. */
function voided(
  intent: Stripe.PaymentIntent,
  reference: string,
): ResultAsync<Verdict, ProcessorRecordNotKnown> {
  const amount = markedIn(intent, reference);
  if (amount === undefined || !isCanceled(intent)) return errAsync(notKnown);
  return okAsync({
    approved: true,
    amount,
    processorId: intent.id,
    responseCode: 'canceled',
    responseText: 'Released.',
    processedAt: instantOf(intent.canceled_at ?? intent.created),
  });
}
