import { ok, Result } from 'neverthrow';
import { parseId } from '../kernel/ids.ts';
import { parseDay } from '../kernel/instant.ts';
import { present } from '../kernel/present.ts';
import { ROW_TYPES } from '../merchants/settlement-mapping.ts';
import { bad, type Cell, type CellOf, currencyOf, optional, rowReader, textOf } from './file-cells.ts';
import { columnsOf, type RowSource, type TransactionRow } from './file-row.ts';

const REQUIRED = [
  'payment_id',
  'transaction_id',
  'status',
  'fee',
  'processed_date',
  'settlement_date',
] as const;
const OPTIONAL = ['type', 'amount', 'currency', 'reference', 'payout_id', 'bank_reference'] as const;
type Column = (typeof REQUIRED | typeof OPTIONAL)[number];

/** The columns of the native source, in the order in which a sample has them. */
export const NATIVE_COLUMNS: readonly Column[] = [...REQUIRED, ...OPTIONAL];

/** Digits alone: no sign, no separator, no exponent, and no more of them than the largest amount that can be stored has. */
const AMOUNT = /^\d{1,18}$/;

/**
 * paywright's own columns, in any order: `payment_id`, `transaction_id`, `status` (`settled` or `failed`), `fee`,
 * `processed_date` and `settlement_date` (YYYY-MM-DD), and where the file has them `type`, `amount`, `currency`, `reference`,
 * `payout_id` and `bank_reference`. Amounts are whole minor units. An optional cell may be empty.
 */
export const nativeRows: RowSource = (header) =>
  columnsOf<Column>(header, { required: REQUIRED, optional: OPTIONAL }).map((places) =>
    rowReader(header, places, rowOf),
  );

const rowOf = (cell: CellOf<Column>, line: number): Cell<TransactionRow> =>
  Result.combine([
    idOf('payment_id', 'pay', cell('payment_id')),
    idOf('transaction_id', 'txn', cell('transaction_id')),
    wordOf('status', cell('status'), ['settled', 'failed'] as const),
    amountOf('fee', cell('fee')),
    dayOf('processed_date', cell('processed_date')),
    dayOf('settlement_date', cell('settlement_date')),
    optional(cell('type'), typeOf),
    optional(cell('amount'), (text) => amountOf('amount', text)),
    optional(cell('currency'), (text) => currencyOf('currency', text)),
    textOf('reference', cell('reference')),
    textOf('payout_id', cell('payout_id')),
    textOf('bank_reference', cell('bank_reference')),
  ]).map(([paymentId, transactionId, status, fee, , settledOn, ...others]) => {
    const [type, amount, currency, reference, payoutId, bankReference] = others;
    const said = present({ type, amount, currency, reference, payoutId, bankReference });
    return { line, paymentId, transactionId, status, fee, settledOn, ...said };
  });

function idOf<Prefix extends 'pay' | 'txn'>(column: Column, prefix: Prefix, text: string) {
  const id = parseId(prefix, text);
  if (id !== undefined) return ok(id);
  return bad(column, text === '' ? 'missing' : 'not_an_id');
}

function wordOf<Word extends string>(column: Column, text: string, words: readonly Word[]): Cell<Word> {
  const word = words.find((each) => each === text);
  if (word !== undefined) return ok(word);
  return bad(column, text === '' ? 'missing' : 'unknown_word');
}

/** The types that have no transaction of ours are read once there is a ledger entry for them. */
const typeOf = (text: string): Cell<NonNullable<TransactionRow['type']>> =>
  wordOf('type', text, ROW_TYPES).andThen((type) =>
    type === 'payment' || type === 'refund' ? ok(type) : bad('type', 'unsupported_type'),
  );

function amountOf(column: Column, text: string): Cell<bigint> {
  if (AMOUNT.test(text)) return ok(BigInt(text));
  return bad(column, text === '' ? 'missing' : 'not_an_amount');
}

function dayOf(column: Column, text: string): Cell<string> {
  if (parseDay(text) !== undefined) return ok(text);
  return bad(column, text === '' ? 'missing' : 'not_a_day');
}
