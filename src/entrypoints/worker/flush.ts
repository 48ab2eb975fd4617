import type { ResultAsync } from 'neverthrow';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type RunningWorker, startLoop, type WorkerLog } from './loop.ts';

export type FlushParts = Readonly<{
  /** Writes what has gathered; what could not be written must be kept for the next time. */
  flush: () => ResultAsync<void, StorageUnavailable>;
  log: WorkerLog;
  everyMs?: number;
}>;

/** Flushes counts about once a second, and once more when it is stopped. */
export const startFlushing = ({ flush, log, everyMs = 1_000 }: FlushParts): RunningWorker =>
  startLoop({
    name: 'flush',
    round: () => flush().map(() => 'idle'),
    pollMs: everyMs,
    longestPauseMs: everyMs,
    endsWithRound: true,
    log,
  });
