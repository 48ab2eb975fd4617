import { createHistogram } from 'node:perf_hooks';

/** How a load is applied: `callers` ask again as soon as they are answered, until `operations` are done. */
export type Load = Readonly<{ callers: number; operations: number }>;

/** `perSecond` operations over the whole run; latencies of single operations, in milliseconds. */
export type Measured = Readonly<{ perSecond: number; p50Ms: number; p99Ms: number; tookMs: number }>;

type Operation = (n: number) => PromiseLike<unknown>;

/** The load is cut into as many turns, so that what the machine does besides falls on all contenders alike. */
const TURNS = 4;

/**
 * Measures the contenders in the same run, turn by turn; each has warmed up with a tenth of the load. `prepare` is told
 * how many operations come next, and its time does not count. The first rejection ends it.
 */
export async function measure(
  load: Load,
  contenders: readonly Operation[],
  prepare: (operations: number) => void = () => {},
): Promise<readonly Measured[]> {
  const counts = contenders.map(() => ({ histogram: createHistogram(), tookMs: 0 }));
  const warmUp = Math.ceil(load.operations / 10);
  for (const contender of contenders) {
    prepare(warmUp);
    await run(load.callers, warmUp, contender, () => {});
  }
  const operations = Math.ceil(load.operations / TURNS);
  for (let turn = 0; turn < TURNS; turn += 1)
    for (const [index, count] of counts.entries()) {
      prepare(operations);
      const started = performance.now();
      await run(load.callers, operations, contenders[index] as Operation, (tookMs) => {
        count.histogram.record(Math.max(1, Math.round(tookMs * 1_000)));
      });
      count.tookMs += performance.now() - started;
    }
  return counts.map(({ histogram, tookMs }) => ({
    perSecond: (operations * TURNS) / (tookMs / 1_000),
    p50Ms: histogram.percentile(50) / 1_000,
    p99Ms: histogram.percentile(99) / 1_000,
    tookMs,
  }));
}

async function run(
  callers: number,
  operations: number,
  operation: Operation,
  took: (tookMs: number) => void,
): Promise<void> {
  let next = 0;
  const caller = async () => {
    for (let n = next++; n < operations; n = next++) {
      const asked = performance.now();
      await operation(n);
      took(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: Math.min(callers, operations) }, caller));
}
