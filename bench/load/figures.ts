import type { Sample } from './open-loop.ts';

/** Of a stretch of a load: latencies in milliseconds, errors as a share of 1. */
export type Figures = Readonly<{
  requests: number;
  perSecond: number;
  errors: number;
  p50Ms: number;
  p99Ms: number;
}>;

/** The smallest value that so many per cent do not exceed; NaN of none. */
function percentile(values: readonly number[], of: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * of) / 100) - 1)] ?? Number.NaN;
}

/** Of the requests that were to leave in the stretch, its end excluded. */
export function figuresOf(samples: readonly Sample[], fromMs: number, toMs: number): Figures {
  const within = samples.filter(({ at }) => at >= fromMs && at < toMs);
  const took = within.map(({ tookMs }) => tookMs);
  return {
    requests: within.length,
    perSecond: within.length / ((toMs - fromMs) / 1_000),
    errors: within.filter(({ isError }) => isError).length / Math.max(1, within.length),
    p50Ms: percentile(took, 50),
    p99Ms: percentile(took, 99),
  };
}

export type Second = Readonly<{ second: number; p50Ms: number; p99Ms: number; errors: number }>;

/** Second by second, those without a request left out. */
export function secondsOf(samples: readonly Sample[]): readonly Second[] {
  const groups = Map.groupBy(samples, ({ at }) => Math.floor(at / 1_000));
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([second, within]) => {
      const took = within.map(({ tookMs }) => tookMs);
      const errors = within.filter(({ isError }) => isError).length;
      return { second, p50Ms: percentile(took, 50), p99Ms: percentile(took, 99), errors };
    });
}

/**
 * How long after a burst's end, in milliseconds, a whole second's p99 is again no higher than that of the slowest second between `since` and the
 * burst; undefined when it never was in what was measured.
 */
export function recoveryMs(
  samples: readonly Sample[],
  { since, burst, end }: Readonly<{ since: number; burst: number; end: number }>,
): number | undefined {
  const usual = Math.max(
    ...secondsOf(samples.filter(({ at }) => at >= since && at < burst)).map(({ p99Ms }) => p99Ms),
  );
  const later = samples.filter(({ at }) => at >= end);
  const last = Math.max(end, ...later.map(({ at }) => at));
  for (let from = end; from < last; from += STEP_MS) {
    const window = later.filter(({ at }) => at >= from && at < from + 1_000);
    if (
      window.length > 0 &&
      percentile(
        window.map(({ tookMs }) => tookMs),
        99,
      ) <= usual
    )
      return from - end;
  }
  return undefined;
}

const STEP_MS = 100;
