import { type ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import {
  atExpectedVersion,
  type Expecting,
  type VersionMismatch,
} from '../../domain/kernel/expected-version.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import { type ProposalRefused, type Proposing, propose } from '../../domain/payments/resolution.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CommitRefused, Commits } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import type { PaymentNotFound, Payments } from '../../ports/payments.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { ClaimWith } from '../kernel/aggregate-change.ts';
import { type ChangedMeanwhile, retryWhenStale } from '../kernel/retry-when-stale.ts';
import { paymentChange } from './payment-change.ts';

export type ProposeOutcomeRequest = Expecting &
  Readonly<{ merchantId: MerchantId; paymentId: PaymentId; proposing: Proposing; origin: Origin }>;

export type ProposeOutcomeFailure =
  | PaymentNotFound
  | VersionMismatch
  | ProposalRefused
  | ChangedMeanwhile
  | KeysUnavailable
  | StorageUnavailable;

/**
 * Writes down what one person says became of a payment in attention. Neither money nor claims move: recovery goes on asking the
 * processor, whose answer ends the payment where it comes first. One read, one commit.
 */
export type ProposeOutcome = (
  request: ProposeOutcomeRequest,
  claimWith: ClaimWith<Payment>,
) => ResultAsync<Payment, ProposeOutcomeFailure>;

export type ProposePorts = Readonly<{
  payments: Payments;
  commits: Commits;
  clock: Clock;
  ids: Ids;
  digests: Digests;
}>;

export const proposeOutcome =
  (ports: ProposePorts): ProposeOutcome =>
  ({ merchantId, paymentId, proposing, origin, ...expecting }, claimWith) =>
    retryWhenStale(() =>
      safeTry<
        Payment,
        | PaymentNotFound
        | VersionMismatch
        | ProposalRefused
        | CommitRefused
        | KeysUnavailable
        | StorageUnavailable
      >(async function* () {
        const before = yield* ports.payments.find(merchantId, paymentId);
        yield* atExpectedVersion(before, expecting);
        const now = ports.clock.now();
        const next = yield* propose(before, proposing, now);
        const { change, payment } = paymentChange<Payment>(ports, {
          at: now,
          origin,
          before,
          next,
          transactions: [],
          action: 'payment.resolution_proposed',
        });
        return claimWith(change, payment)
          .andThen((claimed) => ports.commits.commit(claimed))
          .map(() => payment);
      }),
    ).mapErr(orOvertaken);

/** Where the same request came twice, and the other was faster, it is looked for under its key. */
export const orOvertaken = <Failure extends Readonly<{ kind: string }>>(
  failure: Failure | CommitRefused,
): Exclude<Failure, CommitRefused> | ChangedMeanwhile => {
  switch (failure.kind) {
    case 'ClaimTaken':
    case 'FenceLost':
    case 'KeyTaken':
    case 'StaleVersion':
      return { kind: 'ChangedMeanwhile' };
    default:
      return failure as Exclude<Failure, CommitRefused>;
  }
};
