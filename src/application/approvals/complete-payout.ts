import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import { concludePayout } from '../../domain/approvals/payout.ts';
import type { Processing, VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import type { ApprovalCommitRefused } from '../../ports/approvals/approval-commits.ts';
import type { AuditLog } from '../../ports/approvals/audit-log.ts';
import type {
  PayoutHasNoRecord,
  PayoutOutcomeUnknown,
  Payouts,
  PayoutsUnavailable,
  PayoutVerdict,
} from '../../ports/approvals/payouts.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type Asked, approvalChange } from './approval-change.ts';
import type { UpdatePorts } from './update-vendor-payment.ts';

export type PayoutPorts = UpdatePorts & Readonly<{ payouts: Payouts; auditLog: AuditLog }>;

/** A payment whose newest version is ours to conclude. */
export type HeldPayout = Asked & Readonly<{ payment: Processing }>;

type Silence = PayoutsUnavailable | PayoutOutcomeUnknown;

/**
 * Asks the processor and commits what it says. One that is silent, away or contradicts itself leaves the payment
 * processing, and due again when its lease is over. `lookup` asks for its record first, and sends the attempt again only
 * when that attempt is provably not on it.
 */
export const completePayout =
  (ports: PayoutPorts) =>
  (
    held: HeldPayout,
    ask: 'pay' | 'lookup',
  ): ResultAsync<VendorPayment, ApprovalCommitRefused | StorageUnavailable> =>
    verdictOn(ports.payouts, held.payment, ask)
      .map((verdict): PayoutVerdict | undefined => verdict)
      .orElse(() => okAsync<PayoutVerdict | undefined>(undefined))
      .andThen((verdict) =>
        verdict === undefined ? okAsync<VendorPayment>(held.payment) : conclude(ports, held, verdict),
      );

function verdictOn(
  payouts: Payouts,
  payment: Processing,
  ask: 'pay' | 'lookup',
): ResultAsync<PayoutVerdict, Silence> {
  const pay = () =>
    payouts.pay({
      reference: payment.id,
      attempt: payment.attempt,
      vendorId: payment.vendorId,
      amount: payment.amount,
    });
  const asked: ResultAsync<PayoutVerdict, Silence | PayoutHasNoRecord> =
    ask === 'pay' ? pay() : payouts.lookup(payment.id);
  return asked
    .andThen<ResultAsync<PayoutVerdict, Silence | PayoutHasNoRecord>>((verdict) =>
      // An older attempt's refusal says nothing of this one.
      ask === 'lookup' && !isOnThis(verdict, payment)
        ? errAsync({ kind: 'PayoutHasNoRecord' as const })
        : okAsync(verdict),
    )
    .orElse((failure) => (failure.kind === 'PayoutHasNoRecord' ? pay() : errAsync(failure)))
    .andThen<ResultAsync<PayoutVerdict, Silence>>((verdict) =>
      isOnThis(verdict, payment) && isWhole(verdict, payment)
        ? okAsync(verdict)
        : errAsync({ kind: 'PayoutOutcomeUnknown' as const }),
    );
}

/** What is paid is paid, whichever attempt it was. */
const isOnThis = ({ paid, attempt }: PayoutVerdict, payment: Processing): boolean =>
  paid || attempt === payment.attempt;

const isWhole = ({ amount }: PayoutVerdict, payment: Processing): boolean =>
  amount.minorUnits === payment.amount.minorUnits && amount.currency === payment.amount.currency;

function conclude(ports: PayoutPorts, { by, origin, payment: before }: HeldPayout, verdict: PayoutVerdict) {
  const at = ports.clock.now();
  const next: VendorPayment = concludePayout(before, verdict, at);
  const action = `payment.${next.status}`;
  const { change, payment } = approvalChange(ports, { by, origin, at, action, before, next });
  return ports.approvalCommits.commit(change).map(() => payment);
}
