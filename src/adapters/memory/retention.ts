import { okAsync } from 'neverthrow';
import { type Claim, isLapsed } from '../../domain/kernel/claim.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Retained, Retention } from '../../ports/retention.ts';
import type { MemoryStore } from './store.ts';

/** Rows of one kind, each with when its time is over; `forget` deletes or empties one. */
export type Kept = () => Iterable<Readonly<{ endsAt: Instant; forget: () => void }>>;

/** The kinds that are kept, each as its own adapter gives them. */
export const memoryRetention = (kept: Readonly<Partial<Record<Retained, Kept>>>): Retention => ({
  kinds: Object.keys(kept) as Retained[],
  prune(kind, now, limit) {
    const over = [...(kept[kind]?.() ?? [])]
      .filter(({ endsAt }) => endsAt <= now)
      .sort((a, b) => a.endsAt - b.endsAt)
      .slice(0, limit);
    for (const { forget } of over) forget();
    return okAsync(over.length);
  },
  oldestEnds(kind) {
    let oldest: Instant | undefined;
    for (const { endsAt } of kept[kind]?.() ?? []) if (!(endsAt >= (oldest ?? endsAt + 1))) oldest = endsAt;
    return okAsync(oldest);
  },
});

/** Responses of claims that have ended. A claim that holds nothing but its response goes with it. */
export const keptResponses =
  ({ claims, written }: Pick<MemoryStore, 'claims' | 'written'>): Kept =>
  () =>
    [...claims].flatMap(([key, claim]) => {
      if (claim.state !== 'completed' || claim.kept === undefined) return [];
      const { expiresAt: endsAt } = claim.kept;
      const forget = () => {
        if (isLapsed(claim, endsAt)) return void claims.delete(key);
        const emptied = withoutResponse(claim);
        written.add(emptied);
        claims.set(key, emptied);
      };
      return [{ endsAt, forget }];
    });

/** Traces of claims whose responses have expired. */
export const keptTraces =
  ({ claimTraces }: Pick<MemoryStore, 'claimTraces'>): Kept =>
  () =>
    [...claimTraces].map(([key, { expiresAt }]) => ({
      endsAt: expiresAt,
      forget: () => claimTraces.delete(key),
    }));

function withoutResponse(claim: Claim): Claim {
  const { kept: _kept, ...rest } = claim;
  return rest;
}
