import type { Enforced, EnforceRetention } from '../../application/kernel/enforce-retention.ts';
import { present } from '../../domain/kernel/present.ts';
import { type Round, type RunningWorker, startLoop, type WorkerLog } from './loop.ts';

export type RetentionParts = Readonly<{
  /** In log lines: `payments retention`. */
  name: string;
  enforce: EnforceRetention;
  /** What a round came to, for the metrics. */
  record?: (kinds: readonly Enforced[]) => void;
  log: WorkerLog;
  random?: () => number;
}>;

/** Of one kind and round: a statement that holds its locks for some milliseconds. */
const DELETED_AT_ONCE = 500;
/** How late a row is deleted whose time is over. */
const POLL_MS = 600_000;

/** One round of deletion: more while a kind has more than a round deletes. */
export const retentionRound =
  ({ name, enforce, record = () => {}, log }: Omit<RetentionParts, 'random'>): Round =>
  () =>
    enforce(DELETED_AT_ONCE).map(({ kinds, more }) => {
      record(kinds);
      const deleted = kinds.filter((each) => each.deleted > 0);
      if (deleted.length > 0)
        log.info(Object.fromEntries(deleted.map((each) => [each.kind, each.deleted])), `${name} round`);
      return more ? 'more' : 'idle';
    });

/** Deletes what has been kept for its time: round after round while there is more, every ten minutes otherwise. */
export const startRetention = (parts: RetentionParts): RunningWorker =>
  startLoop({
    name: parts.name,
    round: retentionRound(parts),
    pollMs: POLL_MS,
    longestPauseMs: POLL_MS,
    log: parts.log,
    ...present({ random: parts.random }),
  });
