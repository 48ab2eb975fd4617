import type { RecoverPayments } from '../../application/payments/recover-payments.ts';
import { present } from '../../domain/kernel/present.ts';
import {
  type Round,
  type RunningWorker,
  type Sleep,
  type Subscribe,
  sleepOf,
  startLoop,
  type WorkerLog,
} from './loop.ts';

export type RecoveryParts = Readonly<{
  /** In log lines: `payment recovery`. */
  name: string;
  recover: RecoverPayments;
  /** Whether there is anything due, or will be within that time; without it the worker does not sleep. */
  isAwaited?: Sleep['isAwaited'];
  /** Signals that something was begun that may be left open. */
  watch?: Subscribe;
  log: WorkerLog;
  /** The pause after a round that settled nothing; a second unless it is said. */
  pollMs?: number;
  random?: () => number;
}>;

/** Of one round: enough to share trips, and few enough that a stop need not wait long. */
const RECOVERED_PER_ROUND = 100;
const POLL_MS = 1_000;
/** Leases and processors' silences are longer by far. */
const REST_MS = 5_000;
const LONGEST_PAUSE_MS = 30_000;

/** One round of recovery: more while rounds settle something. */
export const recoveryRound =
  ({ name, recover, log }: Pick<RecoveryParts, 'name' | 'recover' | 'log'>): Round =>
  () =>
    recover(RECOVERED_PER_ROUND).map(({ due, settled, waiting, skipped, stuck }) => {
      if (due > 0) log.info({ due, settled, waiting, skipped, stuck }, `${name} round`);
      if (settled > 0) return 'more';
      return due > 0 ? 'done' : 'idle';
    });

/** Finishes open payments or payouts: round after round while rounds settle something, once in `pollMs` otherwise, or in 5 s where nothing was due for a while, and none while nothing is open. */
export const startRecovery = (parts: RecoveryParts): RunningWorker =>
  startLoop({
    name: parts.name,
    round: recoveryRound(parts),
    pollMs: parts.pollMs ?? POLL_MS,
    restMs: parts.pollMs ?? REST_MS,
    longestPauseMs: LONGEST_PAUSE_MS,
    log: parts.log,
    ...sleepOf(parts.isAwaited),
    ...present({ watch: parts.watch, random: parts.random }),
  });
