import type { Instant } from '../../domain/kernel/instant.ts';
import type { Lane, LaneBounds } from './delivery-lanes.ts';

/** A delivery that cannot be attempted now is due again no sooner than this. */
const SHORTEST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 60_000;
/** While nothing is known of an endpoint, and it has not been silent for a while. */
const LONGEST_GUESS_MS = 200;
const SILENT_MS = 1_000;
/** How late a held delivery may be whose endpoint recovered while no worker saw it; as long as the longest retry waits. */
const LONGEST_HOLD_MS = 2 * 3_600_000;

/**
 * When a lane without room gets to one delivery more, if it is twice as fast as it was: in order, and within a minute.
 */
export function nextTurn(lane: Lane, { mostOfOne }: Pick<LaneBounds, 'mostOfOne'>, now: Instant): Instant {
  const isGuess = lane.url === undefined && now - lane.startedAt < SILENT_MS;
  const paceMs = lane.health.meanMs / (lane.health.failures > 0 ? 1 : mostOfOne);
  const first = now + Math.max(SHORTEST_WAIT_MS, (lane.waiting.length * paceMs) / 2);
  const last = now + (isGuess ? LONGEST_GUESS_MS : LONGEST_WAIT_MS);
  lane.tail = Math.min(Math.max(lane.tail, first) + paceMs / 2, last);
  return Math.ceil(lane.tail);
}

/**
 * When a delivery is due whose endpoint takes none before `until`. One tries the endpoint then. While the lane holds, those
 * behind it are due one for each pause to come, and within two hours: so a backlog is written once in two hours and not at
 * each pause, and each pause has its try, by whichever worker is there. They are recalled when one succeeds.
 */
export function nextTry(lane: Lane, until: Instant, now: Instant): Instant {
  const first = Math.max(until, now + SHORTEST_WAIT_MS);
  if (!lane.isHolding) return first;
  if (lane.nextTryAt <= now) {
    lane.nextTryAt = first;
    return first;
  }
  lane.tail = Math.min(Math.max(lane.tail, lane.nextTryAt) + lane.health.pauseMs, now + LONGEST_HOLD_MS);
  return Math.ceil(lane.tail);
}
