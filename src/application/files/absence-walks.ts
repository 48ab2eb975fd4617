import { ok, okAsync, Result, ResultAsync, safeTry } from 'neverthrow';
import { type AbsentTransaction, absenceOf } from '../../domain/files/absences.ts';
import { keyOfAcceptedLine, movesMoneyOf } from '../../domain/files/accepted-line.ts';
import {
  type Exception,
  endsWhenSettled,
  isUnresolved,
  missingKey,
  openException,
  settledSince,
} from '../../domain/files/exception.ts';
import { exceptionOfMissing } from '../../domain/files/exception-facts.ts';
import type { ProcessingReconciliation } from '../../domain/files/reconciliation.ts';
import type { ExceptionId, MerchantId, ReconciliationId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { SucceededTransaction, Transaction } from '../../domain/payments/transaction.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Payments } from '../../ports/payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { inParallel } from '../kernel/in-parallel.ts';
import { type BatchBounds, ROWS_BESIDE } from './match-batch.ts';
import { linePosted } from './posted-lines.ts';
import type { AggregateEffect } from './row-effects.ts';

export type AbsenceWalkPorts = BatchBounds &
  Readonly<{ aggregates: Aggregates; payments: Payments; ids: Ids }>;

/**
 * Where looking goes on: among the exceptions that are open, then among the transactions that are unsettled, then nowhere. All of
 * it is as of `until`.
 */
export type AbsencePlace = Readonly<{
  walk: 'exceptions' | 'transactions' | 'ended';
  until: Instant;
  after?: string;
}>;

/** How long the processor takes, and from when on the files before left something to look at. */
export type AbsenceTerms = Readonly<{ delayDays: number; since?: Instant }>;

/** An aggregate, its link, and a unique key or the place among those that are open. */
const ROWS_PER_EXCEPTION = 3;
/** So many are read at once: of a page on DynamoDB that holds few, most would be the asking. */
const PAGE = 500;

/** What one step came upon, which a commit holds. */
export type Found = Readonly<{
  absent: readonly AbsentTransaction[];
  effects: readonly AggregateEffect[];
  /** The oldest transaction that a later file has to look at again. */
  oldest?: Instant;
  next: AbsencePlace;
}>;

const mostExceptions = ({ mostChangeRows }: BatchBounds): number =>
  Math.max(1, Math.floor((mostChangeRows - ROWS_BESIDE) / ROWS_PER_EXCEPTION));

/**
 * A page of those that are open. They are looked at again at the end of each file, and nothing is written of those that stay as they are.
 * What a line of the same money has posted since is closed as what is settled is.
 */
export const amongExceptions = (
  ports: AbsenceWalkPorts,
  { merchantId, id }: ProcessingReconciliation,
  { until, after }: AbsencePlace,
): ResultAsync<readonly Found[], StorageUnavailable> =>
  safeTry(async function* () {
    const page = { limit: PAGE, isOpen: true, ...present({ after }) } as const;
    const open = yield* ports.aggregates.list(merchantId, 'exception', page);
    const transactionOf = yield* transactionsBehind(ports, merchantId, open);
    const posterOf = yield* postersOf(ports, open, id);
    const found: Found[] = [];
    let absent: AbsentTransaction[] = [];
    let effects: AggregateEffect[] = [];
    for (const before of open) {
      if (!isUnresolved(before)) continue;
      const transaction = transactionOf(before);
      const settler = posterOf.get(before.id) ?? (transaction?.status === 'settled' ? id : undefined);
      if (settler !== undefined)
        effects.push({ action: 'exception.settled', before, next: settledSince(before, settler, until) });
      else if (transaction === undefined) continue;
      else if (before.type === 'missing_there' && transaction.status === 'succeeded') {
        const absence = (before.expectedUntil ?? until) > until ? 'expected' : 'missing_there';
        absent.push({ absence, transaction, exceptionId: before.id });
      }
      if (effects.length < mostExceptions(ports)) continue;
      found.push({ absent, effects, next: { walk: 'exceptions', until, after: before.id } });
      absent = [];
      effects = [];
    }
    const next: AbsencePlace =
      open.length < PAGE
        ? { walk: 'transactions', until }
        : { walk: 'exceptions', until, ...present({ after: open.at(-1)?.id }) };
    return ok([...found, { absent, effects, next }]);
  });

/** How the transaction is found that an exception ends with, where it is one of ours: one read for all of them. */
const transactionsBehind = (
  { payments }: AbsenceWalkPorts,
  merchantId: MerchantId,
  exceptions: readonly Exception[],
): ResultAsync<(exception: Exception) => Transaction | undefined, StorageUnavailable> => {
  const ending = exceptions.filter((each) => endsWhenSettled(each) && each.transactionId !== undefined);
  const named = [...new Set(ending.flatMap(({ paymentId }) => paymentId ?? []))];
  const found: ReturnType<Payments['transactionsOfEach']> =
    named.length === 0 ? okAsync(new Map()) : payments.transactionsOfEach(merchantId, named);
  return found.map((books) => {
    const byId = new Map([...books.values()].flat().map((each) => [each.id, each]));
    return (each) =>
      endsWhenSettled(each) && each.transactionId !== undefined ? byId.get(each.transactionId) : undefined;
  });
};

/**
 * What has posted the money of an exception's row since, by the exception: another one that was accepted, the file that has the line, or
 * `file`, where the line is the processor's record alone. Of other money a person decides. One read for each that can be such a line.
 */
const postersOf = (
  ports: AbsenceWalkPorts,
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

/**
 * A page of those that are unsettled. Only the last step of it goes on behind the page: a place within one has no name. Those that the
 * steps before have opened an exception of are known then, and are counted no second time.
 */
export const amongTransactions = (
  ports: AbsenceWalkPorts,
  { merchantId, id: reconciliationId }: ProcessingReconciliation,
  place: AbsencePlace,
  { delayDays, since }: AbsenceTerms,
): ResultAsync<readonly Found[], StorageUnavailable> =>
  safeTry(async function* () {
    const { until, after } = place;
    const page = { until, limit: PAGE, ...present({ from: since, after }) };
    const { transactions, next } = yield* ports.payments.unsettled(merchantId, page);
    const succeeded = transactions.filter((each) => each.status === 'succeeded');
    const late = succeeded.filter((each) => absenceOf(each, delayDays, until) === 'missing_there');
    const missing = yield* withoutException(ports, merchantId, late);
    const lateIds = new Set(late.map(({ id }) => id));
    const young = transactions.filter(({ id }) => !lateIds.has(id));
    const most = mostExceptions(ports);
    const found: Found[] = [];
    let left = missing.map(opened);
    for (; left.length > most; left = left.slice(most)) found.push(foundMissing(left.slice(0, most), place));
    const last = foundMissing(
      left,
      next === undefined ? { walk: 'ended', until } : { walk: 'transactions', until, after: next },
    );
    const expected = young
      .filter(isSucceeded)
      .map((transaction) => ({ absence: 'expected' as const, transaction }));
    return ok([
      ...found,
      {
        ...last,
        absent: [...expected, ...last.absent],
        ...(young.length === 0 ? {} : { oldest: Math.min(...young.map(({ createdAt }) => createdAt)) }),
      },
    ]);

    function opened(transaction: SucceededTransaction): Opened {
      const exception = openException({
        ...exceptionOfMissing(transaction),
        id: ports.ids.exception(until),
        merchantId,
        reconciliationId,
        createdAt: until,
      });
      return { transaction, exception };
    }
  });

/** So many are looked for at once: a page of them together would take every connection from all others. */
const AT_ONCE = 16;

const withoutException = <Late extends Transaction>(
  { aggregates }: AbsenceWalkPorts,
  merchantId: MerchantId,
  late: readonly Late[],
): ResultAsync<readonly Late[], StorageUnavailable> =>
  inParallel(late, AT_ONCE, ({ id }) =>
    ResultAsync.fromSafePromise(
      Promise.resolve(aggregates.findByKey(merchantId, 'exception', missingKey(id))),
    ),
  ).andThen((found) =>
    Result.combine([...found]).map((known) => late.filter((_, index) => known[index] === undefined)),
  );

type Opened = Readonly<{ transaction: SucceededTransaction; exception: Exception }>;

const foundMissing = (opened: readonly Opened[], next: AbsencePlace): Found => ({
  absent: opened.map(({ transaction, exception }) => ({
    absence: 'missing_there',
    transaction,
    exceptionId: exception.id,
  })),
  effects: opened.map(({ transaction, exception }) => ({
    action: 'exception.opened',
    next: exception,
    takes: [missingKey(transaction.id)],
  })),
  next,
});

const isSucceeded = (transaction: Transaction): transaction is SucceededTransaction =>
  transaction.status === 'succeeded';
