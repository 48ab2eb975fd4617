import type { ResultAsync } from 'neverthrow';
import type { Instant } from '../domain/kernel/instant.ts';
import type { StorageUnavailable } from './unavailable.ts';

/**
 * What is kept for a time only; how long, and why, says docs/decisions/0019. `response` is what an idempotency key answers
 * again; its claim stays where it has an effect, and goes with it where it has none. Payments, transactions, ledger
 * entries, sums, audit links and aggregates are none of these kinds.
 */
export type Retained =
  | 'response'
  | 'claim_trace'
  | 'delivery'
  | 'event'
  | 'failed_authentication'
  | 'minute_window'
  | 'day_window'
  | 'lease'
  | 'queued_message'
  | 'published_event';

/** Of the object store: what writers began and never finished, files of exports, and files of processors as they arrived. */
export type Leftover = 'upload' | 'export_file' | 'processor_file';

/** Deletes what has been kept for its time. Adapters must pass `test/contract/retention.contract.ts`. */
export interface Retention<Kind extends Retained | Leftover = Retained> {
  /** What this storage deletes when it is asked to. Other kinds are not stored here, or are deleted by the database itself. */
  readonly kinds: readonly Kind[];
  /**
   * Deletes up to `limit` rows of a kind whose time is over at `now`, those that are over for longest first, and says how
   * many. Safe to repeat, and beside others that do the same. Nothing that a port shows at `now` is changed by it, but for
   * deliveries, events and counts that are over.
   */
  prune(kind: Kind, now: Instant, limit: number): ResultAsync<number, StorageUnavailable>;
  /** When the time of the row of a kind is over that is kept for longest; undefined when none is kept. May lag by moments. */
  oldestEnds(kind: Kind): ResultAsync<Instant | undefined, StorageUnavailable>;
}
