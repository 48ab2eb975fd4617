import { ok, okAsync, Result, ResultAsync, safeTry } from 'neverthrow';
import { keyOfAcceptedLine, movesMoneyOf } from '../../domain/files/accepted-line.ts';
import {
  type Exception,
  endsWhenSettled,
  isAcceptedAbsence,
  missingKey,
  type OpenException,
  type ProposedException,
  settledSince,
} from '../../domain/files/exception.ts';
import type { Tolerance } from '../../domain/files/match-row.ts';
import { leftBesideSettled, paidBeside } from '../../domain/files/settled-beside.ts';
import type { ExceptionId, MerchantId, ReconciliationId, TransactionId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Payments } from '../../ports/payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { inParallel } from '../kernel/in-parallel.ts';
import { linePosted } from './posted-lines.ts';
import type { AggregateEffect } from './row-effects.ts';

export type SincePorts = Readonly<{ aggregates: Aggregates; payments: Payments }>;

type Unresolved = OpenException | ProposedException;

/** What became of an exception since it was opened, where anything did, and the transaction of ours that it ends with. */
export type Standing = Readonly<{ effect?: AggregateEffect; transaction?: Transaction }>;

/** The file at whose end they are looked at, and as of when. */
export type LookedAt = Readonly<{
  merchantId: MerchantId;
  file: ReconciliationId;
  until: Instant;
  tolerance: Tolerance;
}>;

/**
 * How exceptions stand by now. One whose transaction was settled since, or whose row's money a line has posted, is closed; a row that pays
 * something else than its transaction was settled by stays open, as a duplicate. One read for all of them, one for each that may be such a line, and
 * one for each row whose transaction is settled.
 */
export const exceptionsSince = (
  ports: SincePorts,
  exceptions: readonly Unresolved[],
  { merchantId, file, until, tolerance }: LookedAt,
): ResultAsync<(exception: Unresolved) => Standing, StorageUnavailable> =>
  safeTry(async function* () {
    const booksOf = yield* booksBehind(ports, merchantId, exceptions);
    const posterOf = yield* postersOf(ports, exceptions, file);
    const settled = exceptions.flatMap((each) => (each.row && settledIn(booksOf(each))) ?? []);
    const accepted = yield* acceptedAbsences(ports, merchantId, settled);
    return ok((before: Unresolved): Standing => {
      const books = booksOf(before);
      const transaction = settledIn(books);
      const left =
        books === undefined || transaction === undefined
          ? undefined
          : leftBesideSettled(before, {
              ...books,
              isAcceptedAbsence: accepted.has(transaction.id),
              tolerance,
            });
      const settler = posterOf.get(before.id) ?? (transaction && file);
      if (left !== undefined)
        return { effect: { action: 'exception.reassessed', before, next: paidBeside(before, left, until) } };
      if (settler !== undefined)
        return {
          effect: { action: 'exception.settled', before, next: settledSince(before, settler, until) },
        };
      return present({ transaction: books?.transaction });
    });
  });

/** The transaction that an exception ends with, among all of its payment. */
type BooksBehind = Readonly<{ transaction: Transaction; ofPayment: readonly Transaction[] }>;

const settledIn = (books: BooksBehind | undefined): Transaction | undefined =>
  books?.transaction.status === 'settled' ? books.transaction : undefined;

/** How that transaction is found, where it is one of ours: one read for all of them. */
const booksBehind = (
  { payments }: SincePorts,
  merchantId: MerchantId,
  exceptions: readonly Exception[],
): ResultAsync<(exception: Exception) => BooksBehind | undefined, StorageUnavailable> => {
  const ending = exceptions.filter((each) => endsWhenSettled(each) && each.transactionId !== undefined);
  const named = [...new Set(ending.flatMap(({ paymentId }) => paymentId ?? []))];
  const found: ReturnType<Payments['transactionsOfEach']> =
    named.length === 0 ? okAsync(new Map()) : payments.transactionsOfEach(merchantId, named);
  return found.map((books) => {
    const byId = new Map<string, BooksBehind>();
    for (const ofPayment of books.values())
      for (const transaction of ofPayment) byId.set(transaction.id, { transaction, ofPayment });
    return (each) =>
      endsWhenSettled(each) && each.transactionId !== undefined ? byId.get(each.transactionId) : undefined;
  });
};

/** Those of the transactions that a person took as never paid. */
const acceptedAbsences = (
  { aggregates }: SincePorts,
  merchantId: MerchantId,
  transactions: readonly Transaction[],
): ResultAsync<ReadonlySet<TransactionId>, StorageUnavailable> =>
  inParallel([...new Set(transactions.map(({ id }) => id))], AT_ONCE, (id) =>
    ResultAsync.fromSafePromise(
      Promise.resolve(
        aggregates
          .findByKey(merchantId, 'exception', missingKey(id))
          .map((found) => (found !== undefined && isAcceptedAbsence(found) ? [id] : [])),
      ),
    ),
  ).andThen((found) => Result.combine([...found]).map((ids) => new Set(ids.flat())));

/**
 * What has posted the money of an exception's row since, by the exception: another one that was accepted, the file that has the line, or
 * `file`, where the line is the processor's record alone. Of other money a person decides. One read for each that can be such a line.
 */
const postersOf = (
  ports: SincePorts,
  exceptions: readonly Exception[],
  file: ReconciliationId,
): ResultAsync<ReadonlyMap<ExceptionId, ReconciliationId | ExceptionId>, StorageUnavailable> =>
  inParallel(
    exceptions.filter((each) => keyOfAcceptedLine(each) !== undefined),
    AT_ONCE,
    (each) =>
      ResultAsync.fromSafePromise(Promise.resolve(linePosted(ports, each).map((line) => ({ each, line })))),
  ).andThen((found) =>
    Result.combine([...found]).map(
      (all) =>
        new Map(
          all.flatMap(({ each, line }) =>
            line !== undefined && movesMoneyOf(each, line)
              ? [[each.id, line.exceptionId ?? line.reconciliationId ?? file] as const]
              : [],
          ),
        ),
    ),
  );

/** So many are looked for at once: a page of them together would take every connection from all others. */
const AT_ONCE = 16;
