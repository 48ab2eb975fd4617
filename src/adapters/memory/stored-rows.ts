import { okAsync } from 'neverthrow';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { StoredRow, StoredRows } from '../../ports/stored-rows.ts';
import type { MemoryStore } from './store.ts';

const PAGE = 500;

/**
 * All values of the store. They are kept as they are, with no copies beside them and nothing to seal them against: what
 * writes beneath the storage here is the process itself.
 */
export const memoryStoredRows = (store: MemoryStore): StoredRows => ({
  sealedSince: () => okAsync(0),
  page(after = '0') {
    const start = Number(after);
    const rows = [...rowsIn(store)];
    const next = start + PAGE;
    return okAsync({
      rows: rows.slice(start, next),
      ...(next < rows.length ? { next: `${next}` } : {}),
    });
  },
});

function* rowsIn(store: MemoryStore): Generator<StoredRow> {
  const parked = [...store.parked.values()].map(({ event }) => event);
  for (const event of [...store.outbox, ...parked])
    yield { type: 'event', event, places: ['outbox'], id: event.id, merchantId: event.merchantId };
  for (const event of [...store.eventsOf.values()].flatMap((own) => [...own.values()]))
    yield { type: 'event', event, places: ['log', 'entity_log'], id: event.id, merchantId: event.merchantId };
  for (const { id, merchantId } of store.payments.values()) yield { type: 'payment', id, merchantId };
  for (const transaction of [...store.transactionsOf.values()].flat())
    yield {
      type: 'transaction',
      transaction,
      id: transaction.id,
      merchantId: transaction.merchantId,
    };
  for (const claim of store.claims.values())
    yield { type: 'claim', claim, id: `${claim.operation} ${claim.key}`, merchantId: claim.merchantId };
  for (const { id, merchantId } of [...store.auditOf.values()].flat())
    yield { type: 'audit_entry', id, merchantId };
  for (const { owner, aggregate } of store.aggregates.values()) {
    const merchantId = owner as MerchantId;
    yield { type: 'aggregate', aggregate, id: `${aggregate.kind} ${aggregate.id}`, merchantId };
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
  for (const { id, merchantId } of [...store.entriesOf.values()].flat())
    yield { type: 'ledger_entry', id, merchantId };
  for (const { merchantId, currency } of store.balances.values())
    yield { type: 'balance', id: currency, merchantId };
  for (const [merchant, sums] of store.talliesOf)
    for (const key of sums.keys()) yield { type: 'summary', id: key, merchantId: merchant as MerchantId };
  for (const { id, merchantId } of [...store.deliveriesOf.values()].flatMap((own) => [...own.values()]))
    yield { type: 'delivery', id, merchantId };
}
