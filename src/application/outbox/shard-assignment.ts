import { ok, okAsync, ResultAsync, safeTry } from 'neverthrow';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Lease, Leases } from '../../ports/leases.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

export type AssignmentTerms = Readonly<{
  /** What is shared, as leases name it: `[a-z]+`. Shares of different work know nothing of each other. */
  work: string;
  /** Into how many shards the work is cut. */
  shards: number;
  /** This worker among all others, in every process: `[A-Za-z0-9-]+`. Never used again by another. */
  holder: string;
  leaseMs?: number;
}>;

/**
 * One worker's part of the shards. Workers find each other by leases of their own names, and each takes an even part,
 * so that parts differ by one shard at the most and settle within about a third of a lease after one joined or left. A
 * worker that died loses its part when the lease of its name lapses, 10 s after it last renewed it. The leases of its shards run on for an
 * hour, and count for no more than the name that holds them: so a worker writes one lease each third of a lease.
 *
 * One that rests lets its name lapse. Of its shards another that works takes none before it has worked for a lease itself, in which the one
 * that rests may have been woken too and be back: then each has what it had, and no shard changed hands. One that
 * died while it rested does not come back, and loses its part then.
 */
export type ShardAssignment = Readonly<{
  /**
   * The shards that are this worker's now; work on them until about a third of a lease later, then ask again. Asks the
   * store only when that is due, so it may be called before every round; calls that come together share one answer. `atOnce`: this
   * worker is gone again in moments, and wakes no other, so it waits for none that rests.
   */
  held(terms?: Readonly<{ atOnce: boolean }>): ResultAsync<readonly number[], StorageUnavailable>;
  /** Holds nothing until `held` is called again, and writes nothing meanwhile. To be called when nothing is under way. */
  rest(): ResultAsync<void, StorageUnavailable>;
  /** Gives everything back at once, so that no worker waits for leases to lapse. To be called when nothing is under way. */
  release(): ResultAsync<void, StorageUnavailable>;
}>;

const LEASE_MS = 10_000;
/** How long leases of shards are, in leases, and those that say that a worker rests; and how many before their end they are renewed. */
const LONG_LEASES = 360;
const RENEWED_BEFORE = 60;

export function shardAssignment(
  { leases, clock }: Readonly<{ leases: Leases; clock: Clock }>,
  { work, shards, holder, leaseMs = LEASE_MS }: AssignmentTerms,
): ShardAssignment {
  const [working, resting] = [`${work}/worker/`, `${work}/resting/`];
  const all = Array.from({ length: shards }, (_, shard) => shard);
  const names = all.map((shard) => `${work}/shard/${shard}`);
  const shardName = (shard: number) => names[shard] as string;
  let held: readonly number[] = [];
  /** Since when this worker works; undefined while it rests. */
  let since: Instant | undefined;
  let asked: Readonly<{ from: Instant; to: Instant }> | undefined;
  let asking: ResultAsync<readonly number[], StorageUnavailable> | undefined;
  /** Until when it is on record that this worker rests. */
  let restsUntil = 0;

  return {
    held({ atOnce } = { atOnce: false }) {
      const now = clock.now();
      // Before `from` the clock has stepped back, and says nothing about how long ago that was.
      if (asked !== undefined && asked.from <= now && now < asked.to) return okAsync(held);
      asking ??= new ResultAsync(
        Promise.resolve(renew(now, atOnce)).finally(() => {
          asking = undefined;
        }),
      );
      return asking;
    },
    rest() {
      const now = clock.now();
      since = undefined;
      asked = undefined;
      if (isLong(restsUntil, now)) return okAsync(undefined);
      const until = now + LONG_LEASES * leaseMs;
      return leases.hold([`${resting}${holder}`], holder, now, until).map(() => {
        restsUntil = until;
      });
    },
    release() {
      const rested = restsUntil > 0 ? [`${resting}${holder}`] : [];
      const names = [`${working}${holder}`, ...rested, ...held.map(shardName)];
      held = [];
      since = undefined;
      asked = undefined;
      restsUntil = 0;
      return leases.release(names, holder);
    },
  };

  function renew(now: Instant, atOnce: boolean): ResultAsync<readonly number[], StorageUnavailable> {
    return safeTry(async function* () {
      const begun = Math.min(since ?? now, now);
      since = begun;
      // The name comes first: what is held in a name that does not stand is free to all.
      yield* leases.hold([`${working}${holder}`], holder, now, now + leaseMs);
      const standing = new Map(
        (yield* leases.holders(`${work}/`, now)).map((lease) => [lease.name, lease] as const),
      );
      const leaseOf = (shard: number) => standing.get(shardName(shard));
      const works = (worker: string) => worker === holder || standing.has(`${working}${worker}`);
      const mayComeBack = (worker: string) =>
        !atOnce && now < begun + leaseMs && standing.has(`${resting}${worker}`);
      const isAwaited = (lease: Lease | undefined) =>
        lease !== undefined && !works(lease.holder) && mayComeBack(lease.holder);
      const isFree = (lease: Lease | undefined) =>
        lease === undefined || (!works(lease.holder) && !isAwaited(lease));
      const part = partOf([...standing.keys()]);
      const own = all.filter((shard) => leaseOf(shard)?.holder === holder);
      const surplus = own.slice(part);
      if (surplus.length > 0) yield* leases.release(surplus.map(shardName), holder);
      const wanted = [...own, ...all.filter((shard) => isFree(leaseOf(shard)))].slice(0, part);
      for (const [gone, left] of Map.groupBy(wanted, (shard) => leaseOf(shard)?.holder))
        if (gone !== undefined && gone !== holder) yield* leases.release(left.map(shardName), gone);
      const due = wanted.filter((shard) => !isLong(endOf(leaseOf(shard)), now)).map(shardName);
      const got = due.length === 0 ? [] : yield* leases.hold(due, holder, now, now + LONG_LEASES * leaseMs);
      const missed = new Set(due).difference(new Set(got));
      held = wanted.filter((shard) => !missed.has(shardName(shard)));
      // A worker with less than its part waits for others to release, and need not wait long.
      const isShort = held.length < part && !all.some((shard) => isAwaited(leaseOf(shard)));
      asked = { from: now, to: now + leaseMs / (isShort ? 20 : 3) };
      return ok(held);
    });
  }

  /** When a lease of this worker ends. What is another's, or no worker's, has to be taken. */
  function endOf(lease: Lease | undefined): Instant {
    return lease?.holder === holder ? lease.until : 0;
  }

  /** A lease that ends later than any given now was taken before the clock stepped back. */
  function isLong(until: Instant, now: Instant): boolean {
    return until - now >= RENEWED_BEFORE * leaseMs && until - now <= LONG_LEASES * leaseMs;
  }

  /** Every worker ranks the same workers in the same order, so all parts together are all shards. */
  function partOf(names: readonly string[]): number {
    const self = `${working}${holder}`;
    const ranked = [...new Set([...names.filter((name) => name.startsWith(working)), self])].toSorted();
    return Math.floor(shards / ranked.length) + (ranked.indexOf(self) < shards % ranked.length ? 1 : 0);
  }
}
