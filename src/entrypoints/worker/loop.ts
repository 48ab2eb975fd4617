import { okAsync, type ResultAsync } from 'neverthrow';
import type { ShardAssignment } from '../../application/outbox/shard-assignment.ts';
import { present } from '../../domain/kernel/present.ts';
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

/** How a loop sleeps: it makes no rounds then, and a signal wakes it. */
export type Sleep = Readonly<{
  /** Whether there is something to do, for any worker, or will be within that time. Costs what a round that finds nothing costs. */
  isAwaited(withinMs: number): ResultAsync<boolean, StorageUnavailable>;
  /** Called each time before the loop sleeps. */
  begins?: () => ResultAsync<void, StorageUnavailable>;
}>;

export type LoopParts = Readonly<{
  /** Names the worker in its log lines, such as `relay`. */
  name: string;
  round: Round;
  /** The pause after a round that leaves no more; an unavailable store doubles it, up to `longestPauseMs`. */
  pollMs: number;
  /** The pause in its place once nothing was found for 30 s. */
  restMs?: number;
  /** Where it is given, the loop sleeps once nothing was found for 30 s and nothing is awaited; it looks again after five minutes. */
  sleep?: Sleep;
  longestPauseMs: number;
  /** What a signal waits for others before the round that serves all of them. */
  gatherMs?: number;
  subscribe?: Subscribe;
  /** Signals that something was begun which may be left undone: a loop that sleeps makes rounds for a minute, `restMs` apart. */
  watch?: Subscribe;
  /** One more round when it is stopped, for what has gathered since the last. */
  endsWithRound?: boolean;
  /** Runs once, after the last round. */
  atEnd?: () => Promise<void>;
  log: WorkerLog;
  /** Between 0 and 1: spreads the rounds of many workers. */
  random?: () => number;
}>;

const RESTS_AFTER_MS = 30_000;
/** How late work is found whose signal was lost, but for a spread of a quarter. */
const SLEEPS_MS = 300_000;
/** A sleep of the longest spread, and a look that the store kept waiting. */
const LOOKS_AHEAD_MS = 1.5 * SLEEPS_MS;
const WATCHES_MS = 60_000;
const SLICE_MS = 5_000;
const CLOCKS_PART_MS = 2_000;

/**
 * Runs rounds one after the other: at once while there is more, when a signal comes, and every `pollMs` otherwise, which
 * bounds how late work is whose signal was lost; so does `restMs` where nothing happens, and the five minutes of a sleep, which a clock that is set or a
 * machine that was suspended ends within seconds. A round that fails or
 * throws is logged and followed by another, ever less often. Holds one timer at most, and nothing of the rounds before.
 */
export function startLoop(parts: LoopParts): RunningWorker {
  const { name, round, pollMs, restMs = pollMs, sleep, longestPauseMs, gatherMs = 0, log } = parts;
  const { random = Math.random } = parts;
  let isStopping = false;
  let isWoken = false;
  /** Since when nothing was found, and for how long rounds are made whatever was found; both in pauses made. */
  let idleMs = 0;
  let watchesMs = 0;
  /** Ends the pause under way, where a signal may end it, where it is a sleep, and in any case. */
  let wakeUp = () => {};
  let endSleep = () => {};
  let endPause = () => {};
  const leave = [
    parts.subscribe?.(() => {
      isWoken = true;
      wakeUp();
    }),
    parts.watch?.(() => {
      watchesMs = WATCHES_MS;
      endSleep();
    }),
  ];
  const finished = run();
  return {
    async stop() {
      isStopping = true;
      endPause();
      for (const each of leave) each?.();
      await finished;
      if (parts.endsWithRound === true) await endOf(round);
      await parts.atEnd?.();
    },
  };

  async function run(): Promise<void> {
    let failures = 0;
    while (!isStopping) {
      // A signal is the sign of more, though this round may not find it yet.
      if (isWoken) idleMs = 0;
      isWoken = false;
      const end = isToLook() ? await lookEnd() : await endOf(round);
      failures = end === 'failed' ? failures + 1 : 0;
      if (end === 'failed') await pause(Math.min(pollMs * 2 ** failures, longestPauseMs));
      if (end === 'asleep') {
        await sleepOn(SLEEPS_MS * (0.75 + random() / 2));
        continue;
      }
      if (end !== 'idle') idleMs = 0;
      if (end === 'failed' || end === 'more') continue;
      if (gatherMs > 0) await pause(gatherMs);
      if (isWoken) continue;
      const lengthMs = idleMs < RESTS_AFTER_MS ? pollMs : restMs;
      idleMs += lengthMs;
      watchesMs -= lengthMs;
      await pause(lengthMs, { wakeable: true });
    }
  }

  /** In slices: a timer stands still with a machine that is suspended, and says nothing of a clock that was set, by which what is due is met. */
  async function sleepOn(lengthMs: number): Promise<void> {
    const [clock, elapsed] = [Date.now(), performance.now()];
    const sleptMs = () => performance.now() - elapsed;
    while (!isStopping && !isWoken && watchesMs <= 0 && sleptMs() < lengthMs) {
      await pause(SLICE_MS, { wakeable: true, asleep: true });
      if (Math.abs(Date.now() - clock - sleptMs()) > CLOCKS_PART_MS) return;
    }
  }

  function isToLook(): boolean {
    return sleep !== undefined && idleMs >= RESTS_AFTER_MS && watchesMs <= 0;
  }

  /** A round where something is awaited, and rounds from then on for as long as a watch is. */
  async function lookEnd(): Promise<'more' | 'done' | 'idle' | 'asleep' | 'failed'> {
    const awaited = await endOf(() => sleep?.isAwaited(LOOKS_AHEAD_MS) ?? okAsync(true));
    if (awaited === 'failed') return 'failed';
    if (awaited) {
      watchesMs = WATCHES_MS;
      return endOf(round);
    }
    return isWoken
      ? 'idle'
      : endOf(() => (sleep?.begins?.() ?? okAsync(undefined)).map(() => 'asleep' as const));
  }

  async function endOf<End>(work: () => ResultAsync<End, StorageUnavailable>): Promise<End | 'failed'> {
    try {
      const result = await work();
      if (result.isOk()) return result.value;
      log.warn({ code: result.error.kind, cause: result.error.cause }, `${name} waits for the store`);
    } catch (fault) {
      log.error({ defect: fault }, `${name} round failed`);
    }
    return 'failed';
  }

  function pause(lengthMs: number, { wakeable = false, asleep = false } = {}): Promise<void> {
    if (isStopping) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        wakeUp = () => {};
        endSleep = () => {};
        endPause = () => {};
        resolve();
      };
      const timer = setTimeout(end, lengthMs * (0.75 + random() / 2));
      endPause = end;
      if (wakeable) wakeUp = end;
      if (asleep) endSleep = end;
    });
  }
}

/** The sleep of a worker that was given what it has to ask before. */
export const sleepOf = (
  isAwaited: Sleep['isAwaited'] | undefined,
  begins?: Sleep['begins'],
): Pick<LoopParts, 'sleep'> =>
  isAwaited === undefined ? {} : { sleep: { isAwaited, ...present({ begins }) } };

/** Gives a worker's shards back, so that others need not wait for its leases to lapse. */
export async function releaseShards({ release }: ShardAssignment, log: WorkerLog): Promise<void> {
  const released = await release();
  if (released.isErr())
    log.warn({ code: released.error.kind, cause: released.error.cause }, 'leases are left to lapse');
}
