import { errAsync, ok, okAsync, ResultAsync } from 'neverthrow';
import type { Permission } from '../../domain/approvals/approver.ts';
import { auditLogChain } from '../../domain/approvals/audit-log.ts';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import {
  MOST_REFUSALS,
  type RefusalReason,
  refusalKey,
  refusedAttempt,
} from '../../domain/approvals/refusal.ts';
import { present } from '../../domain/kernel/present.ts';
import type { RefusalAlarm } from '../../ports/approvals/refusal-alarm.ts';
import type { Refusals } from '../../ports/approvals/refusals.ts';
import type { StaleVersion } from '../../ports/commits.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { retryWhenStale } from '../kernel/retry-when-stale.ts';
import type { Asked } from './approval-change.ts';
import type { UpdatePorts } from './update-vendor-payment.ts';

export type RefusalPorts = Pick<UpdatePorts, 'vendorPayments' | 'clock' | 'approvalIds' | 'digests'> &
  Readonly<{ refusals: Refusals; refusalAlarm: RefusalAlarm }>;

export type RefusedRequest = Asked &
  Readonly<{ id: VendorPaymentId; permission: Permission; reason: RefusalReason }>;

/**
 * Keeps a refused attempt in the payment's log: counts it where the same was refused within the hour, else adds a link. Of
 * a payment that does not exist nothing is kept. Never fails, since the refusal stands whatever becomes of its record; one
 * that could not be kept raises the alarm. Two round trips for a repeat, four for a first.
 */
export type RecordRefusal = (request: RefusedRequest) => ResultAsync<void, never>;

export const recordRefusal = (ports: RefusalPorts): RecordRefusal => {
  const { vendorPayments, refusals, refusalAlarm } = ports;
  return (request) => {
    const { id } = request;
    const attempt = (): ResultAsync<void, StaleVersion | StorageUnavailable> =>
      vendorPayments
        .find(id)
        .andThen((payment) => (payment === undefined ? okAsync(undefined) : keep(ports, refusals, request)));
    const kept = Promise.resolve()
      .then(() => retryWhenStale(attempt))
      .then(
        (outcome) => {
          if (outcome.isErr()) refusalAlarm.raise({ id, cause: outcome.error });
        },
        (cause: unknown) => refusalAlarm.raise({ id, cause }),
      );
    return new ResultAsync(kept.then(() => ok(undefined)));
  };
};

function keep(
  { clock, approvalIds, digests }: RefusalPorts,
  refusals: Refusals,
  { by, origin, id, permission, reason }: RefusedRequest,
): ResultAsync<void, StaleVersion | StorageUnavailable> {
  const at = clock.now();
  const refused = refusedAttempt(id, by, { permission, reason, actorType: origin.actor.type, at });
  return refusals.countAgain(id, refusalKey(refused)).andThen((isCounted) => {
    if (isCounted) return okAsync(undefined);
    return refusals.head(id).andThen(({ version, auditHash }) => {
      if (version >= MOST_REFUSALS) return okAsync(undefined);
      const link = {
        ...refused,
        id: approvalIds.auditEntry(at),
        sequence: version + 1,
        ...present({ ipAddress: origin.ipAddress, userAgent: origin.userAgent }),
        requestId: origin.requestId,
        previousHash: auditHash,
      };
      return refusals.append({ ...auditLogChain.seal(link, digests.sha256), attempts: 1 });
    });
  });
}

/** The same use case, whose refusals of a person are in the payment's log before they are answered. */
export const recordingRefusals =
  <
    Request extends Asked & Readonly<{ id: VendorPaymentId }>,
    Value,
    Failure extends Readonly<{ kind: string }>,
    Beside extends readonly unknown[],
  >(
    record: RecordRefusal,
    permission: Permission,
    useCase: (request: Request, ...beside: Beside) => ResultAsync<Value, Failure>,
  ): ((request: Request, ...beside: Beside) => ResultAsync<Value, Failure>) =>
  (request, ...beside) =>
    useCase(request, ...beside).orElse((failure) => {
      const reason = reasonOf(failure);
      if (reason === undefined) return errAsync(failure);
      const { by, origin, id } = request;
      return record({ by, origin, id, permission, reason }).andThen(() => errAsync(failure));
    });

const REASONS: Readonly<Record<RefusalReason, true>> = {
  SelfApproval: true,
  AlreadyApproved: true,
  PartyNotAllowed: true,
  RoleNotAllowed: true,
};

const reasonOf = ({ kind }: Readonly<{ kind: string }>): RefusalReason | undefined =>
  Object.hasOwn(REASONS, kind) ? (kind as RefusalReason) : undefined;
