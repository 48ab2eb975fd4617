import { isClosed } from '../../domain/aggregates/aggregate.ts';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import { storedCurrency } from '../../domain/kernel/currency.ts';
import type { DomainEvent } from '../../domain/kernel/events.ts';
import { type MerchantId, parseId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { ACCOUNTS } from '../../domain/ledger/ledger.ts';
import { TALLIED_TYPES } from '../../domain/ledger/ledger-tally.ts';
import { PAYMENT_STATUSES } from '../../domain/payments/payment.ts';
import type { StoredValue } from '../../ports/stored-rows.ts';
import { auditEntryOf, auditItem, linkFormOf } from './audit-items.ts';
import { claimItem, claimOf, claimTraceItem, claimTraceOf } from './claim-items.ts';
import { deliveryItem, deliveryOf } from './delivery-items.ts';
import { loggedItems } from './event-log.ts';
import { FINDER_LETTER, finderItems, isFinderKey } from './finders.ts';
import {
  aggregateItem,
  aggregateOf,
  eventItem,
  eventOf,
  type Item,
  paymentItem,
  paymentOf,
  sealedItem,
  transactionItem,
  transactionOf,
  writtenFailure,
} from './items.ts';
import { balanceOf, ledgerEntryOf, ledgerItem } from './ledger-items.ts';
import { ledgerTalliesIn } from './ledger-tallies.ts';
import { balancePartitions, ledgerTallyPartitions, spendingPartition, tallyPartitions } from './sum-keys.ts';
import {
  aggregateHistory,
  claimKeyOf,
  historyPartition,
  type ItemKey,
  parkedEventKey,
  SCHEMA_KEY,
  TRANSACTION_PREFIX,
  tenantOf,
  uniqueKey,
} from './table.ts';
import { talliesIn } from './tally-items.ts';

/**
 * What an item stands for, what would be written for it, and whose it says it is; where an older version wrote another one, that, and
 * when it was written.
 */
export type JudgedItem = Readonly<{
  value: StoredValue;
  written: Item;
  older?: Readonly<{ written: Item; at: Instant }>;
  merchantId?: MerchantId;
  begun?: Instant;
}>;

/** An item under its key, taken apart: whose partition, of what, and what else the partition's key names. */
type Placed = Readonly<{
  item: Item & ItemKey;
  merchantId: MerchantId;
  letter: string;
  place: string;
  rest: string;
}>;

/** The name of every kind of item, by the letter of its partition; those that are not checked have none. */
const JUDGES: Readonly<Record<string, ((placed: Placed) => JudgedItem) | undefined>> = {
  P({ item }) {
    const payment = paymentOf(item);
    const { merchantId } = payment;
    const finders = finderItems(payment).map(({ pk }) => pk);
    return { value: { type: 'payment', finders }, written: paymentItem(payment), merchantId };
  },
  [FINDER_LETTER]({ item: { pk, sk } }) {
    if (!isFinderKey({ pk, sk })) throw new Error('it finds no payment');
    return { value: { type: 'finder', finder: pk }, written: { pk, sk } };
  },
  X: ({ item, place }) => (item.sk.startsWith(TRANSACTION_PREFIX) ? aTransaction(item) : aLink(item, place)),
  C({ item }) {
    const claim = claimOf(item, claimKeyOf(item.pk));
    return { value: { type: 'claim', claim }, written: claimItem(claim), begun: claim.createdAt };
  },
  CT({ item }) {
    const trace = claimTraceOf(item, claimKeyOf(item.pk));
    return { value: { type: 'claim_trace', trace }, written: claimTraceItem(trace) };
  },
  W({ item }) {
    const delivery = deliveryOf(item);
    const { merchantId, createdAt: begun } = delivery;
    return { value: { type: 'delivery' }, written: deliveryItem(delivery), merchantId, begun };
  },
  A: (placed) => anAggregate(placed),
  AC: (placed) => anAggregate(placed),
  K({ item, merchantId, place, rest }) {
    const kind = place as AggregateKind;
    const holder = String(item['holder']);
    return {
      value: { type: 'unique_key', kind, key: rest, holder },
      written: { ...uniqueKey(merchantId, kind, rest), holder },
    };
  },
  E: ({ item }) => aLoggedEvent(item, 'log'),
  EE: ({ item }) => aLoggedEvent(item, 'entity_log'),
  L({ item, merchantId }) {
    const entry = ledgerEntryOf(item, merchantId);
    return { value: { type: 'ledger_entry' }, written: ledgerItem(entry), begun: entry.createdAt };
  },
  LT({ item, merchantId }) {
    const names = TALLIED_TYPES.flatMap((type) => [`${type}#count`, `${type}#amount`]);
    const written = writtenSum(item, ledgerTallyPartitions(merchantId).includes(item.pk), names);
    return { value: { type: 'ledger_tally', parts: ledgerTalliesIn(merchantId, [item]) }, written };
  },
  B({ item, merchantId }) {
    const isSpent = item.pk === spendingPartition(merchantId);
    const isPart = isSpent || balancePartitions(merchantId).includes(item.pk);
    const written = writtenSum(item, isPart, isSpent ? [...ACCOUNTS, 'spendings'] : ACCOUNTS);
    const part = balanceOf(merchantId, storedCurrency(item.sk), item);
    const spent = { currency: item.sk, spendings: Number(item['spendings'] ?? 0) };
    return { value: { type: 'balance', part, ...(isSpent ? { spent } : {}) }, written };
  },
  T({ item, merchantId }) {
    const names = PAYMENT_STATUSES.flatMap((status) =>
      ['count', 'amount', 'captured', 'refunded'].map((name) => `${status}#${name}`),
    );
    const written = writtenSum(item, tallyPartitions(merchantId).includes(item.pk), names);
    return { value: { type: 'summary', parts: talliesIn(merchantId, [item]) }, written };
  },
};

/** Quotas and counts of failed authentications. */
const COUNTERS = new Set(['Q', 'F']);
/** Leases, what failed authentications named no merchant, and all that is the other service's. */
const OTHERS = /^#(L|F|V.*)$/;

/**
 * Judges an item by its key: undefined for one that is not checked. Throws on an item that stands for nothing, and gives
 * 'unknown' for a key that none of paywright's items has.
 */
export function judgedItem(item: Item & ItemKey): JudgedItem | 'unknown' | undefined {
  const [merchant = '', letter = '', place = '', ...rest] = item.pk.split('#');
  if (merchant === '') {
    if (item.pk === '#M') return { value: { type: 'tenant' }, written: { pk: '#M', sk: item.sk } };
    if (item.pk === SCHEMA_KEY.pk && item.sk === SCHEMA_KEY.sk) return judgedSchema(item);
    return OTHERS.test(item.pk) ? undefined : 'unknown';
  }
  if (COUNTERS.has(letter)) return undefined;
  const placed = { item, merchantId: merchant as MerchantId, letter, place, rest: rest.join('#') };
  return JUDGES[letter]?.(placed) ?? 'unknown';
}

/** What the table was brought to, whichever version brought it there. */
export function judgedSchema(item: Item): JudgedItem {
  const { seal: _, ...schema } = item;
  return { value: { type: 'schema' }, written: sealedItem('schema', schema) };
}

/** An item of the outbox, or a parked one. */
export function judgedEvent(item: Item & ItemKey, isParked: boolean): JudgedItem {
  const event = eventOf(item);
  const { retry_at: _, ...parked } = item;
  return {
    value: { type: 'event', event, places: ['outbox'] },
    written: {
      ...eventItem(event),
      ...(isParked ? parkedEventKey(event.id) : {}),
      ...writtenFailure(event.id, isParked ? parked : item),
    },
    begun: event.created,
  };
}

function aTransaction(item: Item): JudgedItem {
  const transaction = transactionOf(item);
  const { merchantId } = transaction;
  return { value: { type: 'transaction', transaction }, written: transactionItem(transaction), merchantId };
}

/**
 * The links of a transaction are kept with its payment, which they do not name; which one that is is judged by its chains. Whose a short link
 * is, its place in the trail says beside its key.
 */
function aLink(item: Item & ItemKey, place: string): JudgedItem {
  const link = auditEntryOf(item);
  const { merchantId, entityType, entityId } = link;
  const payment = parseId('pay', entityType === 'payment' ? entityId : place);
  const partition =
    entityType !== 'payment' && entityType !== 'transaction'
      ? aggregateHistory(merchantId, entityType, entityId)
      : payment === undefined
        ? 'none'
        : historyPartition(merchantId, payment);
  const form = linkFormOf(item);
  const written = auditItem(link, partition, form);
  const said = form === 'short' ? (tenantOf(String(item['trail'])) ?? merchantId) : merchantId;
  return { value: { type: 'audit_entry' }, written, merchantId: said };
}

/** An older version left what it closed among what is open. */
function anAggregate({ item, merchantId, letter, place }: Placed): JudgedItem {
  const aggregate = aggregateOf(place as AggregateKind, item);
  const written = aggregateItem(merchantId, aggregate, String(item['change_id']));
  const begun = 'createdAt' in aggregate ? aggregate.createdAt : aggregate.updatedAt;
  const isLeft = letter === 'A' && isClosed(aggregate);
  const at = 'updatedAt' in aggregate ? aggregate.updatedAt : begun;
  return {
    value: { type: 'aggregate', aggregate },
    written,
    begun,
    ...(isLeft ? { older: { written: { ...written, pk: item.pk }, at } } : {}),
  };
}

function aLoggedEvent(item: Item & ItemKey, place: 'log' | 'entity_log'): JudgedItem {
  const event: DomainEvent = eventOf(item);
  const [logged, indexed] = loggedItems(event);
  const written = place === 'log' ? logged : indexed;
  return {
    value: { type: 'event', event, places: [place] },
    written: written ?? {},
    merchantId: event.merchantId,
    begun: event.created,
  };
}

/** A part of a sum: only what all parts add up to means anything, whichever of the parts it is in. */
function writtenSum(item: Item & ItemKey, isPart: boolean, names: readonly string[]): Item {
  if (!isPart) throw new Error('it is no part of a sum');
  return Object.fromEntries(['pk', 'sk', ...names].map((name) => [name, item[name]]));
}
