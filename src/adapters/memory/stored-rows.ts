import { okAsync } from 'neverthrow';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { DomainEvent } from '../../domain/kernel/events.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { ACCOUNTS } from '../../domain/ledger/ledger.ts';
import { ledgerTallyKey } from '../../domain/ledger/ledger-tally.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import type { EventPlace, StoredRow, StoredRows } from '../../ports/stored-rows.ts';
import {
  aggregateKeyText,
  balanceKeyText,
  chainKeyText,
  claimKeyText,
  type MemoryStore,
  positionOf,
} from './store.ts';
import { tallyKeyText } from './summaries.ts';

const PAGE = 500;
const MOST_WALKS = 8;

/**
 * All values of the store. Each has to stand under the key that it has, and those of which no audit chain tells all have to be the
 * very objects that the adapter wrote.
 */
export function memoryStoredRows(store: MemoryStore): StoredRows {
  /** Walks that are under way, each by its next page. */
  const walks = new Map<string, Iterator<StoredRow>>();
  let begun = 0;
  return {
    sealedSince: () => okAsync(0),
    tracedSince: () => okAsync(0),
    findersSince: () => okAsync(0),
    talliedSince: () => okAsync(0),
    page(after) {
      const walk = after === undefined ? rowsIn(store) : walks.get(after);
      if (walk === undefined) throw new Error(`there is no walk ${after}`);
      if (after !== undefined) walks.delete(after);
      const rows: StoredRow[] = [];
      while (rows.length < PAGE) {
        const { value, done } = walk.next();
        if (done === true) return okAsync({ rows });
        rows.push(value);
      }
      begun += 1;
      const next = `${begun}`;
      walks.set(next, walk);
      for (const abandoned of [...walks.keys()].slice(0, -MOST_WALKS)) walks.delete(abandoned);
      return okAsync({ rows, next });
    },
  };
}

function* rowsIn(store: MemoryStore): Generator<StoredRow> {
  const { written } = store;
  for (const unsent of store.outbox)
    yield eventRow(unsent.event, ['outbox'], written.has(unsent) && written.has(unsent.event));
  for (const [id, parked] of store.parked)
    yield eventRow(
      parked.event,
      ['outbox'],
      written.has(parked.event) && written.has(parked) && id === parked.event.id,
    );
  for (const [merchant, own] of store.eventsOf)
    for (const [id, event] of own)
      yield eventRow(
        event,
        ['log', 'entity_log'],
        written.has(event) && id === event.id && merchant === event.merchantId,
      );
  for (const [key, payment] of store.payments)
    yield held({ type: 'payment', ...named(payment) }, key === payment.id && isListed(store, payment));
  for (const list of store.paymentsOf.values())
    for (const payment of list)
      if (store.payments.get(payment.id) !== payment)
        yield held({ type: 'payment', ...named(payment) }, false);
  for (const [key, own] of store.transactionsOf)
    for (const transaction of own)
      yield held({ type: 'transaction', transaction, ...named(transaction) }, key === transaction.paymentId);
  for (const [key, claim] of store.claims) {
    const { operation, merchantId } = claim;
    const row = { type: 'claim', claim, id: `${operation} ${claim.key}`, merchantId } as const;
    yield held(row, written.has(claim) && key === claimKeyText(claim));
  }
  for (const [key, trace] of store.claimTraces) {
    const { operation, merchantId } = trace;
    const row = { type: 'claim_trace', trace, id: `${operation} ${trace.key}`, merchantId } as const;
    yield held(row, key === claimKeyText(trace));
  }
  for (const [key, own] of store.auditOf)
    for (const link of own)
      yield held(
        { type: 'audit_entry', ...named(link) },
        key === chainKeyText(link.entityType, link.entityId),
      );
  for (const [key, stored] of store.aggregates) {
    const { owner, aggregate } = stored;
    const merchantId = owner as MerchantId;
    const row = {
      type: 'aggregate',
      aggregate,
      id: `${aggregate.kind} ${aggregate.id}`,
      merchantId,
    } as const;
    yield held(row, written.has(stored) && key === aggregateKeyText(owner, aggregate.kind, aggregate.id));
    if (aggregate.kind === 'merchant') yield { type: 'tenant', id: aggregate.id, merchantId };
  }
  for (const [text, holder] of store.uniqueKeys) {
    const [merchant = '', kind = '', ...key] = text.split(' ');
    yield {
      type: 'unique_key',
      kind: kind as AggregateKind,
      key: key.join(' '),
      holder,
      id: `${kind} ${key.join(' ')}`,
      merchantId: merchant as MerchantId,
    };
  }
  for (const [key, own] of store.entriesOf)
    for (const entry of own)
      yield held({ type: 'ledger_entry', ...named(entry) }, written.has(entry) && key === entry.merchantId);
  for (const [key, balance] of store.balances) {
    const { merchantId, currency } = balance;
    const isWhole = ACCOUNTS.every((account) => typeof balance[account] === 'bigint');
    yield held(
      { type: 'balance', part: balance, id: currency, merchantId },
      isWhole && key === balanceKeyText(merchantId, currency),
    );
  }
  for (const [key, spendings] of store.spendings) {
    const [merchant = '', currency = ''] = key.split(' ');
    const row = { type: 'balance', id: currency, merchantId: merchant as MerchantId } as const;
    yield { ...row, spent: { currency, spendings } };
  }
  for (const [merchant, own] of store.talliesOf)
    for (const [key, tally] of own) {
      const sums = [tally.amount, tally.captured, tally.refunded];
      const isWhole = Number.isSafeInteger(tally.count) && sums.every((sum) => typeof sum === 'bigint');
      const isOwn = merchant === tally.merchantId && key === tallyKeyText(tally);
      yield held(
        { type: 'summary', parts: [tally], id: key, merchantId: merchant as MerchantId },
        isWhole && isOwn,
      );
    }
  for (const [merchant, own] of store.ledgerTalliesOf)
    for (const [key, tally] of own) {
      const isWhole = Number.isSafeInteger(tally.count) && typeof tally.amount === 'bigint';
      const isOwn = merchant === tally.merchantId && key === ledgerTallyKey(tally);
      yield held(
        { type: 'ledger_tally', parts: [tally], id: key, merchantId: merchant as MerchantId },
        isWhole && isOwn,
      );
    }
  for (const [merchant, own] of store.deliveriesOf)
    for (const [id, delivery] of own)
      yield held(
        { type: 'delivery', ...named(delivery) },
        written.has(delivery) && id === delivery.id && merchant === delivery.merchantId,
      );
}

const named = ({ id, merchantId }: Readonly<{ id: string; merchantId: MerchantId }>) => ({ id, merchantId });

const held = (row: StoredRow, isAsWritten: boolean): StoredRow =>
  isAsWritten ? row : { ...row, fault: { fault: 'edited', detail: 'not what was written there' } };

const eventRow = (event: DomainEvent, places: readonly EventPlace[], isAsWritten: boolean): StoredRow =>
  held({ type: 'event', event, places, ...named(event) }, isAsWritten);

/** A merchant's payments are listed by id. */
function isListed({ paymentsOf }: MemoryStore, payment: Payment): boolean {
  const list = paymentsOf.get(payment.merchantId) ?? [];
  return list[positionOf(list, payment.id)] === payment;
}
