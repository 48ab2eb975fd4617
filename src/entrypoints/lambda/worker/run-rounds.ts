import type { Round } from '../../worker/loop.ts';
import type { FunctionTelemetry } from '../function/function-telemetry.ts';
import type { Invocation } from '../function/invocation.ts';

export type RoundsParts = FunctionTelemetry &
  Readonly<{
    /** In log lines: `relay`. */
    name: string;
    round: Round;
    /** Waits for what a round has begun and not ended; false when nothing is under way. */
    underWay?: () => Promise<boolean>;
    /** Runs after the last round, however that ended. */
    atEnd?: () => Promise<void>;
  }>;

/**
 * What an invocation came to. `left`: there was no time for all of it, and the next schedule goes on. A queue or a stream that
 * woke the function sees no item that failed: what is to be done is in the store, and the next schedule finds it.
 */
export type WorkResult = Readonly<{ rounds: number; left: boolean; batchItemFailures: readonly never[] }>;

/** Time that is kept for what follows the last round; a round is not begun within it. */
export const RESERVE_MS = 5_000;

/**
 * Runs rounds one after the other until there is no more to do, or little time is left: less than the reserve, or than twice
 * what the longest round took. Throws when the store does not answer, so that the invocation counts as failed.
 */
export async function runRounds(parts: RoundsParts, { remainingMs }: Invocation): Promise<WorkResult> {
  const { name, round, underWay = nothing, atEnd = nothingMore, log, metrics } = parts;
  let rounds = 0;
  let longestMs = 0;
  let isMore = true;
  const isTime = () => remainingMs() > Math.max(RESERVE_MS, 2 * longestMs);
  try {
    while (isMore && isTime()) {
      const began = performance.now();
      const ended = await round();
      longestMs = Math.max(longestMs, performance.now() - began);
      rounds += 1;
      if (ended.isErr()) {
        log.error({ code: ended.error.kind, cause: ended.error.cause }, `${name} waits for the store`);
        throw new Error(`${name}: the store does not answer`);
      }
      isMore = ended.value === 'more' || (await underWay());
    }
  } finally {
    await atEnd();
  }
  metrics.add('rounds', rounds);
  metrics.add('rounds_left', isMore ? 1 : 0);
  log[isMore ? 'warn' : 'info']({ worker: name, count: rounds, left: isMore }, `${name} rounds`);
  return { rounds, left: isMore, batchItemFailures: [] };
}

const nothing = () => Promise.resolve(false);
const nothingMore = () => Promise.resolve();
