import { err, ok, type Result, ResultAsync, safeTry } from 'neverthrow';
import {
  type Absence,
  type AbsentTransaction,
  absenceOf,
  absenceRecord,
  noAbsences,
} from '../../domain/files/absences.ts';
import {
  type Exception,
  endsWhenSettled,
  isUnresolved,
  missingKey,
  openException,
  settledSince,
} from '../../domain/files/exception.ts';
import { exceptionOfMissing } from '../../domain/files/exception-facts.ts';
import { advanceAbsences, type ProcessingReconciliation } from '../../domain/files/reconciliation.ts';
import { batchObject } from '../../domain/files/reconciliation-files.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { type JsonObject, jsonText } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import { SETTLEMENT_DELAY_DAYS } from '../../domain/merchants/merchant.ts';
import type { SucceededTransaction, Transaction } from '../../domain/payments/transaction.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { Payments } from '../../ports/payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { auditedAggregate } from '../kernel/aggregate-change.ts';
import type { BatchPorts } from './batch-step.ts';
import { heldUp } from './file-records.ts';
import type { Beside, JobHeldUp } from './job-work.ts';
import { type BatchBounds, ROWS_BESIDE } from './match-batch.ts';
import { movedReconciliation, originOf } from './reconciliation-moves.ts';
import type { AggregateEffect } from './row-effects.ts';

export type AbsencePorts = BatchPorts &
  BatchBounds &
  Readonly<{ aggregates: Aggregates; payments: Payments; merchants: Merchants; clock: Clock }>;

/**
 * Where looking goes on: among the exceptions that are open, then among the transactions that are unsettled, then nowhere. All of
 * it is as of `until`.
 */
export type AbsencePlace = Readonly<{
  walk: 'exceptions' | 'transactions' | 'ended';
  until: Instant;
  after?: string;
}>;

/** One step of it, and where the next goes on. */
export type AbsenceStep = Readonly<{ beside: Beside; stored: ProcessingReconciliation; next: AbsencePlace }>;

/** An aggregate, its link, and a unique key or the place among those that are open. */
const ROWS_PER_EXCEPTION = 3;
const PAGE = 500;

/** Where it begins: at the moment when the last row has its outcome. */
export const absencesBegin = (now: Instant): AbsencePlace => ({ walk: 'exceptions', until: now });

/** The place as it is in a job's checkpoint. */
export const absencePlaceRecord = ({ walk, until, after }: AbsencePlace): JsonObject => ({
  walk,
  until,
  ...present({ after }),
});

/** Reads it back; undefined where looking has not begun. */
export const absencePlaceIn = (checkpoint: JsonObject | undefined): AbsencePlace | undefined =>
  checkpoint?.['absent'] as AbsencePlace | undefined;

/**
 * Looks for what ought to be in the file and is not, in steps that each fit one commit and in constant memory. Exceptions whose
 * transaction has been settled since are closed, those that say a transaction is missing are counted again, and each
 * transaction that is missing for the first time gets one. What was created before the last file looked is read no more.
 */
export async function* findAbsences(
  ports: AbsencePorts,
  begun: ProcessingReconciliation,
  from: AbsencePlace,
  attempt: number,
): AsyncGenerator<Result<AbsenceStep, JobHeldUp>, void, void> {
  let running = begun;
  let place = from;
  const terms = await termsOf(ports, begun);
  if (terms.isErr()) {
    yield err(heldUp(terms.error));
    return;
  }
  while (place.walk !== 'ended') {
    const found: Result<Found, StorageUnavailable> =
      place.walk === 'exceptions'
        ? await amongExceptions(ports, running, place)
        : await amongTransactions(ports, running, place, terms.value);
    if (found.isErr()) {
      yield err(heldUp(found.error));
      return;
    }
    const step = await written(ports, running, found.value, attempt);
    if (step.isErr()) {
      yield err(step.error);
      return;
    }
    running = step.value.stored;
    place = step.value.next;
    yield step;
  }
}

type Terms = Readonly<{ delayDays: number; since?: Instant }>;

const FILES_BEFORE = 20;

/** How long the processor takes, and from when on the files before left something to look at. */
const termsOf = (
  { merchants, aggregates }: AbsencePorts,
  { merchantId }: ProcessingReconciliation,
): ResultAsync<Terms, StorageUnavailable> =>
  safeTry(async function* () {
    const merchant = yield* merchants.find(merchantId);
    const files = yield* aggregates.newest(merchantId, 'reconciliation', { limit: FILES_BEFORE });
    const looked = files.flatMap(({ status, absences }) =>
      status === 'completed' && absences !== undefined ? [absences.since] : [],
    );
    return ok({
      delayDays: merchant?.settlementDelayDays ?? SETTLEMENT_DELAY_DAYS,
      ...(looked.length === 0 ? {} : { since: Math.max(...looked) }),
    });
  });

/** What a step came upon. */
type Found = Readonly<{
  absent: readonly AbsentTransaction[];
  effects: readonly AggregateEffect[];
  /** The oldest transaction that a later file has to look at again. */
  oldest?: Instant;
  next: AbsencePlace;
}>;

const mostExceptions = ({ mostChangeRows }: BatchBounds): number =>
  Math.max(1, Math.floor((mostChangeRows - ROWS_BESIDE) / ROWS_PER_EXCEPTION));

