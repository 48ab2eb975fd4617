import type { ResultAsync } from 'neverthrow';
import type { Aggregate } from '../domain/aggregates/aggregate.ts';
import type { AggregateKind } from '../domain/kernel/aggregate-kind.ts';
import type { Claim } from '../domain/kernel/claim.ts';
import type { ClaimTrace } from '../domain/kernel/claim-trace.ts';
import type { DomainEvent } from '../domain/kernel/events.ts';
import type { MerchantId } from '../domain/kernel/ids.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { Balance } from '../domain/ledger/ledger.ts';
import type { LedgerTally } from '../domain/ledger/ledger-tally.ts';
import type { Tally } from '../domain/payments/tally.ts';
import type { Transaction } from '../domain/payments/transaction.ts';
import type { StorageUnavailable } from './unavailable.ts';

/** Where one row keeps an event: in the outbox or parked, in the event log, among the logged events of its entity. */
export type EventPlace = 'outbox' | 'log' | 'entity_log';

/** How often a balance of a currency was spent from. */
export type Spent = Readonly<{ currency: string; spendings: number }>;

/**
 * What a row stands for, as far as rows of other kinds must agree with it. A `tenant` is what a merchant is listed by, a `schema`
 * what was applied to the store itself. A part of a balance, of summaries or of ledger tallies is nothing by itself: all parts add up to it.
 * Where rows of their own find a payment by more than its id, it names its `finders`; such a row's `id` is the payment's.
 */
export type StoredValue =
  | Readonly<{ type: 'transaction'; transaction: Transaction }>
  | Readonly<{ type: 'claim'; claim: Claim }>
  | Readonly<{ type: 'claim_trace'; trace: ClaimTrace }>
  | Readonly<{ type: 'event'; event: DomainEvent; places: readonly EventPlace[] }>
  | Readonly<{ type: 'aggregate'; aggregate: Aggregate }>
  | Readonly<{ type: 'unique_key'; kind: AggregateKind; key: string; holder: string }>
  | Readonly<{ type: 'tenant' }>
  | Readonly<{ type: 'balance'; part?: Balance; spent?: Spent }>
  | Readonly<{ type: 'payment'; finders?: readonly string[] }>
  | Readonly<{ type: 'finder'; finder: string }>
  | Readonly<{ type: 'summary'; parts: readonly Tally[] }>
  | Readonly<{ type: 'ledger_tally'; parts: readonly LedgerTally[] }>
  | Readonly<{
      type: 'audit_entry' | 'ledger_entry' | 'delivery' | 'schema' | 'row';
    }>;

/**
 * `edited`: what stands there is not what the adapter would write for it, every copy, key and seal of the row included.
 * `foreign`: its key is one tenant's, what it holds another's. `unreadable`: it stands for nothing. `orphaned`: no row of
 * paywright has such a key. `absent`: every store of paywright has that row.
 */
export type StoredFault = Readonly<{
  fault: 'edited' | 'foreign' | 'unreadable' | 'orphaned' | 'absent';
  detail: string;
}>;

/** One row. `merchantId` is the tenant it is stored under, where it is stored under one; `id` names it to people. */
export type StoredRow = StoredValue & Readonly<{ id: string; merchantId?: MerchantId; fault?: StoredFault }>;

/**
 * Every row of every table, beneath what the other ports show: for `verify` only, never for requests. Counters and leases are
 * left out (`docs/decisions/0008-what-verify-proves.md`); migrations of a newer version are none that would be missed. Adapters must pass
 * `test/scenarios/integrity.scenario.ts`; every column and every attribute is changed in turn by `test/adapters/every-*.test.ts`.
 */
export interface StoredRows {
  /**
   * The next page, of bounded size; without `after` the first, without `next` the last. Walking gives every row that is
   * there from the first page to the last exactly once, and every unsent event before any that is logged, so that an event
   * that moves meanwhile is met at least once.
   */
  page(
    after?: string,
  ): ResultAsync<Readonly<{ rows: readonly StoredRow[]; next?: string }>, StorageUnavailable>;
  /** From when on every row has its seal: rows that were begun before may have been written by an older version. */
  sealedSince(): ResultAsync<Instant, StorageUnavailable>;
  /** From when on every claim without an effect has its trace beside it. */
  tracedSince(): ResultAsync<Instant, StorageUnavailable>;
  /** From when on every payment has its finders. */
  findersSince(): ResultAsync<Instant, StorageUnavailable>;
  /** From when on every entry is in its ledger tally by its own commit; 0: all of them are in theirs. */
  talliedSince(): ResultAsync<Instant, StorageUnavailable>;
}
