import { ok, type Result, ResultAsync } from 'neverthrow';
import { inParallel } from './in-parallel.ts';
import type {
  Processed,
  ProcessPayment,
  ProcessPaymentFailure,
  ProcessPaymentRequest,
} from './process-payment.ts';

export type BatchResult = Result<Processed, ProcessPaymentFailure>;

/**
 * Processes each item as if it came alone, many at once, and tells each its own result in the order given; one item's
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
    const earlier = new Map<string, Promise<unknown>>();
    const inTurn = (request: ProcessPaymentRequest): ResultAsync<BatchResult, never> => {
      const before = earlier.get(request.idempotencyKey) ?? Promise.resolve();
      const process = () => processPayment(request);
      const mine = before.then(process, process);
      earlier.set(request.idempotencyKey, mine);
      return new ResultAsync(mine.then((result) => ok(result)));
    };
    return inParallel(requests, PAYMENTS_AT_ONCE, inTurn);
  };