const amongExceptions = (
  ports: AbsencePorts,
  { merchantId, id }: ProcessingReconciliation,
  { until, after }: AbsencePlace,
): ResultAsync<Found, StorageUnavailable> =>
  safeTry(async function* () {
    const page = { limit: PAGE, isOpen: true, ...present({ after }) } as const;
    const open = yield* ports.aggregates.list(merchantId, 'exception', page);
    const transactions = yield* ResultAsync.combine(open.map((each) => transactionOf(ports, each)));
    const absent: AbsentTransaction[] = [];
    const effects: AggregateEffect[] = [];
    let last: string | undefined;
    for (const [index, before] of open.entries()) {
      if (effects.length === mostExceptions(ports)) break;
      last = before.id;
      const transaction = transactions[index];
      if (transaction === undefined || !isUnresolved(before)) continue;
      if (transaction.status === 'settled')
        effects.push({ action: 'exception.settled', before, next: settledSince(before, id, until) });
      else if (before.type === 'missing_there' && transaction.status === 'succeeded') {
        const absence = (before.expectedUntil ?? until) > until ? 'expected' : 'missing_there';
        absent.push({ absence, transaction, exceptionId: before.id });
      }
    }
    const isAtEnd = open.length < PAGE && last === open.at(-1)?.id;
    const next: AbsencePlace = isAtEnd
      ? { walk: 'transactions', until }
      : { walk: 'exceptions', until, ...present({ after: last }) };
    return ok({ absent, effects, next });
  });

/** The transaction that an exception ends with, where it is one of ours. */
const transactionOf = (
  { payments }: AbsencePorts,
  exception: Exception,
): ResultAsync<Transaction | undefined, StorageUnavailable> => {
  const { merchantId, paymentId, transactionId } = exception;
  if (!endsWhenSettled(exception) || paymentId === undefined || transactionId === undefined)
    return new ResultAsync(Promise.resolve(ok(undefined)));
  return payments
    .transactionsOf(merchantId, paymentId)
    .map((found) => found.find(({ id }) => id === transactionId));
};

const amongTransactions = (
  ports: AbsencePorts,
  { merchantId, id: reconciliationId }: ProcessingReconciliation,
  { until, after }: AbsencePlace,
  { delayDays, since }: Terms,
): ResultAsync<Found, StorageUnavailable> =>
  safeTry(async function* () {
    const page = { until, limit: mostExceptions(ports), ...present({ from: since, after }) };
    const { transactions, next } = yield* ports.payments.unsettled(merchantId, page);
    const succeeded = transactions.filter((each) => each.status === 'succeeded');
    const late = succeeded.filter((each) => absenceOf(each, delayDays, until) === 'missing_there');
    const known = yield* ResultAsync.combine(
      late.map(({ id }) => ports.aggregates.findByKey(merchantId, 'exception', missingKey(id))),
    );
    const missing = late.filter((_, index) => known[index] === undefined);
    const young = transactions.filter((each) => !late.some(({ id }) => id === each.id));
    const opened = missing.map((transaction) => ({
      transaction,
      exception: openException({
        ...exceptionOfMissing(transaction),
        id: ports.ids.exception(until),
        merchantId,
        reconciliationId,
        createdAt: until,
      }),
    }));
    return ok<Found>({
      absent: [
        ...young.filter(isSucceeded).map((transaction) => ({ absence: 'expected' as const, transaction })),
        ...opened.map(({ transaction, exception }) => ({
          absence: 'missing_there' as const,
          transaction,
          exceptionId: exception.id,
        })),
      ],
      effects: opened.map(({ transaction, exception }) => ({
        action: 'exception.opened',
        next: exception,
        takes: [missingKey(transaction.id)],
      })),
      ...(young.length === 0 ? {} : { oldest: Math.min(...young.map(({ createdAt }) => createdAt)) }),
      next: next === undefined ? { walk: 'ended', until } : { walk: 'transactions', until, after: next },
    });
  });

const isSucceeded = (transaction: Transaction): transaction is SucceededTransaction =>
  transaction.status === 'succeeded';

/** The lines of a step as one object, and what is committed with it; nothing of either where it came upon nothing. */
async function written(
  ports: AbsencePorts,
  running: ProcessingReconciliation,
  { absent, effects, oldest, next }: Found,
  attempt: number,
): Promise<Result<AbsenceStep, JobHeldUp>> {
  const { digests, objects, utf8, clock } = ports;
  const before = running.absences ?? noAbsences(next.until);
  const since = Math.min(before.since, oldest ?? before.since);
  const isNews = absent.length > 0 || effects.length > 0 || since < before.since || next.walk === 'ended';
  if (!isNews) return ok({ beside: {}, stored: running, next });
  const lines = absent.map((each) => `${jsonText(absenceRecord(each))}\n`).join('');
  const count = (absence: Absence) => absent.filter((each) => each.absence === absence).length;
  let { batches, hash } = before;
  if (absent.length > 0) {
    const key = batchObject(running, running.batches + batches, attempt);
    const put = await objects.put(key, utf8.encode(lines), 'application/x-ndjson');
    if (put.isErr()) return err(heldUp(put.error));
    batches += 1;
    hash = digests.sha256(`${hash}${digests.sha256(lines)}`);
  }
  const at = clock.now();
  const absences = {
    expected: before.expected + count('expected'),
    missingThere: before.missingThere + count('missing_there'),
    batches,
    hash,
    since,
  };
  const advanced = advanceAbsences(running, absences, at);
  const { beside, stored } = movedReconciliation(ports, 'reconciliation.advanced', running, advanced);
  const of = { at, origin: originOf(running) };
  const others = effects.map((each) => auditedAggregate(ports, { ...of, ...each }));
  return ok({
    stored,
    next,
    beside: {
      aggregates: [...(beside.aggregates ?? []), ...others.map(({ guarded }) => guarded)],
      audit: [...(beside.audit ?? []), ...others.map(({ entry }) => entry)],
    },
  });
}
