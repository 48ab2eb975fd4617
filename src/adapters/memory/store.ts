import type { AuditEntry } from '../../domain/audit.ts';
import type { Claim, ClaimKey } from '../../domain/claim.ts';
import type { DomainEvent } from '../../domain/events.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { Payment } from '../../domain/payment.ts';
import type { Transaction } from '../../domain/transaction.ts';

/** Everything the memory adapters share; one object is one database. Values are immutable and never copied. */
export type MemoryStore = Readonly<{
  claims: Map<string, Claim>;
  payments: Map<string, Payment>;
  /** Each merchant's payments by ascending id. */
  paymentsOf: Map<string, Payment[]>;
  transactionsOf: Map<string, Transaction[]>;
  auditOf: Map<string, AuditEntry[]>;
  outbox: DomainEvent[];
  merchants: Map<string, Merchant>;
}>;

export const memoryStore = (): MemoryStore => ({
  claims: new Map(),
  payments: new Map(),
  paymentsOf: new Map(),
  transactionsOf: new Map(),
  auditOf: new Map(),
  outbox: [],
  merchants: new Map(),
});

/** One text for one claim key; no part can run into the next, because a merchant id holds no space. */
export const claimKeyText = ({ merchantId, operation, key }: ClaimKey): string =>
  `${merchantId} ${operation} ${key}`;

/** Where `id` stands, or would stand, among values sorted by ascending id. */
export function positionOf(sorted: readonly Readonly<{ id: string }>[], id: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.id ?? '') < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
