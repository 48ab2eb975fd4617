import { err, ok, type Result } from 'neverthrow';
import type { CurrencyCode } from '../kernel/currency.ts';
import type { PaymentId, TransactionId } from '../kernel/ids.ts';

/** What a row of a processor's file is about. */
export const ROW_TYPES = [
  'payment',
  'refund',
  'chargeback',
  'chargeback_reversal',
  'fee',
  'adjustment',
  'payout',
] as const;
export type RowType = (typeof ROW_TYPES)[number];

/**
 * One row, whichever processor wrote it; absent is what it does not say. Amounts are minor units of `currency`, or of the
 * transaction's where the row names none, and positive for a refund as for a payment.
 */
export type FileRow = Readonly<{
  line: number;
  type?: RowType;
  paymentId: PaymentId;
  transactionId: TransactionId;
  status: 'settled' | 'failed';
  amount?: bigint;
  fee?: bigint;
  currency?: CurrencyCode;
  /** `YYYY-MM-DD`. */
  settledOn: string;
  reference?: string;
  payoutId?: string;
  bankReference?: string;
}>;

/** Why a row is not read; a cell's text is never repeated. `column` is the header's name, absent when the row as a whole is wrong. */
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
    | 'unsupported_type';
}>;

/** The first record of the file does not name the columns that the source has. */
export type HeaderRefused = Readonly<{
  kind: 'HeaderRefused';
  fault: 'column_missing' | 'column_doubled' | 'column_unknown';
  column: string;
}>;

export type ReadRow = (cells: readonly string[], line: number) => Result<FileRow, RowRejected>;

/** How the files of one source are read: given the header, what reads its rows. */
export type RowSource = (header: readonly string[]) => Result<ReadRow, HeaderRefused>;

/** Where each column stands, whatever their order. */
export function columnsOf<Name extends string>(
  header: readonly string[],
  columns: Readonly<{ required: readonly Name[]; optional: readonly Name[] }>,
): Result<ReadonlyMap<string, number>, HeaderRefused> {
  const known = new Set<string>([...columns.required, ...columns.optional]);
  const places = new Map<string, number>();
  for (const [place, column] of header.entries()) {
    if (!known.has(column)) return refused('column_unknown', column);
    if (places.has(column)) return refused('column_doubled', column);
    places.set(column, place);
  }
  const missing = columns.required.find((column) => !places.has(column));
  return missing === undefined ? ok(places) : refused('column_missing', missing);
}

const LONGEST_SHOWN = 64;

/** What stands in a header may be anything, so no more than the beginning is repeated, in letters that do nothing. */
const refused = (fault: HeaderRefused['fault'], column: string) =>
  err<never, HeaderRefused>({
    kind: 'HeaderRefused',
    fault,
    column: column.slice(0, LONGEST_SHOWN).replaceAll(/[^\w .-]/g, '?'),
  });
