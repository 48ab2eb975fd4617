import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { Clock } from '../../ports/clock.ts';
import type { Leftover, Retained, Retention } from '../../ports/retention.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** What a round did with one kind. `overdueMs`: for how long the oldest row has been kept beyond its time; 0 when none is. */
export type Enforced = Readonly<{ kind: Retained | Leftover; deleted: number; overdueMs: number }>;

/**
 * Deletes what has been kept for its time, up to `limit` rows of each kind, the oldest first. `more`: of some kind there
 * may be more. Two short calls for each kind that is kept; rounds of several processes may run side by side.
 */
export type EnforceRetention = (
  limit: number,
) => ResultAsync<Readonly<{ kinds: readonly Enforced[]; more: boolean }>, StorageUnavailable>;

/** What the object store keeps for a time goes with it where there is one. */
type RetentionPorts = Readonly<{
  retention: Retention;
  leftovers?: readonly Retention<Leftover>[];
  clock: Clock;
}>;

export const enforceRetention =
  ({ retention, leftovers = [], clock }: RetentionPorts): EnforceRetention =>
  (limit) =>
    safeTry(async function* () {
      const kinds = [...(yield* pruned(retention, clock, limit))];
      for (const each of leftovers) kinds.push(...(yield* pruned(each, clock, limit)));
      return ok({ kinds, more: kinds.some(({ deleted }) => deleted >= limit) });
    });

const pruned = <Kind extends Enforced['kind']>(
  retention: Retention<Kind>,
  clock: Clock,
  limit: number,
): ResultAsync<readonly Enforced[], StorageUnavailable> =>
  safeTry(async function* () {
    const kinds: Enforced[] = [];
    for (const kind of retention.kinds) {
      const deleted = yield* retention.prune(kind, clock.now(), limit);
      const endsAt = yield* retention.oldestEnds(kind);
      const now = clock.now();
      kinds.push({ kind, deleted, overdueMs: Math.max(0, now - (endsAt ?? now)) });
    }
    return ok(kinds);
  });
