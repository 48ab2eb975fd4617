import { err, ok, type Result } from 'neverthrow';
import type Stripe from 'stripe';
import type { DisputeStatus } from '../../domain/disputes/dispute.ts';
import type { Money } from '../../domain/kernel/money.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ProcessorHasNoRecord, ProcessorUnavailable } from '../../ports/processor.ts';
import type { DisputeMovement, ProcessorDispute, ProcessorDisputes } from '../../ports/processor-disputes.ts';
import { noRecord, unavailable } from './charges.ts';
import { ask } from './client.ts';
import { paymentIn } from './notifications.ts';
import { amountOf, expanded, instantOf } from './verdicts.ts';

/**
 * Stripe's words for where a dispute stands. An inquiry (`warning_…`) that is closed and a dispute that was prevented took no money
 * for good.
 */
const STATUSES: Readonly<Record<string, DisputeStatus>> = {
  needs_response: 'needs_response',
  warning_needs_response: 'needs_response',
  under_review: 'under_review',
  warning_under_review: 'under_review',
  won: 'won',
  warning_closed: 'won',
  prevented: 'won',
  lost: 'lost',
};

/** Stripe's disputes, each with the PaymentIntent that it is of. `open` makes the client, for the first call. */
export function stripeDisputes(open: () => Stripe): ProcessorDisputes {
  let opened: Stripe | undefined;
  const stripe = () => (opened ??= open());
  return {
    find: ({ id, account }) =>
      ask(() =>
        stripe().disputes.retrieve(id, { expand: ['payment_intent'] }, present({ stripeAccount: account })),
      )
        .mapErr(({ meaning }) => (meaning === 'refused' ? noRecord : unavailable))
        .andThen(disputeOf),
    accept: ({ id, account }) =>
      ask(() => stripe().disputes.close(id, {}, present({ stripeAccount: account })))
        .map(() => undefined)
        .mapErr(({ meaning }) =>
          meaning === 'silent' || meaning === 'unavailable' ? unavailable : { kind: 'DisputeNotClosed' },
        ),
  };
}

function disputeOf(
  dispute: Stripe.Dispute,
): Result<ProcessorDispute, ProcessorHasNoRecord | ProcessorUnavailable> {
  const intent = expanded(dispute.payment_intent);
  // A charge without an intent is none of ours.
  if (intent === undefined) return err(noRecord);
  const amount = amountOf(dispute.amount, dispute.currency);
  const status = Object.hasOwn(STATUSES, dispute.status) ? STATUSES[dispute.status] : undefined;
  if (amount === undefined || status === undefined) return err(unavailable);
  const moved = movementsOf(dispute, amount);
  if (moved === undefined) return err(unavailable);
  const dueBy = dispute.evidence_details.due_by;
  return ok({
    processorId: dispute.id,
    chargeId: intent.id,
    amount,
    reason: dispute.reason,
    status,
    ...moved,
    ...present({
      about: paymentIn(intent.metadata),
      respondBy: typeof dueBy === 'number' ? instantOf(dueBy) : undefined,
    }),
  });
}

/**
 * What the dispute took and gave back, as Stripe's balance has it, so that a row of a report says the same; undefined when that is an
 * amount that cannot be said. An inquiry took nothing. Of a balance in another currency the disputed amount is meant, and no fee.
 */
function movementsOf(
  { balance_transactions: entries }: Stripe.Dispute,
  disputed: Money,
): Pick<ProcessorDispute, 'chargedBack' | 'returned'> | undefined {
  const out = entries.find(({ amount }) => amount < 0);
  const back = entries.find(({ amount }) => amount > 0);
  const chargedBack = out && movementOf(out, disputed);
  const returned = back && movementOf(back, disputed);
  if (out !== undefined && chargedBack === undefined) return undefined;
  if (back !== undefined && returned === undefined) return undefined;
  return present({ chargedBack, returned });
}

function movementOf(
  { amount, fee, currency }: Stripe.BalanceTransaction,
  disputed: Money,
): DisputeMovement | undefined {
  if (currency.toUpperCase() !== disputed.currency) return { amount: disputed, fee: 0n };
  const moved = amountOf(Math.abs(amount), currency);
  const kept = amountOf(fee, currency);
  return moved === undefined || kept === undefined ? undefined : { amount: moved, fee: kept.minorUnits };
}
