import { vi } from 'vitest';

const STEP_MS = 250;
/** Turns of the event loop after which what is not under way will not begin before time passes. */
const CALM_TURNS = 25;

/** Time that passes by `pass` alone, and never while anything is under way; until `vi.useRealTimers`. */
export function playedTime(isBusy: () => boolean) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  const calm = async () => {
    for (let turns = 0; turns < CALM_TURNS; turns += 1) {
      await new Promise(setImmediate);
      if (isBusy()) turns = 0;
    }
  };
  return {
    calm,
    /** What comes of it, for which time passes where it waits for that, as what is tried again does. */
    async settled<Value>(asked: PromiseLike<Value>): Promise<Value> {
      let isOver = false;
      const end = () => {
        isOver = true;
      };
      asked.then(end, end);
      for (await calm(); !isOver; await calm()) await vi.advanceTimersByTimeAsync(STEP_MS);
      return asked;
    },
    async pass(ms: number) {
      for (let passed = 0; passed < ms; passed += STEP_MS) {
        await vi.advanceTimersByTimeAsync(STEP_MS);
        await calm();
      }
    },
  };
}
