import type { AggregateOf } from '../../src/domain/aggregates/aggregate.ts';
import type { AggregateKind } from '../../src/domain/kernel/aggregate-kind.ts';
import type { World } from './world.ts';

/** Everything stored of one kind, of all merchants, as it is in the store. */
export const storedOf = <Kind extends AggregateKind>(
  { store }: World,
  kind: Kind,
): readonly AggregateOf<Kind>[] =>
  [...store.aggregates.values()].flatMap(({ aggregate }) =>
    aggregate.kind === kind ? [aggregate as AggregateOf<Kind>] : [],
  );
