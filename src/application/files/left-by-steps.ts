import { okAsync } from 'neverthrow';
import type { Aggregate, AggregateOf } from '../../domain/aggregates/aggregate.ts';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Beside } from './job-work.ts';

/** What the matching of rows reads beside the transactions that they name. */
export type MatchReads = Readonly<{ aggregates: Pick<Aggregates, 'find' | 'findByKey'> }>;

/**
 * Reads as the commits of steps leave what is stored, the earliest first, while those commits are still to come: what a step writes is
 * given as it writes it, whether or not the storage has it yet. They hold only if the commits are made; all else is read from the storage.
 */
export function leftBySteps<Ports extends MatchReads>(
  ports: Ports,
  steps: readonly Pick<Beside, 'aggregates'>[],
): Ports {
  const { aggregates } = ports;
  const byId = new Map<string, Aggregate>();
  const holders = new Map<string, string | undefined>();
  for (const { aggregates: written = [] } of steps) {
    for (const { next, releases } of written) {
      byId.set(nameOf(next.merchantId, next.kind, next.id), next);
      for (const key of releases) holders.set(nameOf(next.merchantId, next.kind, key), undefined);
    }
    // A key that one change both lets go of and takes is taken.
    for (const { next, takes } of written)
      for (const key of takes)
        holders.set(nameOf(next.merchantId, next.kind, key), nameOf(next.merchantId, next.kind, next.id));
  }
  const reads: MatchReads = {
    aggregates: {
      find: <Kind extends AggregateKind>(merchantId: MerchantId, kind: Kind, id: string) => {
        const left = byId.get(nameOf(merchantId, kind, id));
        return left === undefined
          ? aggregates.find(merchantId, kind, id)
          : okAsync(left as AggregateOf<Kind>);
      },
      findByKey: <Kind extends AggregateKind>(merchantId: MerchantId, kind: Kind, key: string) => {
        const name = nameOf(merchantId, kind, key);
        if (!holders.has(name))
          return aggregates
            .findByKey(merchantId, kind, key)
            .map((found) => (found === undefined ? found : asLeft(found)));
        const holder = holders.get(name);
        return okAsync(
          holder === undefined ? undefined : (byId.get(holder) as AggregateOf<Kind> | undefined),
        );
      },
    },
  };
  return { ...ports, ...reads };

  function asLeft<Found extends Aggregate>(found: Found): Found {
    return (byId.get(nameOf(found.merchantId, found.kind, found.id)) as Found | undefined) ?? found;
  }
}

const nameOf = (merchantId: MerchantId, kind: AggregateKind, rest: string): string =>
  `${merchantId} ${kind} ${rest}`;
