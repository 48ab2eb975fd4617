import { err, ok, Result } from 'neverthrow';
import { parseId } from '../kernel/ids.ts';
import { parseDay } from '../kernel/instant.ts';
import { ROW_TYPES, type RowType } from '../merchants/settlement-mapping.ts';
import {
  bad,
  type Cell,
  type CellOf,
  currencyOf,
  neededText,
  optional,
  rowReader,
  textOf,
} from './file-cells.ts';
import {
  type ChargebackRow,
  type ChargeRow,
  columnsOf,
  type FileRow,
  type PayoutRow,
  type RowSource,
  type TransactionRow,
} from './file-row.ts';

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
 * `payout_id` and `bank_reference`. Amounts are whole minor units. An optional cell may be empty. A row of another type than
 * `payment` and `refund` is `settled` and has amount, currency and reference (a payout its `payout_id` instead); a fee, an adjustment
 * and a payout name no payment and no transaction, and their amounts may begin with a minus.
 */
export const nativeRows: RowSource = (header) =>
  columnsOf<Column>(header, { required: REQUIRED, optional: OPTIONAL }).map((places) =>
    rowReader(header, places, rowOf),
  );

/** What the file says in a row of any type: the first of its cells that says nothing decides. Called for every row of a file. */
function rowOf(cell: CellOf<Column>, line: number): Cell<FileRow> {
  const status = wordOf('status', cell('status'), STATUSES);
  if (status.isErr()) return err(status.error);
  const fee = amountOf('fee', cell('fee'));
  if (fee.isErr()) return err(fee.error);
  const processedOn = dayOf('processed_date', cell('processed_date'));
  if (processedOn.isErr()) return err(processedOn.error);
  const settledOn = dayOf('settlement_date', cell('settlement_date'));
  if (settledOn.isErr()) return err(settledOn.error);
  const type = optional(cell('type'), (text) => wordOf('type', text, ROW_TYPES));
  if (type.isErr()) return err(type.error);
  const reference = textOf('reference', cell('reference'));
  if (reference.isErr()) return err(reference.error);
  const payoutId = textOf('payout_id', cell('payout_id'));
  if (payoutId.isErr()) return err(payoutId.error);
  const bankReference = textOf('bank_reference', cell('bank_reference'));
  if (bankReference.isErr()) return err(bankReference.error);
  const said: Writable<Said> = { line, fee: fee.value, settledOn: settledOn.value };
  if (reference.value !== undefined) said.reference = reference.value;
  if (payoutId.value !== undefined) said.payoutId = payoutId.value;
  if (bankReference.value !== undefined) said.bankReference = bankReference.value;
  return rowOfType(cell, said, { type: type.value, status: status.value });
}

type Writable<Row> = { -readonly [Name in keyof Row]: Row[Name] };

const STATUSES = ['settled', 'failed'] as const;

function rowOfType(
  cell: CellOf<Column>,
  said: Said,
  { type, status }: Readonly<{ type: RowType | undefined; status: TransactionRow['status'] }>,
): Cell<FileRow> {
  if (type === undefined || type === 'payment' || type === 'refund')
    return transactionRowOf(cell, said, type, status);
  // What failed to be paid, charged or taken back has moved nothing.
  if (status !== 'settled') return bad('status', 'not_of_type');
  if (type === 'chargeback' || type === 'chargeback_reversal')
    return chargebackRowOf(cell, { ...said, type });
  if (cell('payment_id') !== '') return bad('payment_id', 'not_of_type');
  if (cell('transaction_id') !== '') return bad('transaction_id', 'not_of_type');
  return type === 'payout' ? payoutRowOf(cell, { ...said, type }) : chargeRowOf(cell, { ...said, type });
}

type Said = Omit<ChargeRow, 'type' | 'amount' | 'currency' | 'reference'> & Pick<TransactionRow, 'reference'>;

/** Field by field: a file of a million rows is read twice. */
function transactionRowOf(
  cell: CellOf<Column>,
  said: Said,
  type: TransactionRow['type'],
  status: TransactionRow['status'],
): Cell<TransactionRow> {
  const paymentId = idOf('payment_id', 'pay', cell('payment_id'));
  if (paymentId.isErr()) return err(paymentId.error);
  const transactionId = idOf('transaction_id', 'txn', cell('transaction_id'));
  if (transactionId.isErr()) return err(transactionId.error);
  const amount = optional(cell('amount'), (text) => amountOf('amount', text));
  if (amount.isErr()) return err(amount.error);
  const currency = optional(cell('currency'), (text) => currencyOf('currency', text));
  if (currency.isErr()) return err(currency.error);
  const row: Writable<TransactionRow> = {
    ...said,
    status,
    paymentId: paymentId.value,
    transactionId: transactionId.value,
  };
  if (type !== undefined) row.type = type;
  if (amount.value !== undefined) row.amount = amount.value;
  if (currency.value !== undefined) row.currency = currency.value;
  return ok(row);
}

const chargebackRowOf = (
  cell: CellOf<Column>,
  said: Omit<ChargebackRow, 'paymentId' | 'transactionId' | 'amount' | 'currency' | 'reference'>,
): Cell<ChargebackRow> =>
  Result.combine([
    idOf('payment_id', 'pay', cell('payment_id')),
    idOf('transaction_id', 'txn', cell('transaction_id')),
    amountOf('amount', cell('amount')),
    currencyOf('currency', cell('currency')),
    neededText('reference', cell('reference')),
  ]).map(([paymentId, transactionId, amount, currency, reference]) => ({
    ...said,
    paymentId,
    transactionId,
    amount,
    currency,
    reference,
  }));

const chargeRowOf = (
  cell: CellOf<Column>,
  said: Omit<ChargeRow, 'amount' | 'currency' | 'reference'>,
): Cell<ChargeRow> =>
  Result.combine([
    signedAmountOf(cell('amount')),
    currencyOf('currency', cell('currency')),
    neededText('reference', cell('reference')),
  ]).map(([amount, currency, reference]) => ({ ...said, amount, currency, reference }));

const payoutRowOf = (
  cell: CellOf<Column>,
  said: Omit<PayoutRow, 'amount' | 'currency' | 'payoutId'>,
): Cell<PayoutRow> =>
  Result.combine([
    signedAmountOf(cell('amount')),
    currencyOf('currency', cell('currency')),
    neededText('payout_id', cell('payout_id')),
  ]).map(([amount, currency, payoutId]) => ({ ...said, amount, currency, payoutId }));

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

function amountOf(column: Column, text: string): Cell<bigint> {
  if (AMOUNT.test(text)) return ok(BigInt(text));
  return bad(column, text === '' ? 'missing' : 'not_an_amount');
}

/** Of rows whose money goes either way. */
const signedAmountOf = (text: string): Cell<bigint> =>
  text.startsWith('-')
    ? amountOf('amount', text.slice(1)).map((amount) => -amount)
    : amountOf('amount', text);

function dayOf(column: Column, text: string): Cell<string> {
  if (parseDay(text) !== undefined) return ok(text);
  return bad(column, text === '' ? 'missing' : 'not_a_day');
}
