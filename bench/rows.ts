import type { AggregateKind } from '../src/domain/kernel/aggregate-kind.ts';
import type { MerchantId } from '../src/domain/kernel/ids.ts';
import type { Change } from '../src/ports/commits.ts';
import type { Load, Measured } from './measure.ts';

/** The same work by the driver alone: no domain, no hashing, no coalescing. */
export type RawDriver = Readonly<{
  /** Writes what these commits write, one after the other in one call of the caller's. */
  writeEach(changes: readonly Change[]): Promise<unknown>;
  /** Writes what these commits write, in as few statements as the driver offers. */
  writeTogether(changes: readonly Change[]): Promise<unknown>;
  readClaim(change: Change): Promise<unknown>;
  readPage(merchantId: MerchantId, limit: number): Promise<unknown>;
  /** Counts and sums all payments of a merchant, as one would without tallies. */
  summarize(merchantId: MerchantId): Promise<unknown>;
  readAggregate(merchantId: MerchantId, kind: AggregateKind, id: string): Promise<unknown>;
}>;

export type Row = Readonly<{ work: string; ours: Measured; raw?: Measured }>;

/** Measures one kind of work, beside the raw driver where it has a way to do it. */
export type RowOf = (
  name: string,
  load: Load,
  ours: (n: number) => PromiseLike<unknown>,
  theirs?: (n: number) => PromiseLike<unknown>,
  prepare?: (operations: number) => void,
) => Promise<void>;

/** How often each kind of work is done. */
export type Sizes = Readonly<{
  operations: number;
  batches: number;
  large: number;
  pages: number;
  summarized: number;
}>;

export const SIZES = {
  full: { operations: 20_000, batches: 1_600, large: 8, pages: 2_000, summarized: 100_000 },
  /** For an engine that syncs to disk for every transaction, one after the other. */
  small: { operations: 2_000, batches: 40, large: 4, pages: 800, summarized: 10_000 },
  /** Enough to see that it runs. */
  quick: { operations: 400, batches: 8, large: 4, pages: 40, summarized: 1_000 },
} as const satisfies Record<string, Sizes>;

export function orThrow<T>(
  result: { isOk(): boolean; isErr(): boolean } & ({ value: T } | { error: unknown }),
): T {
  if ('value' in result) return result.value;
  throw new Error(`refused: ${JSON.stringify(result.error)}`);
}
