import { ok, type Result } from 'neverthrow';
import type { MerchantId, PaymentId, TransactionId } from '../../domain/kernel/ids.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';
import type { Payments } from '../../ports/payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { defended } from '../kernel/defended.ts';
import type { Beside } from './job-work.ts';

/** The transactions of payments, as the rows before left them; matching writes into it what a row settles. */
export type PaymentBooks = Map<PaymentId, readonly Transaction[]>;

/** What a step writes of transactions, by their ids. */
export type LeftByStep = Readonly<{ transactions: ReadonlyMap<TransactionId, Transaction> }>;

/**
 * The transactions of payments that the rows of a batch name (`now`); those that the rows behind them name (`soon`) begin to be read,
 * and nothing else is held. `steps` are the last that were made: a read that began before their commits came
 * is given what they write. One read a batch, which the storage makes while the batch before is matched.
 */
export type BooksAhead = (
  names: Readonly<{ now: readonly PaymentId[]; soon: readonly PaymentId[] }>,
  steps: readonly LeftByStep[],
) => Promise<Result<PaymentBooks, StorageUnavailable>>;

/** Of one merchant and one reading of a file. */
export function booksAhead(
  payments: Pick<Payments, 'transactionsOfEach'>,
  merchantId: MerchantId,
): BooksAhead {
  type Reading = Readonly<{
    ids: readonly PaymentId[];
    found: PromiseLike<Result<ReadonlyMap<PaymentId, readonly Transaction[]>, StorageUnavailable>>;
  }>;
  let held: PaymentBooks = new Map();
  let reading: Reading | undefined;

  return async ({ now, soon }, steps) => {
    if (reading !== undefined) {
      const failed = await take(reading, steps);
      reading = undefined;
      if (failed.isErr()) return failed.map(() => held);
    }
    const missing = now.filter((id) => !held.has(id));
    if (missing.length > 0) {
      const failed = await take(read(missing), steps);
      if (failed.isErr()) return failed.map(() => held);
    }
    const wanted = new Set([...now, ...soon]);
    for (const id of held.keys()) if (!wanted.has(id)) held.delete(id);
    const ahead = soon.filter((id) => !held.has(id));
    if (ahead.length > 0) reading = read(ahead);
    return ok(held);
  };

  function read(ids: readonly PaymentId[]): Reading {
    return { ids, found: defended(Promise.resolve(payments.transactionsOfEach(merchantId, ids))) };
  }

  /** No `map` of its result, which holds what it is given until the next full collection. */
  async function take(
    { ids, found }: Reading,
    steps: readonly LeftByStep[],
  ): Promise<Result<void, StorageUnavailable>> {
    const stored = await found;
    if (stored.isErr()) return stored.map(() => undefined);
    for (const id of ids) {
      const found = stored.value.get(id) ?? [];
      const isMoved = found.some((each) => steps.some(({ transactions }) => transactions.has(each.id)));
      held.set(id, isMoved ? found.map(asLeft) : found);
    }
    return ok(undefined);

    function asLeft(each: Transaction): Transaction {
      const last = steps.findLast(({ transactions }) => transactions.has(each.id));
      const moved = last?.transactions.get(each.id);
      return moved !== undefined && moved.version > each.version ? moved : each;
    }
  }
}

export function leftByStep({ transactions = [] }: Beside): LeftByStep {
  const left = new Map<TransactionId, Transaction>();
  for (const { next } of transactions) left.set(next.id, next);
  return { transactions: left };
}
