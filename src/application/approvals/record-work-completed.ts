import { err, errAsync, ok, okAsync, type Result, type ResultAsync, safeTry } from 'neverthrow';
import { permitted, type RoleNotAllowed } from '../../domain/approvals/approver.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import {
  blame,
  type EventMalformed,
  orderFor,
  type WorkCompleted,
  workDetailsOf,
} from '../../domain/approvals/work-completed.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { type Asked, type ClaimApproval, unclaimed } from './approval-change.ts';
import type { ApprovalRules } from './approval-rules.ts';
import { type OpenFailure, openVendorPayment } from './open-vendor-payment.ts';
import type { ScoringPorts } from './score-vendor-payment.ts';

export type RecordWorkCompletedRequest = Asked & Readonly<{ work: WorkCompleted }>;
export type RecordWorkCompletedFailure =
  | RoleNotAllowed
  | EventMalformed
  | ChangedMeanwhile
  | StorageUnavailable;

/** Without a payment, the event was taken before and the payment of its work has been cancelled since. */
export type Recorded = Readonly<{ created: boolean; payment?: VendorPayment }>;

/**
 * Creates the payment that completed work calls for, once: the same event again, or another about the same incident and
 * vendor, whenever and however often they come, gives the payment that is there. One of other work under an id that was taken is
 * refused, or that work would never be paid. Safe to repeat after any failure.
 */
export type RecordWorkCompleted = (
  request: RecordWorkCompletedRequest,
  claim?: ClaimApproval,
) => ResultAsync<Recorded, RecordWorkCompletedFailure>;

export const recordWorkCompleted = (
  ports: ScoringPorts,
  rules: Pick<ApprovalRules, 'policy' | 'thresholds' | 'eventSources'>,
): RecordWorkCompleted => {
  const open = openVendorPayment(ports, rules);
  return ({ by, origin, work }, claim = unclaimed) =>
    safeTry(async function* () {
      yield* permitted(by, 'record');
      yield* believed(work, rules.eventSources);
      const at = ports.clock.now();
      const order = yield* orderFor(work, () => ports.approvalIds.lineItem(at));
      const opening = {
        by,
        origin,
        order,
        workDetails: workDetailsOf(work),
        eventKey: `${work.source} ${work.eventId}`,
      };
      return open(opening, claim)
        .map((payment): Recorded => ({ created: true, payment }))
        .orElse((failure) => known(failure, work));
    });

  function known(
    failure: OpenFailure,
    { incidentId, vendorId }: WorkCompleted,
  ): ResultAsync<Recorded, RecordWorkCompletedFailure> {
    if (failure.kind === 'StorageUnavailable' || failure.kind === 'ChangedMeanwhile')
      return errAsync(failure);
    if (failure.kind !== 'DuplicateIncident' && failure.kind !== 'EventSeen') return errAsync(blame(failure));
    return ports.vendorPayments.findLive(incidentId, vendorId).andThen((payment) => {
      if (payment !== undefined) return okAsync({ created: false, payment });
      return ports.vendorPayments
        .list({ incidentId, vendorId }, { order: 'newest', limit: 1 })
        .andThen((past) =>
          // A payment never goes, so one that the event made would be among them.
          failure.kind === 'EventSeen' && past.length === 0
            ? errAsync({
                kind: 'EventMalformed' as const,
                path: 'id',
                reason: 'taken by an event of other work',
              })
            : okAsync({ created: false }),
        );
    });
  }
};

const believed = (
  { source }: WorkCompleted,
  sources: readonly string[],
): Result<undefined, EventMalformed> =>
  sources.includes(source)
    ? ok(undefined)
    : err({ kind: 'EventMalformed', path: 'source', reason: 'not a source that is believed' });
