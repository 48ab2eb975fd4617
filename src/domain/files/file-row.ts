import { err, ok, type Result } from 'neverthrow';
import type { CurrencyCode } from '../kernel/currency.ts';
import type { PaymentId, TransactionId } from '../kernel/ids.ts';
import { findsPan } from '../kernel/pan.ts';

/** What every row may say; absent is what it does not. Amounts are minor units. */
type Said = Readonly<{
  line: number;
  /** `YYYY-MM-DD`. */
  settledOn: string;
  /** Above zero what the processor kept for it, below zero what it gave back. */
  fee?: bigint;
  /** The processor's name of the line itself. */
  reference?: string;
  payoutId?: string;
  bankReference?: string;
}>;

/**
 * A transaction as files name it. Processors know a payment by the reference that it was sent under: a charge under the payment's
 * id, a capture or refund under the transaction's. `processorReference` is such a reference, or the processor's own
 * (`processorId`), and beside `transactionId` says nothing more. With neither of them the payment's only capture is meant, or its
 * only refund where the row is of one; so it is where the processor's own is of a kind of object that none of ours is of (`ch_` beside
 * `pi_`). Without `paymentId` it is no transaction of ours.
 */
export type TransactionName = Readonly<{
  paymentId?: PaymentId;
  transactionId?: TransactionId;
  processorReference?: string;
}>;

/** `settled` or `failed` transactions of ours. Amounts are above zero for a refund as for a payment. */
export type TransactionRow = Said &
  TransactionName &
  Readonly<{
    type?: 'payment' | 'refund';
    status: 'settled' | 'failed';
    amount?: bigint;
    /**
     * The amount is what was authorized, of a source that says what was not captured of it in a row of its own (`uncaptured`), and
     * what was captured where it names no such row.
     */
    amountIs?: 'authorized';
    /** The transaction's own where the row names none. */
    currency?: CurrencyCode;
  }>;

/** `reference` names the dispute, so that a reversal finds its chargeback by it. Amounts are above zero both ways. */
export type ChargebackRow = Said &
  TransactionName &
  Readonly<{
    type: 'chargeback' | 'chargeback_reversal';
    amount: bigint;
    currency: CurrencyCode;
    reference: string;
  }>;

/** What was authorized and not captured, of a payment whose own row says all that was authorized. Nothing was paid for it. */
export type UncapturedRow = Said &
  TransactionName &
  Readonly<{ type: 'uncaptured'; amount: bigint; currency: CurrencyCode; reference: string }>;

/**
 * Money that no transaction moved. A fee above zero was kept, one below zero given back; an adjustment above zero is in the
 * merchant's favour. The amount is what moved, whatever `fee` says.
 */
export type ChargeRow = Said &
  Readonly<{ type: 'fee' | 'adjustment'; amount: bigint; currency: CurrencyCode; reference: string }>;

/** Above zero what went to the bank, below zero what was taken from there. */
export type PayoutRow = Said &
  Readonly<{ type: 'payout'; amount: bigint; currency: CurrencyCode; payoutId: string }>;

/** A row that stands for itself: no transaction of ours is settled by it. */
export type StatementRow = ChargebackRow | UncapturedRow | ChargeRow | PayoutRow;

/** One row, whichever processor wrote it. */
export type FileRow = TransactionRow | StatementRow;

export const isStatementRow = (row: FileRow): row is StatementRow => isStatementType(row.type);

export const isStatementType = <Type extends string>(
  type: Type | undefined,
): type is Exclude<Type, 'payment' | 'refund'> =>
  type !== undefined && type !== 'payment' && type !== 'refund';

/** The payment that a row names, when it is one of ours. */
export const paymentNamedBy = (row: FileRow): PaymentId | undefined =>
  'paymentId' in row ? row.paymentId : undefined;

/**
 * Why a row is not read; a cell's text is never repeated. `column` is the header's name, absent when the row as a whole is wrong.
 * `not_of_type`: a row of its type says no such thing.
 */
export type RowRejected = Readonly<{
  kind: 'RowRejected';
  line: number;
  column?: string;
  reason:
    | 'cells'
    | 'missing'
    | 'not_an_amount'
    | 'not_a_day'
    | 'not_an_id'
    | 'unknown_word'
    | 'unknown_currency'
    | 'formula'
    | 'control_character'
    | 'too_long'
    | 'card_number'
    /** The amount goes the other way than rows of its type do. */
    | 'wrong_sign'
    /** Gross less fees is not what the row says is left. */
    | 'net_differs'
    /** Paid in one currency and settled in another: the amounts of one row are not of one currency. */
    | 'converted'
    | 'not_of_type';
}>;

/** The first record of the file does not name the columns that the source has. */
export type HeaderRefused = Readonly<{
  kind: 'HeaderRefused';
  fault: 'column_missing' | 'column_doubled' | 'column_unknown' | 'columns_too_many';
  column: string;
}>;

export type ReadRow = (cells: readonly string[], line: number) => Result<FileRow, RowRejected>;

/** How the files of one source are read: given the header, what reads its rows. */
export type RowSource = (header: readonly string[]) => Result<ReadRow, HeaderRefused>;

/** Reports have a hundred, with every column that one can ask for. */
const MOST_COLUMNS = 1_000;

/** Where each column stands, whatever their order. Others are refused, unless the files of the source have some of their own. */
export function columnsOf<Name extends string>(
  header: readonly string[],
  columns: Readonly<{ required: readonly Name[]; optional: readonly Name[]; others?: 'left out' }>,
): Result<ReadonlyMap<string, number>, HeaderRefused> {
  if (header.length > MOST_COLUMNS) return refused('columns_too_many', `${MOST_COLUMNS + 1}`);
  const known = new Set<string>([...columns.required, ...columns.optional]);
  const places = new Map<string, number>();
  for (const [place, column] of header.entries()) {
    if (!known.has(column) && columns.others === 'left out') continue;
    if (!known.has(column)) return refused('column_unknown', column);
    if (places.has(column)) return refused('column_doubled', column);
    places.set(column, place);
  }
  const missing = columns.required.find((column) => !places.has(column));
  return missing === undefined ? ok(places) : refused('column_missing', missing);
}

const LONGEST_SHOWN = 64;

/** What stands in a header may be anything, so no more than the beginning is repeated, in letters that do nothing, and no card number. */
export const refused = (fault: HeaderRefused['fault'], column: string) =>
  err<never, HeaderRefused>({
    kind: 'HeaderRefused',
    fault,
    column: findsPan(column) ? '?' : column.slice(0, LONGEST_SHOWN).replaceAll(/[^\w .-]/g, '?'),
  });
