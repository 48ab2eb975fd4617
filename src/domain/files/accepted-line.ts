import { storedCurrency } from '../kernel/currency.ts';
import type { StatementLineId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import { money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import type { Exception } from './exception.ts';
import { type StatementLine, statementKey } from './statement-line.ts';

/** Rows of these types can be exceptions while no line of their type and reference is on record. */
const TYPES = ['chargeback', 'chargeback_reversal', 'uncaptured'] as const;

const typeOf = ({ row }: Exception) => TYPES.find((each) => each === row?.type);

/**
 * The unique key of the line that the row of an exception would have been; undefined where it would have been none, or one that was on
 * record when the exception was opened.
 */
export function keyOfAcceptedLine(exception: Exception): string | undefined {
  const type = typeOf(exception);
  const { lineReference } = exception;
  return type === undefined || lineReference === undefined ? undefined : statementKey(type, lineReference);
}

/** Whether a line moves the very money that the row of an exception says. */
export const movesMoneyOf = ({ row = {} }: Exception, { type, amount, fee = 0n }: StatementLine): boolean =>
  type === row.type &&
  amount.minorUnits === row.amount &&
  amount.currency === row.currency &&
  fee === (row.fee ?? 0n);

/**
 * That line once the row's money is accepted as a difference, so that what says it again is known to repeat it. It is of no transaction:
 * of none was anything charged back or given back.
 */
export function acceptedLine(
  exception: Exception,
  known: Readonly<{ id: StatementLineId; createdAt: Instant }>,
): StatementLine | undefined {
  const {
    id: exceptionId,
    merchantId,
    row = {},
    lineReference: reference,
    reconciliationId,
    line,
  } = exception;
  const { amount, currency, fee = 0n, settledOn } = row;
  const type = typeOf(exception);
  if (type === undefined || reference === undefined || amount === undefined || currency === undefined)
    return undefined;
  return {
    kind: 'statement_line',
    ...known,
    merchantId,
    type,
    reference,
    amount: money(amount, storedCurrency(currency)),
    ...present({ fee: fee === 0n ? undefined : fee, settledOn, reconciliationId, line }),
    exceptionId,
    version: 1,
    auditHash: '',
  };
}
