import { okAsync, ResultAsync } from 'neverthrow';
import type { Aggregate, AggregateOf } from '../../domain/aggregates/aggregate.ts';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Payments } from '../../ports/payments.ts';
import type { Beside } from './job-work.ts';

/** What the matching of rows reads. */
export type MatchReads = Readonly<{
  aggregates: Pick<Aggregates, 'find' | 'findByKey'>;
  payments: Pick<Payments, 'transactionsOfEach'>;
}>;

/**
 * Reads as the commit of a step leaves what is stored, while that commit is under way: what the step writes is given as it writes it,
 * whether or not the storage has it yet. They hold only if the commit is made; all else is read from the storage.
 */
export function leftByStep<Ports extends MatchReads>(
  ports: Ports,
  { aggregates: written = [], transactions: moved = [] }: Beside,
): Ports {
  const { aggregates, payments } = ports;
  const byId = new Map<string, Aggregate>();
  const byKey = new Map<string, Aggregate | undefined>();
  for (const { next, releases } of written) {
    byId.set(nameOf(next.merchantId, next.kind, next.id), next);
    for (const key of releases) byKey.set(nameOf(next.merchantId, next.kind, key), undefined);
  }
  // A key that one change both lets go of and takes is taken.
  for (const { next, takes } of written)
    for (const key of takes) byKey.set(nameOf(next.merchantId, next.kind, key), next);
  const transactions = new Map<string, Transaction>(moved.map(({ next }) => [next.id, next]));
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
        return byKey.has(name)
          ? okAsync(byKey.get(name) as AggregateOf<Kind> | undefined)
          : aggregates.findByKey(merchantId, kind, key);
      },
    },
    payments: {
      // Not by `map`, which holds what it is given until the next full collection.
      transactionsOfEach: (merchantId, ids) =>
        new ResultAsync(
          Promise.resolve(payments.transactionsOfEach(merchantId, ids)).then((read) =>
            read.map((found) => withLeft(found, transactions)),
          ),
        ),
    },
  };
  return { ...ports, ...reads };
}

const nameOf = (merchantId: MerchantId, kind: AggregateKind, rest: string): string =>
  `${merchantId} ${kind} ${rest}`;

/** Of a batch's payments few were in the one before it. */
function withLeft(
  found: ReadonlyMap<PaymentId, readonly Transaction[]>,
  left: ReadonlyMap<string, Transaction>,
): ReadonlyMap<PaymentId, readonly Transaction[]> {
  const overlaid = new Map<PaymentId, readonly Transaction[]>();
  for (const [id, transactions] of found)
    if (transactions.some((each) => left.has(each.id)))
      overlaid.set(
        id,
        transactions.map((each) => left.get(each.id) ?? each),
      );
  return overlaid.size === 0 ? found : new Map([...found, ...overlaid]);
}
