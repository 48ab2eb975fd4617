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
 * worker that died loses its part when the lease of its name lapses, 10 s after it last renewed it. The leases of its shards run on,
 * and count for no more than the name that holds them: so a worker writes one lease each third of a lease, and those of shards
 * once in ten leases.
 */
export type ShardAssignment = Readonly<{
  /**
   * The shards that are this worker's now; work on them until about a third of a lease later, then ask again. Asks the
   * store only when that is due, so it may be called before every round; calls that come together share one answer.
   */
  held(): ResultAsync<readonly number[], StorageUnavailable>;
  /** Gives everything back at once, so that no worker waits for leases to lapse. To be called when nothing is under way. */
  release(): ResultAsync<void, StorageUnavailable>;
}>;

const LEASE_MS = 10_000;
/** How long leases of shards are, in leases, and how many before their end they are renewed. */
const SHARD_LEASES = 12;
const RENEWED_BEFORE = 2;

export function shardAssignment(
  { leases, clock }: Readonly<{ leases: Leases; clock: Clock }>,
  { work, shards, holder, leaseMs = LEASE_MS }: AssignmentTerms,
): ShardAssignment {
  const workers = `${work}/worker/`;
  const self = `${workers}${holder}`;
  const shardName = (shard: number) => `${work}/shard/${shard}`;
  const all = Array.from({ length: shards }, (_, shard) => shard);
  let held: readonly number[] = [];
  let asked: Readonly<{ from: Instant; to: Instant }> | undefined;
  let asking: ResultAsync<readonly number[], StorageUnavailable> | undefined;

  return {
    held() {
      const now = clock.now();
      // Before `from` the clock has stepped back, and says nothing about how long ago that was.
      if (asked !== undefined && asked.from <= now && now < asked.to) return okAsync(held);
      asking ??= new ResultAsync(
        Promise.resolve(renew(now)).finally(() => {
          asking = undefined;
        }),
      );
      return asking;
    },
    release() {
      const names = [self, ...held.map(shardName)];
      held = [];
      asked = undefined;
      return leases.release(names, holder);
    },
  };

  function renew(now: Instant): ResultAsync<readonly number[], StorageUnavailable> {
    return safeTry(async function* () {
      const standing = new Map(
        (yield* leases.holders(`${work}/`, now)).map((lease) => [lease.name, lease] as const),
      );
      const part = partOf([...standing.keys()]);
      const leaseOf = (shard: number) => standing.get(shardName(shard));
      const isFree = (lease: Lease | undefined) =>
        lease === undefined || (lease.holder !== holder && !standing.has(`${workers}${lease.holder}`));
      const own = all.filter((shard) => leaseOf(shard)?.holder === holder);
      const surplus = own.slice(part);
      if (surplus.length > 0) yield* leases.release(surplus.map(shardName), holder);
      const wanted = [...own, ...all.filter((shard) => isFree(leaseOf(shard)))].slice(0, part);
      // The name comes first: what is held in a name that does not stand is free to all.
      yield* leases.hold([self], holder, now, now + leaseMs);
      for (const [gone, left] of Map.groupBy(wanted, (shard) => leaseOf(shard)?.holder))
        if (gone !== undefined && gone !== holder) yield* leases.release(left.map(shardName), gone);
      const due = wanted.filter((shard) => !standing.has(self) || isDue(leaseOf(shard), now)).map(shardName);
      const got = due.length === 0 ? [] : yield* leases.hold(due, holder, now, now + SHARD_LEASES * leaseMs);
      const missed = new Set(due).difference(new Set(got));
      held = wanted.filter((shard) => !missed.has(shardName(shard)));
      // A worker with less than its part waits for others to release, and need not wait long.
      asked = { from: now, to: now + leaseMs / (held.length < part ? 20 : 3) };
      return ok(held);
    });
  }

  /** A lease that ends later than any given now was taken before the clock stepped back. */
  function isDue(lease: Lease | undefined, now: Instant): boolean {
    const left = lease?.holder === holder ? lease.until - now : 0;
    return left < RENEWED_BEFORE * leaseMs || left > SHARD_LEASES * leaseMs;
  }

  /** Every worker ranks the same workers in the same order, so all parts together are all shards. */
  function partOf(names: readonly string[]): number {
    const standing = names.filter((name) => name.startsWith(workers));
    const ranked = [...new Set([...standing, self])].toSorted();
    return Math.floor(shards / ranked.length) + (ranked.indexOf(self) < shards % ranked.length ? 1 : 0);
  }
}
