import type { ResultAsync } from 'neverthrow';
import type { Aggregate } from '../domain/aggregates/aggregate.ts';
import type { AuditEntry } from '../domain/kernel/audit-entry.ts';
import type { Claim } from '../domain/kernel/claim.ts';
import type { CurrencyCode } from '../domain/kernel/currency.ts';
import type { DomainEvent } from '../domain/kernel/events.ts';
import type { MerchantId } from '../domain/kernel/ids.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { LedgerEntry } from '../domain/ledger/ledger.ts';
import type { Payment } from '../domain/payments/payment.ts';
import type { Tally } from '../domain/payments/tally.ts';
import type { Transaction } from '../domain/payments/transaction.ts';
import type { StorageUnavailable } from './unavailable.ts';

/** The version that must be stored now for `next` to be written; 0: the entity must not exist. */
export type Guarded<Entity> = Readonly<{ expected: number; next: Entity }>;

/** `takes` and `releases` are keys that no two aggregates of one tenant and kind may hold at the same time. */
export type GuardedAggregate = Guarded<Aggregate> &
  Readonly<{ takes: readonly string[]; releases: readonly string[] }>;

/**
 * Holds a merchant's balance still against others who would spend it: `expected` counts the changes that have spent from
 * it so far, and this one becomes the next. Credits do not spend, nor do refunds but of merchants whose refunds need the
 * balance; they never wait.
 */
export type Spending = Readonly<{ merchantId: MerchantId; currency: CurrencyCode; expected: number }>;

/**
 * Every write of one step, as one value. At most one claim and one payment, and with their transactions, links and
 * events fewer than 100 rows.
 *
 * ```ts
 * // A new merchant: one aggregate that must not exist, and the first link of its chain.
 * const change: Change = {
 *   id: ids.change(at),
 *   at,
 *   transactions: [],
 *   aggregates: [{ expected: 0, next: merchant, takes: [], releases: [] }],
 *   entries: [],
 *   tallies: [],
 *   audit: [link],
 *   events: [],
 * };
 * ```
 */
export type Change = Readonly<{
  /** Unique for each change, equal to `claim.next.changeId`. A change without a claim has an aggregate. */
  id: string;
  at: Instant;
  /** `expected` is the fence held; 0: the key is free, or its claim has lapsed at `at`. */
  claim?: Guarded<Claim>;
  payment?: Guarded<Payment>;
  transactions: readonly Guarded<Transaction>[];
  aggregates: readonly GuardedAggregate[];
  spending?: Spending;
  /** Appended, and added to the balances of their merchants. Those of one payment or transfer only. */
  entries: readonly LedgerEntry[];
  /** Added to the summaries. Those of `payment` only. */
  tallies: readonly Tally[];
  audit: readonly AuditEntry[];
  events: readonly DomainEvent[];
}>;

/** Another request holds the key already. Nothing was written. */
export type ClaimTaken = Readonly<{ kind: 'ClaimTaken' }>;
/** The claim was taken over in the meantime. Nothing was written. */
export type FenceLost = Readonly<{ kind: 'FenceLost' }>;
/**
 * The payment, a transaction, an aggregate or what was spent of a balance (whose `id` is then its currency) has moved on.
 * Nothing was written.
 */
export type StaleVersion = Readonly<{ kind: 'StaleVersion'; id: string }>;
/** Another aggregate holds a key that the change takes, or lets go of. Nothing was written. */
export type KeyTaken = Readonly<{ kind: 'KeyTaken'; key: string }>;
export type CommitRefused = ClaimTaken | FenceLost | StaleVersion | KeyTaken;

/** The one way to write. Adapters must pass `test/contract/commits.contract.ts`. */
export interface Commits {
  /**
   * Applies all of the change or none, durably, before it resolves; from then on every read sees it. Of rival changes
   * exactly one wins. Transient faults are retried inside, within bounds. Committing the same change again is Ok and
   * writes nothing, also after a lost reply, until a later change moves its claim (without one: its first aggregate).
   * One round trip.
   */
  commit(change: Change): ResultAsync<void, CommitRefused | StorageUnavailable>;
  /**
   * That this very change is to be committed next: what it takes of the processor may be done now, while the store is busy with the
   * one before. Writes nothing and never fails; a change commits the same without it.
   */
  prepare?(change: Change): Promise<void>;
}
