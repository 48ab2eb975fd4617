import { okAsync, type ResultAsync } from 'neverthrow';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import { resumePayout } from '../../domain/approvals/payout.ts';
import type { ApprovalCommitRefused } from '../../ports/approvals/approval-commits.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { inParallel } from '../kernel/in-parallel.ts';
import type { Recovered } from '../payments/recover-payments.ts';
import { type Asked, approvalChange } from './approval-change.ts';
import type { ApprovalRules } from './approval-rules.ts';
import { completePayout, type PayoutPorts } from './complete-payout.ts';

/**
 * Finishes what crashes and silence left open: takes over each payout that is due, asks the processor for the reference
 * and commits its answer; sends the same again only when the processor provably has none. Any number of workers may run
 * it at once, and one payment's trouble never holds up another.
 */
export type RecoverPayouts = (limit: number) => ResultAsync<Recovered, StorageUnavailable>;

const RECOVERIES_AT_ONCE = 16;

type End = 'settled' | 'waiting' | 'skipped';

export const recoverPayouts = (
  ports: PayoutPorts,
  { payouts: terms }: Pick<ApprovalRules, 'payouts'>,
): RecoverPayouts => {
  const complete = completePayout(ports);

  return (limit) =>
    ports.vendorPayments.due(ports.clock.now(), limit).andThen((ids) =>
      inParallel(ids, RECOVERIES_AT_ONCE, recoverOne).map((ends) => ({
        due: ids.length,
        settled: ends.filter((end) => end === 'settled').length,
        waiting: ends.filter((end) => end === 'waiting').length,
        skipped: ends.filter((end) => end === 'skipped').length,
      })),
    );

  /** Never an error: what could not be settled now stays due, or is again when its new lease is over. */
  function recoverOne(id: VendorPaymentId): ResultAsync<End, never> {
    return ports.vendorPayments
      .find(id)
      .andThen((before): ResultAsync<End, ApprovalCommitRefused | StorageUnavailable> => {
        const at = ports.clock.now();
        if (before?.status !== 'processing' || before.dueAt > at) return okAsync('skipped');
        const next = resumePayout(before, at, terms);
        const move = { ...RECOVERY, at, action: 'payment.resumed', before, next };
        const { change, payment } = approvalChange(ports, move);
        return ports.approvalCommits
          .commit(change)
          .andThen(() => complete({ ...RECOVERY, payment }, 'lookup'))
          .map(({ status }): End => (status === 'processing' ? 'waiting' : 'settled'));
      })
      .orElse(({ kind }) => okAsync<End>(kind === 'StorageUnavailable' ? 'waiting' : 'skipped'));
  }
};

const RECOVERY: Asked = {
  by: { id: 'recovery', roles: ['system'] },
  origin: { actor: { id: 'recovery', type: 'system' }, requestId: 'recovery' },
};
