import { ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import { keyOfAcceptedLine, movesMoneyOf } from '../../domain/files/accepted-line.ts';
import type { Exception } from '../../domain/files/exception.ts';
import { chargebackKey, type StatementLine } from '../../domain/files/statement-line.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { lastInSequence } from './last-in-sequence.ts';

type LinePorts = Readonly<{ aggregates: Pick<Aggregates, 'findByKey'> }>;

/**
 * The line that has posted the row of an exception since it was opened. An exception of a version before does not say which line its row
 * would have been: of those of its transaction that came since, the newest that moves the very same money is taken for it. One read; of the
 * latter as many as find the newest of the transaction's, and one for each since.
 */
export const linePosted = (
  ports: LinePorts,
  exception: Exception,
): ResultAsync<StatementLine | undefined, StorageUnavailable> => {
  const key = keyOfAcceptedLine(exception);
  return key === undefined
    ? lineLike(ports, exception)
    : ports.aggregates.findByKey(exception.merchantId, 'statement_line', key);
};

const lineLike = (
  { aggregates }: LinePorts,
  exception: Exception,
): ResultAsync<StatementLine | undefined, StorageUnavailable> => {
  const { merchantId, type, row, transactionId, createdAt } = exception;
  const isCharged = row?.type === 'chargeback' || row?.type === 'chargeback_reversal';
  if (type === 'duplicate' || !isCharged || transactionId === undefined) return okAsync(undefined);
  const numbered = (sequence: number) =>
    aggregates.findByKey(merchantId, 'statement_line', chargebackKey(transactionId, sequence));
  return safeTry(async function* () {
    let line = yield* lastInSequence(numbered);
    while (line !== undefined && line.createdAt > createdAt && !movesMoneyOf(exception, line))
      line = yield* numbered((line.chargebacks?.sequence ?? 0) - 1);
    return ok(line !== undefined && line.createdAt > createdAt ? line : undefined);
  });
};
