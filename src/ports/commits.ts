import type { ResultAsync } from 'neverthrow';
import type { AuditEntry } from '../domain/audit.ts';
import type { Claim } from '../domain/claim.ts';
import type { DomainEvent } from '../domain/events.ts';
import type { Instant } from '../domain/instant.ts';
import type { Payment } from '../domain/payment.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { StorageUnavailable } from './unavailable.ts';

/** The version that must be stored now for `next` to be written; 0: the entity must not exist. */
export type Guarded<Entity> = Readonly<{ expected: number; next: Entity }>;

/**
 * Every write of one step, as one value. At most one claim and one payment, and with their transactions, links and
 * events fewer than 100 rows.
 */
export type Change = Readonly<{
  /** Unique for each change, equal to `claim.next.changeId`. */
  id: string;
  at: Instant;
  /** `expected` is the fence held; 0: the key is free, or its claim has lapsed at `at`. */
  claim: Guarded<Claim>;
  payment?: Guarded<Payment>;
  transactions: readonly Guarded<Transaction>[];
  audit: readonly AuditEntry[];
  events: readonly DomainEvent[];
}>;

/** Another request holds the key already. Nothing was written. */
export type ClaimTaken = Readonly<{ kind: 'ClaimTaken' }>;
/** Somebody took over the claim in the meantime. Nothing was written. */
export type FenceLost = Readonly<{ kind: 'FenceLost' }>;
/** The payment or a transaction has moved on. Nothing was written. */
export type StaleVersion = Readonly<{ kind: 'StaleVersion'; id: string }>;
export type CommitRefused = ClaimTaken | FenceLost | StaleVersion;

/** The one way to write. Adapters must pass `test/contract/commits.contract.ts`. */
export interface Commits {
  /**
   * Applies all of the change or none, durably, before it resolves; from then on every read sees it. Of rival changes
   * exactly one wins. Transient faults are retried inside, within bounds. Committing the same change again is Ok and
   * writes nothing, also after a lost reply, until a later change moves its claim. One round trip.
   */
  commit(change: Change): ResultAsync<void, CommitRefused | StorageUnavailable>;
}
