import type { Aggregate } from '../../../src/domain/aggregates/aggregate.ts';
import type { AuditEntry } from '../../../src/domain/kernel/audit-entry.ts';
import type { MerchantId } from '../../../src/domain/kernel/ids.ts';
import type { Balance, LedgerEntry } from '../../../src/domain/ledger/ledger.ts';
import type { LedgerTally } from '../../../src/domain/ledger/ledger-tally.ts';
import type { Payment } from '../../../src/domain/payments/payment.ts';
import type { Tally } from '../../../src/domain/payments/tally.ts';
import type { Transaction } from '../../../src/domain/payments/transaction.ts';
import type { Storage } from '../../../src/ports/storage.ts';

/** What a store holds, by what each row stands for. Of balances and tallies, each row is a part of a sum. */
export type Stored = Readonly<{
  payment: Payment;
  transaction: Transaction;
  link: AuditEntry;
  aggregate: Readonly<{ owner: MerchantId; aggregate: Aggregate }>;
  entry: LedgerEntry;
  balance: Balance;
  tally: Tally;
  ledgerTally: LedgerTally;
}>;

/** A row as it is found. `put` writes another value in its place; undefined deletes the row. */
export type Row<Value> = Readonly<{ value: Value; put(value: Value | undefined): Promise<unknown> | void }>;

/** What a hand can do that has the database's own tools. */
export type Hand = Readonly<{
  rows<Kind extends keyof Stored>(kind: Kind): Promise<readonly Row<Stored[Kind]>[]>;
  /** Adds a row: a payment, a link of a payment or aggregate, an aggregate or a ledger entry. */
  insert<Kind extends 'payment' | 'link' | 'aggregate' | 'entry'>(
    kind: Kind,
    value: Stored[Kind],
  ): Promise<unknown> | void;
  /** Brings the store back to what it held when the hand was lent. */
  restore(): Promise<unknown> | void;
}>;

/** A storage and its hand, which writes beneath every rule of the core. */
export type TamperedStore = Readonly<{
  storage: Storage;
  hand: () => Promise<Hand>;
  close(): Promise<unknown> | void;
}>;

/**
 * Writes what `edit` gives in place of each row of a kind, and deletes the row when that is undefined. Throws when
 * nothing was changed, for then a test is about nothing.
 */
export async function change<Kind extends keyof Stored>(
  hand: Hand,
  kind: Kind,
  edit: (value: Stored[Kind]) => Stored[Kind] | undefined,
): Promise<void> {
  let changed = 0;
  for (const { value, put } of await hand.rows(kind)) {
    const next = edit(value);
    if (next === value) continue;
    await put(next);
    changed += 1;
  }
  if (changed === 0) throw new Error(`the store has no such ${kind}`);
}
