import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { Approver } from '../../domain/approvals/approver.ts';
import {
  type ApprovalOperation,
  pastAnswer,
  type RequestClaim,
  requestKey,
} from '../../domain/approvals/request-claim.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import type { ClaimTerms } from '../../domain/kernel/claim.ts';
import { canonicalJson, type JsonObject } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ApprovalIds } from '../../ports/approvals/approval-ids.ts';
import type { AuditLog } from '../../ports/approvals/audit-log.ts';
import type { RequestClaims } from '../../ports/approvals/request-claims.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CommitRefused } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type IdempotencyFailure, underClaim } from '../kernel/idempotency.ts';
import type { ClaimApproval } from './approval-change.ts';

/** A POST of approvals under an idempotency key; `payload` is what makes two requests the same one. */
export type KeyedApproval = Readonly<{
  by: Approver;
  operation: ApprovalOperation;
  key: string;
  payload: JsonObject;
}>;

/** What was done: `created` a payment, or found or moved one. */
export type Done = Readonly<{ created: boolean; payment?: VendorPayment }>;
/** `replayed`: it was done before, and nothing happened now. */
export type Answered = Done & Readonly<{ replayed: boolean }>;

/**
 * Does a request once. The claim of its key is in the commit that does it, and names the version of the payment that was
 * answered; a repeat is given the payment as of that version, from its audit log. A payout holds its key until it is
 * answered: a repeat before that is refused until then. While its end is not on record the repeat is given the payment as it
 * stands, and then as of its end, also when recovery put that on record. A refusal leaves the key free. One read more than the work when
 * new, one more when refused; two for a repeat.
 */
export type AnswerOnce = <Failure extends Readonly<{ kind: string }>>(
  request: KeyedApproval,
  work: (claim: ClaimApproval) => ResultAsync<Done, Failure>,
) => ResultAsync<Answered, Failure | IdempotencyFailure>;

export type AnswerPorts = Readonly<{
  requestClaims: RequestClaims;
  auditLog: AuditLog;
  approvalIds: ApprovalIds;
  digests: Digests;
  clock: Clock;
}>;

export const answerOnce =
  (ports: AnswerPorts, terms: Pick<ClaimTerms, 'keepResponsesMs'>): AnswerOnce =>
  <Failure extends Readonly<{ kind: string }>>(
    { by, operation, key: text, payload }: KeyedApproval,
    work: (claim: ClaimApproval) => ResultAsync<Done, Failure>,
  ) => {
    const { requestClaims, clock } = ports;
    const key = requestKey(by, operation, text);
    const fingerprint = ports.digests.fingerprint(canonicalJson({ operation, payload }));
    const find = () => requestClaims.find(key, clock.now());
    const claimOf = (facts: Pick<RequestClaim, 'changeId' | 'created' | 'createdAt'>): RequestClaim => ({
      ...key,
      fingerprint,
      ...facts,
      expiresAt: facts.createdAt + terms.keepResponsesMs,
    });

    const claimed = ({
      id,
      at,
      payment: { expected, next },
    }: Parameters<ClaimApproval>[0]): RequestClaim => ({
      ...claimOf({ changeId: id, created: expected === 0, createdAt: at }),
      answer: { paymentId: next.id, version: next.version },
      ...(next.status === 'processing' ? { heldUntil: next.dueAt } : {}),
    });

    const start = (): ResultAsync<Answered, Failure | CommitRefused | StorageUnavailable> => {
      let held: RequestClaim | undefined;
      const claim: ClaimApproval = (change) => {
        held = claimed(change);
        return held;
      };
      return work(claim)
        .andThen((done) => settled(done, held))
        .orElse((failure) => refused(failure));
    };

    /** What changed nothing is claimed by itself; a payout without an end lets go of its hold, or the lease ends it. */
    function settled(
      done: Done,
      held: RequestClaim | undefined,
    ): ResultAsync<Answered, CommitRefused | StorageUnavailable> {
      const answered = { ...done, replayed: false };
      const { payment } = done;
      if (operation === 'record' && !done.created) {
        const createdAt = clock.now();
        const alone = claimOf({ changeId: ports.approvalIds.change(createdAt), created: false, createdAt });
        const answer = payment && { paymentId: payment.id, version: payment.version };
        return requestClaims.add({ ...alone, ...present({ answer }) }).map(() => answered);
      }
      return held === undefined || payment?.status !== 'processing'
        ? okAsync(answered)
        : requestClaims
            .release(held)
            .orElse(() => okAsync(undefined))
            .map(() => answered);
    }

    /** When the key was taken meanwhile, what refused may have been its own first use. Silence of the store is no refusal. */
    const refused = (
      failure: Failure | CommitRefused | StorageUnavailable,
    ): ResultAsync<never, Failure | CommitRefused | StorageUnavailable> =>
      failure.kind === 'StorageUnavailable'
        ? errAsync(failure)
        : find().andThen((claim) =>
            errAsync<never, Failure | CommitRefused | StorageUnavailable>(
              claim === undefined ? failure : { kind: 'ClaimTaken' },
            ),
          );

    const again = (claim: RequestClaim): ResultAsync<Answered, IdempotencyFailure | CommitRefused> => {
      const { answer, created, heldUntil } = claim;
      if (answer === undefined) return okAsync({ created, replayed: true });
      return ports.auditLog.of(answer.paymentId).andThen((links) => {
        const { payment, isProvisional } = pastAnswer(claim, answer, links);
        const retryAfterMs = (heldUntil ?? 0) - clock.now();
        return isProvisional && retryAfterMs > 0
          ? errAsync({ kind: 'IdempotencyInFlight' as const, retryAfterMs })
          : okAsync({ payment, created, replayed: true });
      });
    };

    return underClaim<RequestClaim, undefined, Answered, Failure | IdempotencyFailure>(fingerprint, {
      read: () => find().map((claim) => ({ claim, context: undefined })),
      start,
      again,
    });
  };
