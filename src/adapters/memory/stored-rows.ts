import { okAsync } from 'neverthrow';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { StoredRow, StoredRows } from '../../ports/stored-rows.ts';
import type { MemoryStore } from './store.ts';

const PAGE = 500;
const MOST_WALKS = 8;

/**
 * All values of the store. They are kept as they are, with no copies beside them and nothing to seal them against: what
 * writes beneath the storage here is the process itself.
 */
export function memoryStoredRows(store: MemoryStore): StoredRows {
  /** Walks that are under way, each by its next page. */
  const walks = new Map<string, Iterator<StoredRow>>();
  let begun = 0;
  return {
    sealedSince: () => okAsync(0),
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
  const parked = [...store.parked.values()].map(({ event }) => event);
  for (const event of [...store.outbox, ...parked])
    yield { type: 'event', event, places: ['outbox'], id: event.id, merchantId: event.merchantId };
  for (const event of eachOf(store.eventsOf, (own) => own.values()))
    yield { type: 'event', event, places: ['log', 'entity_log'], id: event.id, merchantId: event.merchantId };
  for (const { id, merchantId } of store.payments.values()) yield { type: 'payment', id, merchantId };
  for (const transaction of eachOf(store.transactionsOf, (own) => own))
    yield {
      type: 'transaction',
      transaction,
      id: transaction.id,
      merchantId: transaction.merchantId,
    };
  for (const claim of store.claims.values())
    yield { type: 'claim', claim, id: `${claim.operation} ${claim.key}`, merchantId: claim.merchantId };
  for (const { id, merchantId } of eachOf(store.auditOf, (own) => own))
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
  for (const { id, merchantId } of eachOf(store.entriesOf, (own) => own))
    yield { type: 'ledger_entry', id, merchantId };
  for (const { merchantId, currency } of store.balances.values())
    yield { type: 'balance', id: currency, merchantId };
  for (const [merchant, sums] of store.talliesOf)
    for (const key of sums.keys()) yield { type: 'summary', id: key, merchantId: merchant as MerchantId };
  for (const { id, merchantId } of eachOf(store.deliveriesOf, (own) => own.values()))
    yield { type: 'delivery', id, merchantId };
}

/** Everything in the parts of a map, as it is when its turn comes. */
function* eachOf<Part, Value>(
  parts: ReadonlyMap<string, Part>,
  valuesOf: (part: Part) => Iterable<Value>,
): Generator<Value> {
  for (const part of parts.values()) yield* valuesOf(part);
}
