import { Session } from 'node:inspector/promises';

/**
 * Counts what the engine runs: every block of JavaScript, each time it is entered, whatever the machine is doing beside it.
 * Only code that is loaded after this is counted by blocks. What runs inside the engine itself (a regular expression,
 * `normalize`) is not counted; `test/regular-expressions.test.ts` looks after these.
 *
 * Gives what was counted since it was asked before: asking costs more than a request does.
 */
export async function countingWork(): Promise<() => Promise<number>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return async () => {
    const { result } = await session.post('Profiler.takePreciseCoverage');
    let count = 0;
    for (const { functions } of result)
      for (const { ranges } of functions) for (const range of ranges) count += range.count;
    return count;
  };
}
