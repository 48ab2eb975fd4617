import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import type Stripe from 'stripe';
import type { Money } from '../../domain/kernel/money.ts';
import { present } from '../../domain/kernel/present.ts';
import type {
  ModificationQuery,
  ProcessorHasNoRecord,
  ProcessorRecordNotKnown,
  ProcessorUnavailable,
  Verdict,
} from '../../ports/processor.ts';
import { toStripe } from './amounts.ts';
import { intentOf, noRecord, notKnown, unavailable, unread } from './charges.ts';
import { ask, onAccount } from './client.ts';
import { amountOf, expanded, feeIn, instantOf, isCanceled } from './verdicts.ts';

/** Under this name a refund says which transaction of ours it is. */
export const TRANSACTION_NAME = 'paywright_transaction';

/** Ends the mark of a capture that released the rest: what is gone by it has not lapsed. */
export const FINAL = ' final';

type Looked = ResultAsync<Verdict, ProcessorHasNoRecord | ProcessorRecordNotKnown | ProcessorUnavailable>;

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
  {
    chargeId,
    reference,
    config,
  }: Readonly<{ chargeId: string }> & Pick<ModificationQuery, 'reference' | 'config'>,
): Promise<Stripe.Refund | undefined> {
  const pages = stripe.refunds.list({ payment_intent: chargeId, limit: 100 }, onAccount(config));
  for await (const refund of pages) if (refund.metadata?.[TRANSACTION_NAME] === reference) return refund;
  return undefined;
}

/** A pending refund may yet fail, so nothing follows from it. */
export function refunded(refund: Stripe.Refund): ResultAsync<Verdict, ProcessorRecordNotKnown> {
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
export function captured(
  stripe: Stripe,
  intent: Stripe.PaymentIntent,
  { reference, config }: Pick<ModificationQuery, 'reference' | 'config'>,
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
export const hasLapsed = (intent: Stripe.PaymentIntent, units: number): boolean =>
  (isCanceled(intent) &&
    (intent.cancellation_reason === 'expired' || intent.cancellation_reason === 'automatic')) ||
  (intent.status === 'succeeded' &&
    units > 0 &&
    intent.amount - intent.amount_received === units &&
    !Object.values(intent.metadata).some((mark) => mark.endsWith(FINAL)));

/** What lapsed has no mark, and is as good as voided. */
export const lapsed = (intent: Stripe.PaymentIntent, amount: Money): Verdict => ({
  approved: true,
  amount,
  processorId: intent.id,
  responseCode: 'expired',
  responseText: 'The authorization had lapsed.',
  processedAt: instantOf(intent.canceled_at ?? intent.created),
});

/** A mark without a canceled intent is a void that was never done. */
export function voided(
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
