import { err, errAsync, ok, okAsync, type Result, type ResultAsync } from 'neverthrow';
import type Stripe from 'stripe';
import type {
  PayoutHasNoRecord,
  PayoutOrder,
  PayoutOutcomeUnknown,
  Payouts,
  PayoutsUnavailable,
  PayoutVerdict,
} from '../../ports/approvals/payouts.ts';
import type { Clock } from '../../ports/clock.ts';
import { payoutToStripe } from './amounts.ts';
import { ask } from './client.ts';
import type { StripeFault } from './meanings.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { VendorAccounts } from './vendor-accounts.ts';
import { amountOf, instantOf, PAYOUT_NAME } from './verdicts.ts';

/** Beside its payout, a transfer says under these names which attempt it is, and whom it pays. */
const ATTEMPT_NAME = 'paywright_attempt';
const VENDOR_NAME = 'paywright_vendor';

const unavailable: PayoutsUnavailable = { kind: 'PayoutsUnavailable' };
const outcomeUnknown: PayoutOutcomeUnknown = { kind: 'PayoutOutcomeUnknown' };
const noRecord: PayoutHasNoRecord = { kind: 'PayoutHasNoRecord' };

/** Of the account that is to be paid: no transfer is asked for in the name of another than the platform. */
const OF_DESTINATION: ReadonlySet<string> = new Set([
  'account_closed',
  'account_invalid',
  'not_allowed_on_standard_account',
]);

type Paid = ResultAsync<PayoutVerdict, PayoutsUnavailable | PayoutOutcomeUnknown>;

/**
 * Vendors paid by Connect transfers out of the platform's balance. A reference is the `transfer_group` of its transfers, of which
 * one stands at the most, and each attempt has an idempotency key of its own. A refusal leaves nothing at Stripe but the answer
 * under its key, so a look-up has no record of it. `open` makes the client, for the first call.
 */
export function stripePayouts(open: () => Stripe, accounts: VendorAccounts, clock: Clock): Payouts {
  const paying = oneAtATime<Paid>();
  let opened: Stripe | undefined;
  const stripe = () => (opened ??= open());
  return {
    pay: (order) =>
      paying(`${order.reference} ${order.attempt}`, () => pay(stripe(), accounts, clock)(order)),
    lookup: (reference) => recordOf(stripe(), reference),
  };
}

/**
 * The record is read first, whatever the attempt: Stripe forgets keys after a day, and each attempt has another, so that only
 * the record says of a reference that it is paid.
 */
const pay =
  (stripe: Stripe, accounts: VendorAccounts, clock: Clock) =>
  (order: PayoutOrder): Paid =>
    recordOf(stripe, order.reference)
      .andThen((record) => (record.paid || record.attempt >= order.attempt ? ok(record) : err(noRecord)))
      .orElse((failure) =>
        failure.kind === 'PayoutsUnavailable' ? errAsync(failure) : send(stripe, accounts, clock, order),
      );

function send(stripe: Stripe, accounts: VendorAccounts, clock: Clock, order: PayoutOrder): Paid {
  const units = payoutToStripe(order.amount);
  if (units === undefined) return okAsync(refusal(order, clock, 'invalid_payout_amount'));
  return accounts(order.vendorId)
    .andThen((destination) => transfer(stripe, order, { units, destination }))
    .orElse((failure): Paid => {
      if (failure.kind === 'NoVendorAccount') return okAsync(refusal(order, clock, failure.reason));
      if (failure.kind === 'VendorAccountsAway') return errAsync(unavailable);
      if (failure.kind !== 'StripeFault') return errAsync(failure);
      if (isRefusal(failure)) return okAsync(refusal(order, clock, failure.code, failure.requestId));
      if (failure.meaning === 'unavailable') return errAsync(unavailable);
      // The attempt went out to another account before: what became of it is on record or will be.
      return failure.meaning === 'recorded'
        ? recordOf(stripe, order.reference).mapErr(() => outcomeUnknown)
        : errAsync(outcomeUnknown);
    });
}

const transfer = (
  stripe: Stripe,
  { reference, attempt, vendorId, amount }: PayoutOrder,
  { units, destination }: Readonly<{ units: number; destination: string }>,
): ResultAsync<PayoutVerdict, StripeFault | PayoutOutcomeUnknown> =>
  ask(() =>
    stripe.transfers.create(
      {
        amount: units,
        currency: amount.currency.toLowerCase(),
        destination,
        transfer_group: reference,
        metadata: {
          [PAYOUT_NAME]: reference,
          [ATTEMPT_NAME]: String(attempt),
          [VENDOR_NAME]: vendorId,
        },
      },
      { idempotencyKey: `${reference}-payout-${attempt}` },
    ),
  ).andThen((sent) => verdictOf(sent).mapErr(() => outcomeUnknown));

const isRefusal = ({ meaning, code }: StripeFault): boolean =>
  meaning === 'refused' || meaning === 'declined' || (meaning === 'unavailable' && OF_DESTINATION.has(code));

const refusal = (
  { amount, attempt }: PayoutOrder,
  clock: Clock,
  reason: string,
  processorReference = 'not_sent',
): PayoutVerdict => ({ paid: false, reason, amount, attempt, processorReference, processedAt: clock.now() });

/** What Stripe has of a reference: the transfer that stands, or else the last that was reversed. */
const recordOf = (
  stripe: Stripe,
  reference: string,
): ResultAsync<PayoutVerdict, PayoutHasNoRecord | PayoutsUnavailable> =>
  ask(() => stripe.transfers.list({ transfer_group: reference, limit: 100 }))
    .mapErr(() => unavailable)
    .andThen(({ data }) => {
      const ours = data.filter(({ metadata }) => metadata[PAYOUT_NAME] === reference);
      const [last] = ours.toSorted(
        (a, b) => Number(a.reversed) - Number(b.reversed) || attemptOf(b) - attemptOf(a),
      );
      return last === undefined ? err(noRecord) : verdictOf(last);
    });

/** A transfer that was taken back in full refuses its attempt; of one in part the rest is still paid. */
function verdictOf(sent: Stripe.Transfer): Result<PayoutVerdict, PayoutsUnavailable> {
  const amount = amountOf(sent.amount, sent.currency);
  if (amount === undefined) return err(unavailable);
  const said = {
    amount,
    attempt: attemptOf(sent),
    processorReference: sent.id,
    processedAt: instantOf(sent.created),
  };
  return ok(sent.reversed ? { ...said, paid: false, reason: 'transfer_reversed' } : { ...said, paid: true });
}

const attemptOf = ({ metadata }: Stripe.Transfer): number => Number(metadata[ATTEMPT_NAME] ?? 1);
