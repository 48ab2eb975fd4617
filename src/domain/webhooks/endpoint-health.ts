import type { Instant } from '../kernel/instant.ts';

/**
 * How one worker finds an endpoint, from the attempts it made itself: `allowed` attempts may be under way at once, none
 * before `closedUntil`. `failingFrom` is the first failure since which nothing succeeded, `failures` how many in a row.
 */
export type EndpointHealth = Readonly<{
  allowed: number;
  failures: number;
  closedUntil: Instant;
  pauseMs: number;
  /** How long an attempt takes, the newest counting most. */
  meanMs: number;
  failingFrom?: Instant;
}>;

/** So many failures in a row say that the endpoint is down, and not that one request was unlucky. */
const FAILURES_UNTIL_CLOSED = 5;
const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 300_000;
const LONGEST_ASKED_PAUSE_MS = 3_600_000;

/** One at first: an endpoint that is not known to answer must not hold much. */
export const UNKNOWN_HEALTH: EndpointHealth = {
  allowed: 1,
  failures: 0,
  closedUntil: 0,
  pauseMs: FIRST_PAUSE_MS,
  meanMs: 250,
};

/** Each success allows one more at once, up to `most`. */
export const afterSuccess = (
  { allowed, meanMs }: EndpointHealth,
  durationMs: number,
  most: number,
): EndpointHealth => ({
  ...UNKNOWN_HEALTH,
  allowed: Math.min(allowed + 1, most),
  meanMs: mean(meanMs, durationMs),
});

/**
 * One at a time from now on. From the fifth failure in a row on there is a pause after each, doubling from 15 s to
 * 5 min; a receiver that asks for a pause gets it at once, up to an hour.
 */
export function afterFailure(
  { failures: before, closedUntil, pauseMs, meanMs, failingFrom }: EndpointHealth,
  {
    now,
    durationMs,
    retryAfterMs = 0,
  }: Readonly<{ now: Instant; durationMs: number; retryAfterMs?: number }>,
): EndpointHealth {
  const failures = before + 1;
  // What was under way when the pause began says nothing new.
  const pauses = failures >= FAILURES_UNTIL_CLOSED && now >= closedUntil;
  const askedMs = Math.min(retryAfterMs, LONGEST_ASKED_PAUSE_MS);
  return {
    allowed: 1,
    failures,
    closedUntil: Math.max(closedUntil, now + (pauses ? pauseMs : 0), now + askedMs),
    pauseMs: pauses ? Math.min(2 * pauseMs, LONGEST_PAUSE_MS) : pauseMs,
    meanMs: mean(meanMs, durationMs),
    failingFrom: failingFrom ?? now,
  };
}

const mean = (before: number, newest: number): number => before * 0.8 + newest * 0.2;
