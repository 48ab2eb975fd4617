import type { ResultAsync } from 'neverthrow';
import type { Aggregate, AggregateOf } from '../../domain/aggregates/aggregate.ts';
import type { FileRow } from '../../domain/files/file-row.ts';
import type { Books, MatchedRow } from '../../domain/files/match-row.ts';
import type { ProcessingReconciliation } from '../../domain/files/reconciliation.ts';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { DomainEvent } from '../../domain/kernel/events.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { JsonObject } from '../../domain/kernel/json.ts';
import type { LedgerEntry } from '../../domain/ledger/ledger.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/**
 * An aggregate as a row leaves it. `before` is how it is stored, absent when it is not. The batch writes an aggregate once, as the
 * last row that changed it left it, with all the keys that they took or let go of, and with the event of that row alone; version and audit
 * link are the batch's.
 */
export type AggregateEffect = Readonly<{
  /** What happened, such as `settlement.advanced`. */
  action: string;
  before?: Aggregate;
  next: Aggregate;
  takes?: readonly string[];
  releases?: readonly string[];
  event?: DomainEvent;
}>;

/** What one row changes, beside the transaction that it settles and the fee of that. */
export type RowEffects = Readonly<{
  aggregates?: readonly AggregateEffect[];
  entries?: readonly LedgerEntry[];
  /** What the line of the row's outcome says of it, beside what the row said. */
  line?: JsonObject;
}>;

/** Of a row that changes nothing, as most do of most things. */
export const NO_EFFECTS: RowEffects = {};

/** What the rows before have changed in the same commit. */
export type BatchSoFar = Readonly<{
  aggregate<Kind extends AggregateKind>(kind: Kind, id: string): AggregateOf<Kind> | undefined;
  /** The one that took the unique key. */
  holding<Kind extends AggregateKind>(kind: Kind, key: string): AggregateOf<Kind> | undefined;
}>;

/** The rows that may become one batch; the last of them may be left to the next. `books` is how it finds what they name. */
export type RowBatch = Readonly<{
  reconciliation: ProcessingReconciliation;
  rows: readonly FileRow[];
  books: Books;
  now: Instant;
}>;

/** Decides, and reads nothing. Called once for each row of the batch, in the file's order, and never for one that it has no room for. */
export type EffectsOfRow = (row: MatchedRow, soFar: BatchSoFar) => RowEffects;

/**
 * One thing that rows change. It reads what it must know of a batch, all at once, and gives the function that says what each row
 * changes. What two files change at once is refused to the later one, which then reads again.
 *
 * ```ts
 * const settlementRows: RowContributor = ({ reconciliation, rows, now }) =>
 *   findSettlements(reconciliation.merchantId, rows).map((stored) => (row, soFar) => {
 *     const before = stored.get(keyOf(row));
 *     const left = (before && soFar.aggregate('settlement', before.id)) ?? soFar.holding('settlement', keyOf(row)) ?? before;
 *     return { aggregates: [{ action: 'settlement.advanced', ...present({ before }), next: advance(left, row, now) }] };
 *   });
 * ```
 */
export type RowContributor = (batch: RowBatch) => ResultAsync<EffectsOfRow, StorageUnavailable>;
