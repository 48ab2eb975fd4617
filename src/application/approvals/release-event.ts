import { okAsync, type ResultAsync } from 'neverthrow';
import type { ApprovalEvent } from '../../domain/approvals/approval-events.ts';
import { auditLogChain } from '../../domain/approvals/audit-log.ts';
import { releasedEvent } from '../../domain/approvals/released-event.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { EventId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ApprovalIds } from '../../ports/approvals/approval-ids.ts';
import type { Refusals } from '../../ports/approvals/refusals.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StaleVersion } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { OutboxEvent } from '../../ports/outbox.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type ChangedMeanwhile, orChangedMeanwhile, retryWhenStale } from '../kernel/retry-when-stale.ts';
import {
  type EventNotParked,
  findParked,
  notParked,
  type UnparkPorts,
  unparkEvents,
} from '../outbox/parked-events.ts';

export type ReleasePorts = UnparkPorts<ApprovalEvent> &
  Readonly<{
    vendorPayments: Pick<VendorPayments, 'find'>;
    refusals: Pick<Refusals, 'head' | 'append'>;
    clock: Clock;
    approvalIds: Pick<ApprovalIds, 'auditEntry'>;
    digests: Digests;
  }>;

/**
 * Puts one parked event of approvals back on its way, and links who did it in the log of its payment, beside the payment's own chain:
 * before it leaves, so that what cannot be recorded is not done. Three reads and two writes.
 */
export type ReleaseApprovalEvent = (
  asked: Readonly<{ id: EventId; origin: Origin }>,
) => ResultAsync<OutboxEvent<ApprovalEvent>, EventNotParked | ChangedMeanwhile | StorageUnavailable>;

export function releaseApprovalEvent(ports: ReleasePorts): ReleaseApprovalEvent {
  const unpark = unparkEvents(ports);
  return ({ id, origin }) =>
    findParked(ports.outbox, id).andThen((event) =>
      ports.vendorPayments
        .find(event.paymentId)
        // Without its payment there is no log that it could stand in: `verify` names such an event.
        .andThen((payment) => (payment === undefined ? notParked<void>() : okAsync(undefined)))
        .andThen(() => retryWhenStale(() => record(ports, event, origin)).mapErr(orChangedMeanwhile))
        .andThen(() => unpark([id]))
        .andThen((found) => (found.length === 0 ? notParked<typeof event>() : okAsync(event))),
    );
}

function record(
  { refusals, clock, approvalIds, digests }: ReleasePorts,
  event: ApprovalEvent,
  { actor, requestId, ipAddress, userAgent }: Origin,
): ResultAsync<void, StaleVersion | StorageUnavailable> {
  const at = clock.now();
  return refusals.head(event.paymentId).andThen(({ version, auditHash }) => {
    const link = {
      ...releasedEvent(event, actor, at),
      id: approvalIds.auditEntry(at),
      sequence: version + 1,
      ...present({ ipAddress, userAgent }),
      requestId,
      previousHash: auditHash,
    };
    return refusals.append({ ...auditLogChain.seal(link, digests.sha256), attempts: 1 });
  });
}
