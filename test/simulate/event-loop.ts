import type { Instant } from '../../src/domain/kernel/instant.ts';

type Planned = Readonly<{ at: Instant; turn: number; run: () => void }>;

/** The one clock of a history, and all that is to happen on it. */
export type EventLoop = Readonly<{
  now(): Instant;
  /** Has something happen so much later. Of two at one moment the one that was planned first is first. */
  after(ms: number, run: () => void): void;
  /** Lets time pass in which nothing happens. */
  /** The time stands still until the work is done: for what goes its own way, and does not wait for any time. */
  hold<T>(work: Promise<T>): Promise<T>;
  pass(ms: number): void;
  /** Lets everything happen that was planned, and all that it leads to; false when that took more turns than are allowed. */
  run(mostTurns: number): Promise<boolean>;
}>;

/**
 * Time without timers: it jumps to what is next. Between two happenings every promise goes as far as it can, so that the order of
 * everything follows from the times that were planned.
 */
export function eventLoop(start: Instant): EventLoop {
  let now = start;
  let turns = 0;
  let held = 0;
  /** The latest first. */
  const planned: Planned[] = [];

  return {
    now: () => now,
    after(ms, run) {
      const next = { at: now + ms, turn: turns++, run };
      let place = planned.length;
      while (place > 0 && isBefore(planned[place - 1], next)) place -= 1;
      planned.splice(place, 0, next);
    },
    async hold(work) {
      held += 1;
      try {
        return await work;
      } finally {
        held -= 1;
      }
    },
    pass(ms) {
      now += ms;
    },
    async run(mostTurns) {
      for (let left = mostTurns; left > 0; left -= 1) {
        await allPromises();
        while (held > 0) await turnOfProcess();
        const next = planned.pop();
        if (next === undefined) return true;
        now = Math.max(now, next.at);
        next.run();
      }
      return false;
    },
  };
}

const isBefore = (known: Planned | undefined, next: Planned): boolean =>
  known !== undefined && (known.at < next.at || (known.at === next.at && known.turn < next.turn));

/** What waits for its turn behind all promises, in place of a turn of the process, which costs a call of the system each time. */
const allPromises = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

/** Streams take several. */
const turnOfProcess = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
