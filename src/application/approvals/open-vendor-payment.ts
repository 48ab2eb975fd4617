import { errAsync, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import { approvalMessage } from '../../domain/approvals/approval-message.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import {
  openVendorPayment as opened,
  type PricedOrder,
  priceOrder,
  type TermsRefused,
  type VendorPaymentOrder,
} from '../../domain/approvals/vendor-payment-order.ts';
import type { JsonObject } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type {
  ApprovalCommitRefused,
  DuplicateIncident,
  EventSeen,
} from '../../ports/approvals/approval-commits.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { type Asked, approvalChange, type ClaimApproval } from './approval-change.ts';
import type { ApprovalRules } from './approval-rules.ts';
import { type ScoringPorts, scoreAgain, verdictOn } from './score-vendor-payment.ts';

export type Opening = Asked &
  Readonly<{
    order: VendorPaymentOrder;
    workDetails?: JsonObject;
    /** Of the event that calls for the payment. */
    eventKey?: string;
  }>;

export type OpenFailure =
  | TermsRefused
  | DuplicateIncident
  | EventSeen
  | ChangedMeanwhile
  | StorageUnavailable;

/**
 * Puts a new payment on record with its score, and with it the events for approvers and the bus. Three reads when the
 * rules score it, and one commit, or two where it was not asked for alone (`scoreAgain`): it is given as the first has it, as a repeat under
 * its key that comes between the two gives it too. A payment that is in the way is met before it is scored.
 */
export const openVendorPayment = (
  ports: ScoringPorts,
  rules: Pick<ApprovalRules, 'policy' | 'thresholds'>,
) => {
  const score = scoreAgain(ports, rules);
  return (
    { by, origin, order, workDetails, eventKey }: Opening,
    claim: ClaimApproval,
  ): ResultAsync<VendorPayment, OpenFailure> =>
    safeTry(async function* () {
      const priced = yield* priceOrder(order);
      yield* free(ports, priced);
      const at = ports.clock.now();
      const fraud = yield* verdictOn(ports.fraudScorer, rules, priced, at);
      const next = opened(
        priced,
        { id: ports.approvalIds.vendorPayment(at), maker: by, fraud, createdAt: at },
        ports.digests.sha256,
      );
      const { change, payment } = approvalChange(
        ports,
        {
          by,
          origin,
          at,
          action: 'payment.created',
          next,
          message: approvalMessage(next, rules.policy, workDetails),
          ...present({ eventKey }),
        },
        claim,
      );
      return ports.approvalCommits
        .commit(change)
        .mapErr(ofOpening)
        .andThen(() => score({ by, origin }, payment))
        .map((): VendorPayment => payment);
    });
};

/** The commit decides; this spares the scorer, and the client its time. */
const free = (
  { vendorPayments }: ScoringPorts,
  { incidentId, vendorId }: PricedOrder,
): ResultAsync<undefined, DuplicateIncident | StorageUnavailable> =>
  vendorPayments
    .findLive(incidentId, vendorId)
    .andThen((live) =>
      live === undefined ? okAsync(undefined) : errAsync({ kind: 'DuplicateIncident' as const }),
    );

function ofOpening(
  refused: ApprovalCommitRefused | StorageUnavailable,
): DuplicateIncident | EventSeen | ChangedMeanwhile | StorageUnavailable {
  switch (refused.kind) {
    case 'DuplicateIncident':
    case 'EventSeen':
    case 'StorageUnavailable':
      return refused;
    case 'ClaimTaken':
      // The same request came twice, and the other was faster.
      return { kind: 'ChangedMeanwhile' };
    case 'StaleVersion':
    case 'SelfApproval':
    case 'AlreadyApproved':
      throw new Error(`${refused.kind} of a payment that is new`);
  }
}
