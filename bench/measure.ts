import { createHistogram } from 'node:perf_hooks';

/** How a load is applied: `callers` ask again as soon as they are answered, until `operations` are done. */
export type Load = Readonly<{ callers: number; operations: number }>;

/** `perSecond` operations over the whole run; latencies of single operations, in milliseconds. */
export type Measured = Readonly<{ perSecond: number; p50Ms: number; p99Ms: number; tookMs: number }>;

/** Runs a tenth of the load to warm up, then the load. The first rejection ends it. */
export async function measure(
  { callers, operations }: Load,
  operation: (n: number) => PromiseLike<unknown>,
): Promise<Measured> {
  await run(callers, Math.ceil(operations / 10), operation, () => {});
  const histogram = createHistogram();
  const started = performance.now();
  await run(callers, operations, operation, (tookMs) => {
    histogram.record(Math.max(1, Math.round(tookMs * 1_000)));
  });
  const tookMs = performance.now() - started;
  return {
    perSecond: operations / (tookMs / 1_000),
    p50Ms: histogram.percentile(50) / 1_000,
    p99Ms: histogram.percentile(99) / 1_000,
    tookMs,
  };
}

async function run(
  callers: number,
  operations: number,
  operation: (n: number) => PromiseLike<unknown>,
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
