import { ok, type Result, ResultAsync } from 'neverthrow';
import type { Responded } from '../kernel/idempotency.ts';
import { inParallel } from '../kernel/in-parallel.ts';
import { inTurn } from '../kernel/in-turn.ts';
import type { ProcessPayment, ProcessPaymentFailure, ProcessPaymentRequest } from './process-payment.ts';

export type BatchResult = Result<Responded, ProcessPaymentFailure>;

/**
 * Processes each item as if it came alone, many at once, and gives each its own result in the order given; one item's
 * failure never touches another. Items that share a key run one after the other, so the later ones are replays.
 */
export type ProcessBatch = (
  requests: readonly ProcessPaymentRequest[],
) => ResultAsync<readonly BatchResult[], never>;

/** Wide enough to fill the storage's multi-row commits, narrow enough to leave other requests a turn. */
const PAYMENTS_AT_ONCE = 256;

export const processBatch =
  (processPayment: ProcessPayment): ProcessBatch =>
  (requests) => {
    const turns = inTurn();
    const inItsTurn = (request: ProcessPaymentRequest): ResultAsync<BatchResult, never> =>
      new ResultAsync(
        Promise.resolve(turns(request.idempotencyKey, () => processPayment(request))).then((result) =>
          ok(result),
        ),
      );
    return inParallel(requests, PAYMENTS_AT_ONCE, inItsTurn);
  };
