import { err, errAsync, ok, okAsync, type ResultAsync } from 'neverthrow';
import type Stripe from 'stripe';
import type { Clock } from '../../ports/clock.ts';
import type {
  ChargeAnswer,
  ChargeAwaitsCustomer,
  ChargeOrder,
  ChargePending,
  ChargeQuery,
  ProcessorHasNoRecord,
  ProcessorOutcomeUnknown,
  ProcessorRecordNotKnown,
  ProcessorUnavailable,
} from '../../ports/processor.ts';
import { toStripe } from './amounts.ts';
import { ask, askOnce, onAccount } from './client.ts';
import type { StripeFault } from './meanings.ts';
import { answerOf, MERCHANT_NAME, PAYMENT_NAME, refusal, type Undecided, WITH_CHARGE } from './verdicts.ts';

export const outcomeUnknown: ProcessorOutcomeUnknown = { kind: 'ProcessorOutcomeUnknown' };
export const unavailable: ProcessorUnavailable = { kind: 'ProcessorUnavailable' };
export const noRecord: ProcessorHasNoRecord = { kind: 'ProcessorHasNoRecord' };
export const notKnown: ProcessorRecordNotKnown = { kind: 'ProcessorRecordNotKnown' };

type Charged = ResultAsync<ChargeAnswer, ProcessorUnavailable | ProcessorOutcomeUnknown>;

/** What Stripe refuses before it has a name for the charge. */
const UNSAYABLE = { code: 'invalid_charge_amount', text: 'Stripe takes no such amount of this currency.' };

/**
 * A charge is an intent that is made unconfirmed, so that its id is on record here before money moves, and confirmed under
 * that id. Both requests repeat under keys that follow from the reference: of the first a repeat beyond the memory of
 * Stripe's keys makes another intent that is never confirmed, of the second the intent itself takes no second one.
 */
export const charge =
  (stripe: Stripe, clock: Clock) =>
  (order: ChargeOrder): Charged =>
    order.processorId === undefined
      ? open(stripe, clock, order)
      : confirm(stripe, clock, order, order.processorId);

function open(stripe: Stripe, clock: Clock, order: ChargeOrder): Charged {
  const { reference, merchantId, amount, paymentMethod, capture, config } = order;
  const asked = { amount, now: clock.now(), decline: 'card_declined' } as const;
  const units = toStripe(amount);
  if (units === undefined) return okAsync(refusal(UNSAYABLE, asked));
  return ask(() =>
    stripe.paymentIntents.create(
      {
        amount: units,
        currency: amount.currency.toLowerCase(),
        payment_method: paymentMethod,
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        metadata: { [PAYMENT_NAME]: reference, [MERCHANT_NAME]: merchantId },
        ...(capture
          ? { capture_method: 'automatic' }
          : {
              capture_method: 'manual',
              payment_method_options: { card: { request_multicapture: 'if_available' } },
            }),
      },
      { idempotencyKey: `${reference}-open`, ...onAccount(config) },
    ),
  )
    .map<ChargeAnswer>(({ id }) => ({ awaits: 'confirmation', processorId: id }))
    .orElse((fault) =>
      fault.meaning === 'declined' || fault.meaning === 'refused'
        ? okAsync(refusal(fault, asked))
        : errAsync(unavailable),
    );
}

function confirm(stripe: Stripe, clock: Clock, order: ChargeOrder, id: string): Charged {
  const { reference, amount, config } = order;
  return askOnce(`${reference}-confirm`, (key) =>
    stripe.paymentIntents.confirm(id, { expand: WITH_CHARGE }, { ...key, ...onAccount(config) }),
  )
    .andThen((intent) =>
      // An answer under a key is as old as its first request: what was under way then may have ended.
      intent.status === 'processing' || intent.status === 'requires_action'
        ? intentOf(stripe, id, order).orElse(() => okAsync(intent))
        : okAsync(intent),
    )
    .map((intent) => ({ intent, fault: undefined as StripeFault | undefined }))
    .orElse((fault) => {
      if (fault.meaning === 'silent') return errAsync(outcomeUnknown);
      if (fault.meaning === 'unavailable') return errAsync(unavailable);
      return intentOf(stripe, id, order)
        .map((intent) => ({ intent, fault }))
        .mapErr(() => outcomeUnknown);
    })
    .andThen(({ intent, fault }) => {
      const answer = ofReference(intent, reference);
      if ('approved' in answer || isUnderWay(answer)) return ok(answer);
      return 'awaits' in answer && fault !== undefined
        ? ok({
            ...refusal(fault, { amount, now: clock.now(), decline: 'card_declined' }),
            processorId: id,
          })
        : err(outcomeUnknown);
    });
}

const isUnderWay = (answer: ChargeAnswer | Undecided): answer is ChargePending | ChargeAwaitsCustomer =>
  'awaits' in answer && answer.awaits !== 'confirmation';

/**
 * Cancels an intent that waits for its customer, and no other: Stripe would cancel one whose customer declined, too. One that goes on
 * in between is not canceled by Stripe, and read again. Under no idempotency key, which would have an old refusal come back for a day.
 */
export const cancelCharge =
  (stripe: Stripe) =>
  (query: ChargeQuery): Charged => {
    const { processorId: id, reference, config } = query;
    if (id === undefined) return errAsync(outcomeUnknown);
    return intentOf(stripe, id, query)
      .andThen((intent) =>
        intent.status === 'requires_action' && intent.metadata[PAYMENT_NAME] === reference
          ? ask(() => stripe.paymentIntents.cancel(id, { expand: WITH_CHARGE }, onAccount(config))).orElse(
              (fault) =>
                fault.meaning === 'silent' || fault.meaning === 'unavailable'
                  ? errAsync(fault)
                  : intentOf(stripe, id, query),
            )
          : okAsync(intent),
      )
      .mapErr((fault) => (fault.meaning === 'unavailable' ? unavailable : outcomeUnknown))
      .andThen((intent) => {
        const answer = ofReference(intent, reference);
        return 'kind' in answer ? err(outcomeUnknown) : ok(answer);
      });
  };

/**
 * What Stripe has of a charge. Without an id there is nothing to confirm, so provably nothing was. An intent is never removed: where
 * Stripe knows none under its id, another account is asked than the one it was made on, and nothing follows.
 */
export const lookupCharge =
  (stripe: Stripe) =>
  (
    query: ChargeQuery,
  ): ResultAsync<ChargeAnswer, ProcessorHasNoRecord | ProcessorRecordNotKnown | ProcessorUnavailable> => {
    const { processorId, reference } = query;
    if (processorId === undefined) return errAsync(noRecord);
    return intentOf(stripe, processorId, query)
      .mapErr(unread)
      .andThen((intent) => {
        const answer = ofReference(intent, reference);
        return 'kind' in answer ? err(notKnown) : ok(answer);
      });
  };

/** What follows where the intent of a charge was not read. */
export const unread = ({ meaning }: StripeFault): ProcessorRecordNotKnown | ProcessorUnavailable =>
  meaning === 'refused' ? notKnown : unavailable;

/** An intent with its latest charge and what that left on the balance. */
export const intentOf = (stripe: Stripe, id: string, { config }: Pick<ChargeQuery, 'config'>) =>
  ask(() => stripe.paymentIntents.retrieve(id, { expand: WITH_CHARGE }, onAccount(config)));

/** Nothing follows for a reference from an intent that is of another. */
const ofReference = (intent: Stripe.PaymentIntent, reference: string): ChargeAnswer | Undecided =>
  intent.metadata[PAYMENT_NAME] === reference ? answerOf(intent) : { kind: 'Undecided' };
