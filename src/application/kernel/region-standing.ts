import type { ResultAsync } from 'neverthrow';
import type { RegionName } from '../../domain/kernel/region.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { joinRegion, type RegionPorts } from './regions.ts';

/** How long a process takes its region to be open, from when it began to ask. */
export const BELIEVED_MS = 5_000;

/** How often it asks, so that a store which is slow for a moment stops nothing. */
export const ASKED_EVERY_MS = 1_000;

/**
 * The longest that a commit is under way: five seconds until its turn, five in which it is tried again, five for a connection and ten for an answer. So much later than its belief ends a
 * process has nothing under way any more, unless it stood still.
 */
const COMMITTED_WITHIN_MS = 25_000;

/** How long after a region was fenced none of its processes that run commits anything. */
export const FENCED_WITHIN_MS = BELIEVED_MS + COMMITTED_WITHIN_MS;

/** Whether a process may write: of whether its region is open it knows nothing before it has asked, and for longer than it believes the answer. */
export type RegionStanding = Readonly<{
  name: RegionName;
  /** `fenced` is for good: a region that is let in again is so for processes that begin in its new epoch. */
  now(): 'open' | 'unknown' | 'fenced';
  /** Asks the store. The first answer says of which epoch the process is. */
  ask(): ResultAsync<void, StorageUnavailable>;
}>;

/** `elapsedMs` never steps back, and goes on while the process stands still. */
export function regionStanding(
  ports: RegionPorts,
  name: RegionName,
  elapsedMs: () => number,
): RegionStanding {
  let epoch: number | undefined;
  let openUntil = Number.NEGATIVE_INFINITY;
  let isFenced = false;
  return {
    name,
    now: () => (isFenced ? 'fenced' : elapsedMs() < openUntil ? 'open' : 'unknown'),
    ask() {
      const askedAt = elapsedMs();
      return joinRegion(ports)(name).map((region) => {
        epoch ??= region.epoch;
        if (region.isFenced || region.epoch !== epoch) isFenced = true;
        else openUntil = Math.max(openUntil, askedAt + BELIEVED_MS);
      });
    },
  };
}
