import { okAsync } from 'neverthrow';
import { type Aggregate, type AggregateOf, isClosed } from '../../domain/aggregates/aggregate.ts';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import { aggregateKeyText, type MemoryStore } from './store.ts';

export const memoryAggregates = (store: MemoryStore): Aggregates => ({
  find: (merchantId, kind, id) =>
    okAsync(as(kind, store.aggregates.get(aggregateKeyText(merchantId, kind, id))?.aggregate)),
  findByKey(merchantId, kind, key) {
    const id = store.uniqueKeys.get(aggregateKeyText(merchantId, kind, key));
    return okAsync(
      id === undefined
        ? undefined
        : as(kind, store.aggregates.get(aggregateKeyText(merchantId, kind, id))?.aggregate),
    );
  },
  list: (merchantId, kind, { limit, after = '', isOpen = false }) =>
    okAsync(
      [...store.aggregates.values()]
        .filter(({ owner }) => owner === merchantId)
        .flatMap(({ aggregate }) => as(kind, aggregate) ?? [])
        .filter((aggregate) => aggregate.id > after && !(isOpen && isClosed(aggregate)))
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    ),
  newest: (merchantId, kind, { limit, before, from = '', isOpen }) =>
    okAsync(
      [...store.aggregates.values()]
        .filter(({ owner }) => owner === merchantId)
        .flatMap(({ aggregate }) => as(kind, aggregate) ?? [])
        .filter(({ id }) => id >= from && (before === undefined || id < before))
        .filter((aggregate) => isOpen === undefined || isClosed(aggregate) !== isOpen)
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, limit),
    ),
});

const as = <Kind extends AggregateKind>(
  kind: Kind,
  aggregate: Aggregate | undefined,
): AggregateOf<Kind> | undefined => (aggregate?.kind === kind ? (aggregate as AggregateOf<Kind>) : undefined);
