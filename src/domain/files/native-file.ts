import { err, ok, Result } from 'neverthrow';
import { type CurrencyCode, STORED_CURRENCIES } from '../kernel/currency.ts';
import { parseId } from '../kernel/ids.ts';
import { parseDay } from '../kernel/instant.ts';
import { findsPan } from '../kernel/pan.ts';
import { present } from '../kernel/present.ts';
import { columnsOf, ROW_TYPES, type RowRejected, type RowSource, type TransactionRow } from './file-row.ts';

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

type Reason = RowRejected['reason'];
type Cell<Value> = Result<Value, Readonly<{ column: Column; reason: Reason }>>;

/** Digits alone: no sign, no separator, no exponent, and no more of them than the largest amount that can be stored has. */
const AMOUNT = /^\d{1,18}$/;
const FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;
const CONTROL = /\p{Cc}/u;
const LONGEST_TEXT = 255;

/**
 * paywright's own columns, in any order: `payment_id`, `transaction_id`, `status` (`settled` or `failed`), `fee`,
 * `processed_date` and `settlement_date` (YYYY-MM-DD), and where the file has them `type`, `amount`, `currency`, `reference`,
 * `payout_id` and `bank_reference`. Amounts are whole minor units. An optional cell may be empty.
 */
export const nativeRows: RowSource = (header) =>
  columnsOf<Column>(header, { required: REQUIRED, optional: OPTIONAL }).map((places) => {
    return (cells, line) => {
      const rejected = ({ column, reason }: Readonly<{ column?: Column; reason: Reason }>): RowRejected => ({
        kind: 'RowRejected',
        line,
        ...present({ column }),
        reason,
      });
      if (cells.length !== header.length) return err(rejected({ reason: 'cells' }));
      return rowOf((column) => cells[places.get(column) ?? -1] ?? '', line).mapErr(rejected);
    };
  });

const rowOf = (cell: (column: Column) => string, line: number): Cell<TransactionRow> =>
  Result.combine([
    idOf('payment_id', 'pay', cell('payment_id')),
    idOf('transaction_id', 'txn', cell('transaction_id')),
    wordOf('status', cell('status'), ['settled', 'failed'] as const),
    amountOf('fee', cell('fee')),
    dayOf('processed_date', cell('processed_date')),
    dayOf('settlement_date', cell('settlement_date')),
    optional(cell('type'), typeOf),
    optional(cell('amount'), (text) => amountOf('amount', text)),
    optional(cell('currency'), currencyOf),
    textOf('reference', cell('reference')),
    textOf('payout_id', cell('payout_id')),
    textOf('bank_reference', cell('bank_reference')),
  ]).map(([paymentId, transactionId, status, fee, , settledOn, ...others]) => {
    const [type, amount, currency, reference, payoutId, bankReference] = others;
    const said = present({ type, amount, currency, reference, payoutId, bankReference });
    return { line, paymentId, transactionId, status, fee, settledOn, ...said };
  });

const bad = (column: Column, reason: Reason) =>
  err<never, Readonly<{ column: Column; reason: Reason }>>({ column, reason });

const optional = <Value>(text: string, read: (text: string) => Cell<Value>): Cell<Value | undefined> =>
  text === '' ? ok(undefined) : read(text);

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

const CURRENCIES: ReadonlyMap<string, CurrencyCode> = new Map(STORED_CURRENCIES.map((code) => [code, code]));

function currencyOf(text: string): Cell<CurrencyCode> {
  const currency = CURRENCIES.get(text);
  return currency === undefined ? bad('currency', 'unknown_currency') : ok(currency);
}

function dayOf(column: Column, text: string): Cell<string> {
  if (parseDay(text) !== undefined) return ok(text);
  return bad(column, text === '' ? 'missing' : 'not_a_day');
}

/** Text of others, which is stored and shown: nothing that a spreadsheet runs, no control characters, no card. */
function textOf(column: Column, text: string): Cell<string | undefined> {
  if (text === '') return ok(undefined);
  if (text.length > LONGEST_TEXT) return bad(column, 'too_long');
  if (FORMULA.test(text)) return bad(column, 'formula');
  if (CONTROL.test(text)) return bad(column, 'control_character');
  return findsPan(text) ? bad(column, 'card_number') : ok(text);
}
