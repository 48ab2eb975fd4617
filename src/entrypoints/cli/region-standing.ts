import {
  ASKED_EVERY_MS,
  type RegionStanding,
  regionStanding,
} from '../../application/kernel/region-standing.ts';
import type { RegionName } from '../../domain/kernel/region.ts';
import type { Leases } from '../../ports/leases.ts';

/** The standing of this process, by its own clock that never steps back; `leases` are asked for when it is. */
export const standingIn = (name: RegionName, leases: () => Leases): RegionStanding =>
  regionStanding(
    {
      leases: {
        hold: (...terms) => leases().hold(...terms),
        holders: (...terms) => leases().holders(...terms),
        release: (...terms) => leases().release(...terms),
      },
      clock: { now: () => Date.now() },
    },
    name,
    () => performance.now(),
  );

/** Asks once and waits for the answer, then again and again, which holds no process. A question without an answer is followed by the next. */
export async function startAsking(standing: RegionStanding): Promise<Readonly<{ stop(): void }>> {
  await standing.ask();
  let isStopped = false;
  const asking = setInterval(() => {
    if (!isStopped && standing.now() !== 'fenced') void standing.ask();
  }, ASKED_EVERY_MS);
  asking.unref();
  return {
    stop() {
      isStopped = true;
      clearInterval(asking);
    },
  };
}
