import { okAsync, type ResultAsync } from 'neverthrow';
import {
  acceptDispute as accepted,
  type Dispute,
  type DisputeNotAcceptable,
} from '../../domain/disputes/dispute.ts';
import { disputeEvent } from '../../domain/disputes/dispute-record.ts';
import { openJob } from '../../domain/files/job.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { Expecting, VersionMismatch } from '../../domain/kernel/expected-version.ts';
import type { DisputeId, MerchantId } from '../../domain/kernel/ids.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import { auditedAggregate, type ClaimWith, type MovePorts } from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { onExpectedVersion, updateAggregate } from '../kernel/update-aggregate.ts';
import { type DisputeNotFound, getDispute } from './read-disputes.ts';

/** What jobs that close an accepted dispute at the processor are called. */
export const ACCEPT_WORK = 'accept_dispute';

export type AcceptDisputeRequest = Expecting &
  Readonly<{ merchantId: MerchantId; id: DisputeId; origin: Origin }>;

export type AcceptDisputeFailure =
  | DisputeNotFound
  | DisputeNotAcceptable
  | VersionMismatch
  | ChangedMeanwhile
  | KeysUnavailable
  | StorageUnavailable;

/**
 * Gives a dispute up: that it was accepted, and the job that asks the processor to close it, are on record before this resolves. The
 * dispute is `accepted` once the processor's record says so, and as it was where that does not close it. One read, one commit.
 */
export type AcceptDispute = (
  request: AcceptDisputeRequest,
  claimWith: ClaimWith<Dispute>,
) => ResultAsync<Dispute, AcceptDisputeFailure>;

export const acceptDispute = (ports: MovePorts): AcceptDispute => {
  const update = updateAggregate(ports);
  const find = getDispute(ports);
  return ({ merchantId, id, origin, ...expecting }, claimWith) =>
    update<Dispute, Dispute, AcceptDisputeFailure>(
      { merchantId, id, origin, find: () => find(merchantId, id) },
      onExpectedVersion<Dispute, Dispute, AcceptDisputeFailure>(expecting, (seen, now) =>
        accepted(seen, now).asyncAndThen((next) => {
          const job = auditedAggregate(ports, {
            at: now,
            origin,
            action: 'job.opened',
            next: openJob({
              id: ports.ids.job(now),
              work: ACCEPT_WORK,
              subject: { merchantId, id },
              createdAt: now,
            }),
          });
          return okAsync({
            action: 'dispute.updated',
            next,
            events: [disputeEvent(seen, next, ports.ids.event(now))],
            claimed: (change) =>
              claimWith(
                {
                  ...change,
                  aggregates: [...change.aggregates, job.guarded],
                  audit: [...change.audit, job.entry],
                },
                next,
              ),
          });
        }),
      ),
    );
};
