import {
  type Aggregate,
  type AggregateOf,
  aggregateRecord,
  isClosed,
  restoreAggregate,
} from '../../domain/aggregates/aggregate.ts';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { DomainEvent } from '../../domain/kernel/events.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import { type JsonObject, jsonText, parseJson } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import { lapsesAt, type Payment } from '../../domain/payments/payment.ts';
import {
  restorePayment,
  type StoredPaymentRecord,
  storedPaymentRecord,
} from '../../domain/payments/payment-record.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';
import {
  restoreTransaction,
  type TransactionRecord,
  transactionRecord,
} from '../../domain/payments/transaction-record.ts';
import type { OutboxEvent, Outgoing } from '../../ports/outbox.ts';
import { type DeliveryFailure, sealOf, sealOfFailure } from '../shared/row-seal.ts';
import { attentionKeys } from './attention-keys.ts';
import {
  aggregateKey,
  closedAggregateKey,
  eventKey,
  lapsingDueShardOf,
  OUTBOX,
  parkedEventKey,
  paymentKey,
  transactionKey,
  uniqueKey,
} from './table.ts';

/** An item as the document client gives and takes it. */
export type Item = Readonly<Record<string, unknown>>;

/**
 * Whole records are one attribute of JSON text, beside copies of what guards and filters ask for: the SDK spends its
 * time attribute by attribute, and text keeps every digit, every name and, of audit links, what was hashed.
 */
/** An item with its seal, which is of its kind, its key and all that it holds. */
export const sealedItem = (kind: string, item: Item): Item => ({
  ...item,
  seal: sealOf(kind, item as JsonObject),
});

export const paymentItem = (payment: Payment): Item => ({
  ...paymentKey(payment.merchantId, payment.id),
  version: payment.version,
  status: payment.status,
  currency: payment.amount.currency,
  amount: payment.amount.minorUnits,
  customer_id: payment.customerId,
  ...lapsing(payment),
  ...attentionKeys(payment),
  audit_hash: payment.auditHash,
  record: jsonText(storedPaymentRecord(payment)),
});

/** What may lapse is in the due index. */
function lapsing(payment: Payment): Item {
  const due_at = lapsesAt(payment);
  return due_at === undefined ? {} : { due_shard: lapsingDueShardOf(payment.id), due_at };
}

export function paymentOf(item: Item): Payment {
  const stored = item as Readonly<{ record: string; audit_hash: string }>;
  return restorePayment(parseJson(stored.record) as StoredPaymentRecord, stored.audit_hash);
}

export const transactionItem = (transaction: Transaction): Item => ({
  ...transactionKey(transaction.merchantId, transaction.paymentId, transaction.id),
  version: transaction.version,
  merchant_id: transaction.merchantId,
  audit_hash: transaction.auditHash,
  record: jsonText(transactionRecord(transaction)),
});

export function transactionOf(item: Item): Transaction {
  const stored = item as Readonly<{
    record: string;
    merchant_id: Transaction['merchantId'];
    audit_hash: string;
  }>;
  const record = parseJson(stored.record) as TransactionRecord;
  return restoreTransaction(record, stored.merchant_id, stored.audit_hash);
}

/** An aggregate as it is stored under one of its owners. `change_id` is of the newest change. */
export const aggregateItem = (owner: MerchantId, aggregate: Aggregate, changeId: string): Item =>
  sealedItem('aggregate', {
    ...(isClosed(aggregate) ? closedAggregateKey : aggregateKey)(owner, aggregate.kind, aggregate.id),
    version: aggregate.version,
    change_id: changeId,
    audit_hash: aggregate.auditHash,
    record: jsonText(aggregateRecord(aggregate)),
  });

export function aggregateOf<Kind extends AggregateKind>(kind: Kind, item: Item): AggregateOf<Kind> {
  const stored = item as Readonly<{ record: string; audit_hash: string }>;
  return restoreAggregate(kind, parseJson(stored.record) as JsonObject, stored.audit_hash);
}

export const uniqueKeyItem = ({ merchantId, kind, id }: Aggregate, key: string): Item => ({
  ...uniqueKey(merchantId, kind, key),
  holder: id,
});

/** Where one service's unsent events are, and how they are written. */
export type EventItems<Event extends Outgoing> = Readonly<{
  /** How its partitions begin. */
  outbox: string;
  itemOf(event: Event): Item;
  eventOf(item: Item): Event;
}>;

/** In the outbox, parked and in the event log under one seal, which knows the event by its id and not by its key. */
export function eventItem(event: DomainEvent): Item {
  const { type, merchantId: merchant_id, paymentId: payment_id, created } = event;
  const item = { type, merchant_id, payment_id, created, data: jsonText(event.data) };
  return { ...eventKey(event), ...item, seal: sealOf('event', { ...item, id: event.id }) };
}

export function eventOf(item: Item): DomainEvent {
  const stored = item as StoredEvent;
  return {
    id: stored.sk,
    type: stored.type,
    merchantId: stored.merchant_id,
    ...present({ paymentId: stored.payment_id }),
    created: stored.created,
    data: parseJson(stored.data) as JsonObject,
  };
}

export const PLATFORM_EVENTS: EventItems<DomainEvent> = { outbox: OUTBOX, itemOf: eventItem, eventOf };

/** `failure` is what the last try said: `error` would be a reserved word in expressions. */
export function outboxEventOf<Event extends Outgoing>(
  { eventOf: read }: EventItems<Event>,
  item: Item,
): OutboxEvent<Event> {
  const { tries = 0, retry_at: retryAt, failure: error } = item as Partial<StoredTries>;
  return {
    ...read(item),
    tries,
    ...present({ retryAt, error }),
  };
}

type StoredTries = Readonly<{ tries: number; retry_at: number; failure: string }>;

export const parkedEventItem = <Event extends Outgoing>(
  { outbox, itemOf }: EventItems<Event>,
  event: OutboxEvent<Event>,
): Item => ({
  ...itemOf(event),
  ...parkedEventKey(event.id, outbox),
  ...failureAttributes({ id: event.id, tries: event.tries, ...present({ error: event.error }) }),
});

/** How the delivery of an event went that was refused before, with its seal. */
const failureAttributes = (failure: DeliveryFailure): Item => ({
  tries: failure.tries,
  ...present({ retry_at: failure.retryAt, failure: failure.error }),
  failure_seal: sealOfFailure(failure),
});

/** What there must be of an item's failed tries, by what it says of them; nothing of an event that was never refused. */
export function writtenFailure(id: string, { tries, retry_at: retryAt, failure: error }: Item): Item {
  if (tries === undefined && retryAt === undefined && error === undefined) return {};
  return failureAttributes({ id, ...present({ tries, retryAt, error }) } as DeliveryFailure);
}

type StoredEvent = Readonly<{
  sk: DomainEvent['id'];
  type: DomainEvent['type'];
  merchant_id: DomainEvent['merchantId'];
  payment_id?: PaymentId;
  created: number;
  data: string;
}>;
