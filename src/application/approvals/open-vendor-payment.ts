import { errAsync, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import { approvalMessage } from '../../domain/approvals/approval-message.ts';
import { type FraudVerdict, judgeFraud, MANUAL_REVIEW } from '../../domain/approvals/fraud.ts';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import {
  openVendorPayment as opened,
  type PricedOrder,
  priceOrder,
  type TermsRefused,
  type VendorPaymentOrder,
} from '../../domain/approvals/vendor-payment-order.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { JsonObject } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type {
  ApprovalCommitRefused,
  DuplicateIncident,
  EventSeen,
} from '../../ports/approvals/approval-commits.ts';
import type { FraudScorer } from '../../ports/approvals/fraud-scorer.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { type Asked, approvalChange, type ClaimApproval } from './approval-change.ts';
import type { ApprovalRules } from './approval-rules.ts';
import type { UpdatePorts } from './update-vendor-payment.ts';

export type OpenPorts = UpdatePorts & Readonly<{ fraudScorer: FraudScorer }>;

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
 * Puts a new payment on record with its score, and with it the events for approvers and the bus. Two reads when the
 * rules score it, and one commit; a payment that is in the way is met before anybody scores.
 */
export const openVendorPayment =
  (ports: OpenPorts, rules: Pick<ApprovalRules, 'policy' | 'thresholds'>) =>
  (
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
        .map((): VendorPayment => payment)
        .mapErr(ofOpening);
    });

/** The commit decides; this spares the scorer, and the client its time. */
const free = (
  { vendorPayments }: OpenPorts,
  { incidentId, vendorId }: PricedOrder,
): ResultAsync<undefined, DuplicateIncident | StorageUnavailable> =>
  vendorPayments
    .findLive(incidentId, vendorId)
    .andThen((live) =>
      live === undefined ? okAsync(undefined) : errAsync({ kind: 'DuplicateIncident' as const }),
    );

/** Never an error, and never a pass: a payment without a score goes to people. `changed` is the payment whose terms the order's would be. */
export const verdictOn = (
  scorer: FraudScorer,
  { thresholds }: Pick<ApprovalRules, 'thresholds'>,
  order: PricedOrder,
  at: Instant,
  changed?: VendorPaymentId,
): ResultAsync<FraudVerdict, never> =>
  scorer
    .score(order, at, changed)
    .map((assessment) => judgeFraud(assessment, thresholds))
    .orElse(() => okAsync(MANUAL_REVIEW));

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
