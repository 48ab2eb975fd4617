import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import { concludePayout } from '../../domain/approvals/payout.ts';
import type { Processing, VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import type { ApprovalCommitRefused } from '../../ports/approvals/approval-commits.ts';
import type { AuditLog } from '../../ports/approvals/audit-log.ts';
import type { PayoutAlarm } from '../../ports/approvals/payout-alarm.ts';
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

export type PayoutPorts = UpdatePorts &
  Readonly<{ payouts: Payouts; auditLog: AuditLog; payoutAlarm: PayoutAlarm }>;

/** A payment whose newest version is ours to conclude. */
export type HeldPayout = Asked & Readonly<{ payment: Processing }>;

type Silence = PayoutsUnavailable | PayoutOutcomeUnknown;

/** `record` only looks up what the processor has; `lookup` also pays when the attempt is provably not on its record. */
export type PayoutQuestion = 'pay' | 'lookup' | 'record';

/** The payment as it is stored then. `differs`: the processor says another amount than was ordered, and people have to look. */
export type PayoutCompletion = Readonly<{ payment: VendorPayment; differs: boolean }>;

/**
 * Asks the processor and commits what it says. One that is silent, away or contradicts itself leaves the payment
 * processing, and due again when its lease is over; one that says another amount raises the alarm too, each time. What is ordered is the
 * payment as it is held, not as it is stored meanwhile.
 */
export const completePayout =
  (ports: PayoutPorts) =>
  (
    held: HeldPayout,
    ask: PayoutQuestion,
  ): ResultAsync<PayoutCompletion, ApprovalCommitRefused | StorageUnavailable> =>
    verdictOn(ports.payouts, held.payment, ask)
      .map((verdict): PayoutVerdict | undefined => verdict)
      .orElse(() => okAsync<PayoutVerdict | undefined>(undefined))
      .andThen((verdict) => {
        const { payment } = held;
        if (verdict === undefined) return okAsync<PayoutCompletion>({ payment, differs: false });
        if (isWhole(verdict, payment))
          return conclude(ports, held, verdict).map(
            (ended): PayoutCompletion => ({ payment: ended, differs: false }),
          );
        ports.payoutAlarm.raise({ id: payment.id, reason: 'PayoutDiffers' });
        return okAsync<PayoutCompletion>({ payment, differs: true });
      });

function verdictOn(
  payouts: Payouts,
  payment: Processing,
  ask: PayoutQuestion,
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
      ask !== 'pay' && !isOnThis(verdict, payment)
        ? errAsync({ kind: 'PayoutHasNoRecord' as const })
        : okAsync(verdict),
    )
    .orElse<ResultAsync<PayoutVerdict, Silence>>((failure) => {
      if (failure.kind !== 'PayoutHasNoRecord') return errAsync(failure);
      return ask === 'record' ? errAsync({ kind: 'PayoutOutcomeUnknown' }) : pay();
    })
    .andThen<ResultAsync<PayoutVerdict, Silence>>((verdict) =>
      isOnThis(verdict, payment) ? okAsync(verdict) : errAsync({ kind: 'PayoutOutcomeUnknown' as const }),
    );
}

/** What is paid is paid, whichever attempt it was. */
const isOnThis = ({ paid, attempt }: PayoutVerdict, payment: Processing): boolean =>
  paid || attempt === payment.attempt;

/** Of what was not paid, or was taken back, nothing stands, whatever its amount. */
const isWhole = ({ paid, amount }: PayoutVerdict, payment: Processing): boolean =>
  !paid || (amount.minorUnits === payment.amount.minorUnits && amount.currency === payment.amount.currency);

function conclude(ports: PayoutPorts, { by, origin, payment: before }: HeldPayout, verdict: PayoutVerdict) {
  const at = ports.clock.now();
  const next: VendorPayment = concludePayout(before, verdict, at);
  const action = `payment.${next.status}`;
  const { change, payment } = approvalChange(ports, { by, origin, at, action, before, next });
  return ports.approvalCommits.commit(change).map(() => payment);
}
