import type { PaymentId, TransactionId } from '../kernel/ids.ts';
import { type Instant, rfc3339 } from '../kernel/instant.ts';
import { type JsonObject, whole } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';
import type { SucceededTransaction } from '../payments/transaction.ts';

/** What ought to be in the file and is not: not yet, as the processor has days to pay it out, or not in time. */
export const ABSENCES = ['expected', 'missing_there'] as const;
export type Absence = (typeof ABSENCES)[number];

/**
 * What the file does not name, as it stood at the file's end. Of these there are no rows, so they are in no sum of rows.
 * `batches` objects of lines follow those of the rows, under one hash over all of them, each after the one before.
 */
export type Absences = Readonly<{
  expected: number;
  missingThere: number;
  batches: number;
  hash: string;
  /** Of all that was created before, none is unsettled that has no exception of its own. */
  since: Instant;
}>;

/** Commits that began before a walk may end after it; none takes so long. */
const COMMITS_WITHIN_MS = 3_600_000;

/** A walk over all that was created before `until`. */
export const noAbsences = (until: Instant): Absences => ({
  expected: 0,
  missingThere: 0,
  batches: 0,
  hash: '',
  since: until - COMMITS_WITHIN_MS,
});

/** One transaction that the file does not name. */
export type AbsentTransaction = Readonly<{
  absence: Absence;
  transaction: Readonly<{ id: TransactionId; paymentId: PaymentId }> &
    Pick<SucceededTransaction, 'type' | 'amount' | 'processedAt'>;
  exceptionId?: string;
}>;

const DAY_MS = 86_400_000;

/** Which of the two a transaction is that no file has named; its age counts from when the processor took it. */
export const absenceOf = (
  { processedAt }: Pick<SucceededTransaction, 'processedAt'>,
  delayDays: number,
  now: Instant,
): Absence => (now - processedAt < delayDays * DAY_MS ? 'expected' : 'missing_there');

/** A transaction that is absent, as it is kept and published beside the rows. */
export const absenceRecord = ({ absence, transaction, exceptionId }: AbsentTransaction): JsonObject => ({
  outcome: absence,
  type: transaction.type === 'refund' ? 'refund' : 'payment',
  payment_id: transaction.paymentId,
  transaction_id: transaction.id,
  amount: whole(transaction.amount.minorUnits),
  currency: transaction.amount.currency,
  processed_at: rfc3339(transaction.processedAt),
  ...present({ exception_id: exceptionId }),
});
