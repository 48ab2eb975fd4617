import type { ResultAsync } from 'neverthrow';
import type { ShardAssignment } from '../../application/outbox/shard-assignment.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** The lines a worker writes. `cause` and `defect` are for the logger to reduce to what may be logged. */
export type WorkerLog = Readonly<{
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}>;

/** A loop that runs until it is stopped. */
export type RunningWorker = Readonly<{
  /** Begins no more rounds and waits for the one under way, so that no lease is left to run out. */
  stop(): Promise<void>;
}>;

/** Registers `wake` for signals that there may be work; gives back what ends that. */
export type Subscribe = (wake: () => void) => () => void;

/** A round of work, bounded. `more`: the next round finds work at once. `idle`: this one found none. */
export type Round = () => ResultAsync<'more' | 'done' | 'idle', StorageUnavailable>;

export type LoopParts = Readonly<{
  /** Names the worker in its log lines, such as `relay`. */
  name: string;
  round: Round;
  /** The pause after a round that leaves no more; an unavailable store doubles it, up to `longestPauseMs`. */
  pollMs: number;
  /** The pause in its place once nothing was found for 30 s: what another process makes then is found so late. */
  restMs?: number;
  longestPauseMs: number;
  /** What a signal waits for others before the round that serves all of them. */
  gatherMs?: number;
  subscribe?: Subscribe;
  /** One more round when it is stopped, for what has gathered since the last. */
  endsWithRound?: boolean;
  /** Runs once, after the last round. */
  atEnd?: () => Promise<void>;
  log: WorkerLog;
  /** Between 0 and 1: spreads the rounds of many workers. */
  random?: () => number;
}>;

const RESTS_AFTER_MS = 30_000;

/**
 * Runs rounds one after the other: at once while there is more, when a signal comes, and every `pollMs` otherwise, which
 * bounds how late work is whose signal was lost; so does `restMs` where nothing happens. A round that fails or throws is logged and followed by another, ever
 * less often. Holds one timer at most, and nothing of the rounds before.
 */
export function startLoop(parts: LoopParts): RunningWorker {
  const { name, round, pollMs, restMs = pollMs, longestPauseMs, gatherMs = 0, log } = parts;
  const { random = Math.random } = parts;
  let isStopping = false;
  let isWoken = false;
  /** Ends the pause under way, where a signal may end it, and in any case. */
  let wakeUp = () => {};
  let endPause = () => {};
  const leave = parts.subscribe?.(() => {
    isWoken = true;
    wakeUp();
  });
  const finished = run();
  return {
    async stop() {
      isStopping = true;
      endPause();
      leave?.();
      await finished;
      if (parts.endsWithRound === true) await roundEnd();
      await parts.atEnd?.();
    },
  };

  async function run(): Promise<void> {
    let failures = 0;
    let idleMs = 0;
    while (!isStopping) {
      // A signal is the sign of more, though this round may not find it yet.
      if (isWoken) idleMs = 0;
      isWoken = false;
      const end = await roundEnd();
      failures = end === 'failed' ? failures + 1 : 0;
      if (end === 'failed') await pause(Math.min(pollMs * 2 ** failures, longestPauseMs));
      if (end !== 'idle') idleMs = 0;
      if (end === 'failed' || end === 'more') continue;
      if (gatherMs > 0) await pause(gatherMs);
      if (isWoken) continue;
      const lengthMs = idleMs < RESTS_AFTER_MS ? pollMs : restMs;
      idleMs += lengthMs;
      await pause(lengthMs, { wakeable: true });
    }
  }

  async function roundEnd(): Promise<'more' | 'done' | 'idle' | 'failed'> {
    try {
      const result = await round();
      if (result.isOk()) return result.value;
      log.warn({ code: result.error.kind, cause: result.error.cause }, `${name} waits for the store`);
    } catch (fault) {
      log.error({ defect: fault }, `${name} round failed`);
    }
    return 'failed';
  }

  function pause(lengthMs: number, { wakeable = false } = {}): Promise<void> {
    if (isStopping) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        wakeUp = () => {};
        endPause = () => {};
        resolve();
      };
      const timer = setTimeout(end, lengthMs * (0.75 + random() / 2));
      endPause = end;
      if (wakeable) wakeUp = end;
    });
  }
}

/** Gives a worker's shards back, so that others need not wait for its leases to lapse. */
export async function releaseShards({ release }: ShardAssignment, log: WorkerLog): Promise<void> {
  const released = await release();
  if (released.isErr())
    log.warn({ code: released.error.kind, cause: released.error.cause }, 'leases are left to lapse');
}
