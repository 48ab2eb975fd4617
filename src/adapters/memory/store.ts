import type { Aggregate } from '../../domain/aggregates/aggregate.ts';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { AuditEntry, AuditedEntity } from '../../domain/kernel/audit-entry.ts';
import type { Claim, ClaimKey } from '../../domain/kernel/claim.ts';
import type { ClaimTrace } from '../../domain/kernel/claim-trace.ts';
import type { DomainEvent } from '../../domain/kernel/events.ts';
import type { DeliveryId, EventId, MerchantId } from '../../domain/kernel/ids.ts';
import type { Balance, LedgerEntry } from '../../domain/ledger/ledger.ts';
import type { LedgerTally } from '../../domain/ledger/ledger-tally.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import type { Tally } from '../../domain/payments/tally.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';
import type { Delivery } from '../../domain/webhooks/delivery.ts';
import type { OutboxEvent, Outgoing } from '../../ports/outbox.ts';

/** Everything the memory adapters share; one object is one database. Values are immutable and never copied. */
export type MemoryStore = OutboxStore & MemoryTables;

/** Each merchant's events that the relay has taken, and deliveries of webhooks, by id. */
export type LoggedEvents = Map<MerchantId, Map<EventId, DomainEvent>>;
export type StoredDeliveries = Map<MerchantId, Map<DeliveryId, Delivery>>;

type MemoryTables = Readonly<{
  claims: Map<string, Claim>;
  claimTraces: Map<string, ClaimTrace>;
  payments: Map<string, Payment>;
  /** Each merchant's payments by ascending id. */
  paymentsOf: Map<string, Payment[]>;
  transactionsOf: Map<string, Transaction[]>;
  auditOf: Map<string, AuditEntry[]>;
  /** Under each owner; `changeId` is of the newest change. */
  aggregates: Map<string, StoredAggregate>;
  /** Whose each unique key is. */
  uniqueKeys: Map<string, string>;
  /** Each merchant's entries by ascending id. */
  entriesOf: Map<string, LedgerEntry[]>;
  balances: Map<string, Balance>;
  spendings: Map<string, number>;
  /** Each merchant's sums by day, currency and status. */
  talliesOf: Map<string, Map<string, Tally>>;
  /** The same of its tallied entries, by day, currency and type. */
  ledgerTalliesOf: Map<string, Map<string, LedgerTally>>;
  eventsOf: LoggedEvents;
  deliveriesOf: StoredDeliveries;
}>;

/**
 * The very objects that the adapter put where they are, of values of which no audit chain tells all: what a seal is on
 * databases.
 */
export type Written = Pick<WeakSet<object>, 'add' | 'has'>;

/** An event that waits, and how its delivery went where it was refused before. */
export type Unsent<Event extends Outgoing = DomainEvent> = Readonly<{ id: string; event: Event }> &
  Readonly<{ failure?: Pick<OutboxEvent, 'tries' | 'retryAt' | 'error'> }>;

/** The part of a store that is its outbox. */
export type OutboxStore<Event extends Outgoing = DomainEvent> = Readonly<{
  /** By ascending id. */
  outbox: Unsent<Event>[];
  parked: Map<string, Readonly<{ event: Event; tries: number; error: string }>>;
  written: Written;
}>;

export type StoredAggregate = Readonly<{ owner: string; aggregate: Aggregate; changeId: string }>;

export const memoryStore = (): MemoryStore => ({
  claims: new Map(),
  claimTraces: new Map(),
  payments: new Map(),
  paymentsOf: new Map(),
  transactionsOf: new Map(),
  auditOf: new Map(),
  outbox: [],
  parked: new Map(),
  aggregates: new Map(),
  uniqueKeys: new Map(),
  entriesOf: new Map(),
  balances: new Map(),
  spendings: new Map(),
  talliesOf: new Map(),
  ledgerTalliesOf: new Map(),
  eventsOf: new Map(),
  deliveriesOf: new Map(),
  written: new WeakSet(),
});

/** One text for one claim key; no part can run into the next, because a merchant id holds no space. */
export const claimKeyText = ({ merchantId, operation, key }: ClaimKey): string =>
  `${merchantId} ${operation} ${key}`;

/** `key` is the aggregate's id or a unique key of it. */
export const aggregateKeyText = (owner: string, kind: AggregateKind, key: string): string =>
  `${owner} ${kind} ${key}`;

export const balanceKeyText = (merchantId: string, currency: string): string => `${merchantId} ${currency}`;

/** Entities of two types may have the same id: a customer, and who read it. */
export const chainKeyText = (entityType: AuditedEntity, entityId: string): string =>
  `${entityType} ${entityId}`;

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
