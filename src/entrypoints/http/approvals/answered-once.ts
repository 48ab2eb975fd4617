import { err, errAsync, ok, type ResultAsync } from 'neverthrow';
import type { Done, KeyedApproval } from '../../../application/approvals/answer-once.ts';
import { type ClaimApproval, unclaimed } from '../../../application/approvals/approval-change.ts';
import type { ApprovalsUseCases } from '../../../application/approvals/approvals-use-cases.ts';
import type { IdempotencyFailure } from '../../../application/kernel/idempotency.ts';
import { keyIn } from '../server/idempotency-key.ts';
import { countKey, type ServiceMetrics } from '../server/measurements.ts';
import type { HttpContext } from '../server/request-context.ts';
import type { IdempotencyKeyInvalid, PanNotAccepted } from '../server/request-problems.ts';

export type AnsweringParts = Pick<ApprovalsUseCases, 'answerOnce'> & Readonly<{ metrics: ServiceMetrics }>;

type Post<Failure> = Omit<KeyedApproval, 'key'> &
  Readonly<{
    work: (claim: ClaimApproval) => ResultAsync<Done, Failure>;
    respond: (done: Done) => Response;
  }>;

/** Answers a POST; see `AnswerOnce` for what its idempotency key promises. */
export function answeredOnce<Failure extends Readonly<{ kind: string }>>(
  c: HttpContext,
  { answerOnce, metrics }: AnsweringParts,
  { work, respond, ...post }: Post<Failure>,
): ResultAsync<Response, Failure | IdempotencyFailure | IdempotencyKeyInvalid | PanNotAccepted> {
  const key = keyIn(c.req.header('idempotency-key'));
  if (key.isErr()) return errAsync(key.error);
  if (key.value === undefined) return work(unclaimed).map(respond);
  return answerOnce({ ...post, key: key.value }, work)
    .map(({ replayed, ...done }) => {
      countKey(metrics, ok({ replayed }));
      const response = respond(done);
      if (replayed) response.headers.set('Idempotency-Replayed', 'true');
      return response;
    })
    .mapErr((failure) => {
      countKey(metrics, err(failure));
      return failure;
    });
}
