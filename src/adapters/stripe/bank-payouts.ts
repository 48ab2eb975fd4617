import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type Stripe from 'stripe';
import type {
  BankPayout,
  BankPayoutNotFailed,
  BankPayouts,
  BankPayoutUntraced,
  CarriedPayout,
  FailedBankPayout,
} from '../../ports/approvals/bank-payouts.ts';
import type { PayoutsUnavailable } from '../../ports/approvals/payouts.ts';
import { ask } from './client.ts';
import type { StripeFault } from './meanings.ts';
import { expanded, instantOf, PAYOUT_NAME } from './verdicts.ts';

const unavailable: PayoutsUnavailable = { kind: 'PayoutsUnavailable' };
const notFailed: BankPayoutNotFailed = { kind: 'BankPayoutNotFailed' };
const untraced: BankPayoutUntraced = { kind: 'BankPayoutUntraced' };

/** How much older than the payment that it made on the vendor's account a transfer may be, in seconds: both are made at once. */
const MARGIN_S = 86_400;

/**
 * Payouts of connected accounts. Stripe says of an automatic one which entries of the account's balance it paid out; the
 * payments among them name their transfers, and those say on the platform's own account which payouts of ours they are. Of a
 * payout that was made by hand it says no entries. `open` makes the client, for the first call.
 */
export function stripeBankPayouts(open: () => Stripe): BankPayouts {
  let opened: Stripe | undefined;
  const stripe = () => (opened ??= open());
  return { failed: (payout) => failed(stripe(), payout) };
}

const failed = (stripe: Stripe, { id, account }: BankPayout): ReturnType<BankPayouts['failed']> =>
  ask(() => stripe.payouts.retrieve(id, {}, { stripeAccount: account }))
    .mapErr(missingOrAway)
    .andThen((payout) => {
      if (payout.status !== 'failed' || isDebit(payout)) return errAsync(notFailed);
      if (!payout.automatic || payout.reconciliation_status === 'not_applicable') return errAsync(untraced);
      // Stripe is still putting the entries to their payouts.
      if (payout.reconciliation_status !== 'completed') return errAsync(unavailable);
      return transfersIn(stripe, { id, account }).map(
        (carried): FailedBankPayout => ({
          reason: payout.failure_code === null ? 'payout_failed' : `payout_failed: ${payout.failure_code}`,
          processedAt: instantOf(payout.created),
          carried,
        }),
      );
    });

/** It takes money from the bank: a debit balance, or what an earlier payout brought there. */
const isDebit = ({ amount, original_payout: reversed }: Stripe.Payout): boolean =>
  amount <= 0 || reversed !== null;

const missingOrAway = ({ meaning }: StripeFault): BankPayoutUntraced | PayoutsUnavailable =>
  meaning === 'refused' ? untraced : unavailable;

/** The payouts of ours that stand and whose money it was to carry. One that was taken back is its own event's. */
const transfersIn = (
  stripe: Stripe,
  payout: BankPayout,
): ResultAsync<readonly CarriedPayout[], PayoutsUnavailable> =>
  ask(() => paymentsIn(stripe, payout))
    .andThen((payments) => {
      const sought = new Set(payments.map(({ transfer }) => transfer));
      if (sought.size === 0) return okAsync([]);
      const since = Math.min(...payments.map(({ created }) => created)) - MARGIN_S;
      return ask(() => sentTo(stripe, payout.account, since, sought));
    })
    .map((transfers) =>
      transfers.flatMap(({ id, metadata, reversed }) => {
        const reference = metadata[PAYOUT_NAME];
        return reference === undefined || reversed ? [] : [{ reference, processorReference: id }];
      }),
    )
    .mapErr(() => unavailable);

type Payment = Readonly<{ transfer: string; created: number }>;

/**
 * What the account was paid by transfer and the payout was to carry, also after another had failed to: that one's money is an entry
 * of the next.
 */
async function paymentsIn(stripe: Stripe, { id, account }: BankPayout): Promise<readonly Payment[]> {
  const payments: Payment[] = [];
  const payouts = new Set([id]);
  for (const payout of payouts) {
    const entries = stripe.balanceTransactions.list(
      { payout, limit: 100, expand: ['data.source'] },
      { stripeAccount: account },
    );
    for await (const { type, source: named } of entries) {
      const source = expanded(named);
      if (source?.object === 'payout' && type === 'payout_failure' && source.automatic)
        payouts.add(source.id);
      if (source?.object !== 'charge' || source.source_transfer === null) continue;
      const { source_transfer: transfer, created } = source;
      payments.push({ transfer: typeof transfer === 'string' ? transfer : transfer.id, created });
    }
  }
  return payments;
}

/** A hundred transfers a request, where asking for each by its name would be a hundred: until all that are sought are there. */
async function sentTo(
  stripe: Stripe,
  destination: string,
  since: number,
  sought: ReadonlySet<string>,
): Promise<readonly Stripe.Transfer[]> {
  const found: Stripe.Transfer[] = [];
  const transfers = stripe.transfers.list({ destination, created: { gte: since }, limit: 100 });
  for await (const transfer of transfers) {
    if (sought.has(transfer.id)) found.push(transfer);
    if (found.length === sought.size) break;
  }
  return found;
}
