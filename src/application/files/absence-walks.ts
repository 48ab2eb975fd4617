import { ok, Result, ResultAsync, safeTry } from 'neverthrow';
import { type AbsentTransaction, absenceOf } from '../../domain/files/absences.ts';
import { type Exception, isUnresolved, missingKey, openException } from '../../domain/files/exception.ts';
import { exceptionOfMissing } from '../../domain/files/exception-facts.ts';
import type { Tolerance } from '../../domain/files/match-row.ts';
import type { ProcessingReconciliation } from '../../domain/files/reconciliation.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { SucceededTransaction, Transaction } from '../../domain/payments/transaction.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Payments } from '../../ports/payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { inParallel } from '../kernel/in-parallel.ts';
import { exceptionsSince } from './exceptions-since.ts';
import { type BatchBounds, ROWS_BESIDE } from './match-batch.ts';
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

/** How long the processor takes, how far amounts may differ, and from when on the files before left something to look at. */
export type AbsenceTerms = Readonly<{ delayDays: number; tolerance: Tolerance; since?: Instant }>;

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
 */
export const amongExceptions = (
  ports: AbsenceWalkPorts,
  { merchantId, id: file }: ProcessingReconciliation,
  { until, after }: AbsencePlace,
  { tolerance }: AbsenceTerms,
): ResultAsync<readonly Found[], StorageUnavailable> =>
  safeTry(async function* () {
    const page = { limit: PAGE, isOpen: true, ...present({ after }) } as const;
    const open = yield* ports.aggregates.list(merchantId, 'exception', page);
    const unresolved = open.filter((each) => isUnresolved(each));
    const standingOf = yield* exceptionsSince(ports, unresolved, { merchantId, file, until, tolerance });
    const found: Found[] = [];
    let absent: AbsentTransaction[] = [];
    let effects: AggregateEffect[] = [];
    for (const before of unresolved) {
      const { effect, transaction } = standingOf(before);
      if (effect !== undefined) effects.push(effect);
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
