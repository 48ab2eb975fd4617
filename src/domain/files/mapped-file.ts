import { ok, Result } from 'neverthrow';
import { type CurrencyCode, storedCurrency } from '../kernel/currency.ts';
import type { MappedColumns, RowType, SettlementMapping } from '../merchants/settlement-mapping.ts';
import { daysOf } from './day-text.ts';
import {
  amountOf,
  type Cell,
  type CellOf,
  currencyOf,
  dayOf,
  optional,
  rowReader,
  textOf,
  wordOf,
} from './file-cells.ts';
import { columnsOf, type FileRow, type RowSource } from './file-row.ts';
import { fileRowOf } from './moved-money.ts';

/** Of which money goes out when nothing says so by a sign. */
const OUTWARD: ReadonlySet<RowType> = new Set(['refund', 'chargeback', 'fee', 'payout']);

/**
 * Any file with a header, by a mapping of its columns and words. Columns that the mapping does not name are left out; those that
 * it names must be there, once.
 */
export const mappedRows = (mapping: SettlementMapping): RowSource => {
  const required = columnsRead(mapping);
  const rowOf = readerOf(mapping);
  return (header) =>
    columnsOf(header, { required, optional: [], others: 'left out' }).map((places) =>
      rowReader(header, places, rowOf),
    );
};

/** The columns that a mapping names. */
export const columnsRead = ({
  columns: { fees = [], ...single },
  skip = [],
}: SettlementMapping): readonly string[] => [
  ...Object.values(single),
  ...fees,
  ...skip.map(({ column }) => column),
];

/** True for rows that the mapping leaves out. */
export function isSkipped({ skip = [] }: SettlementMapping) {
  return (header: readonly string[], cells: readonly string[]): boolean =>
    skip.some(({ column, equals }) => cells[header.indexOf(column)] === equals);
}

function readerOf({ columns, fixed, types, statuses, amounts, dates }: SettlementMapping) {
  const typeOf = meaningIn(columns.type, types, fixed?.type);
  const statusOf = meaningIn(columns.status, statuses, 'settled');
  const dayIn = daysOf(dates);
  return (cell: CellOf, line: number): Cell<FileRow> => {
    const said = (name: Exclude<keyof MappedColumns, 'fees'>): string => cell(columns[name] ?? '');
    const textIn = (name: 'processor_reference' | 'reference' | 'payout_id' | 'bank_reference') =>
      textOf(columns[name] ?? '', said(name));
    return Result.combine([
      typeOf(cell),
      statusOf(cell),
      currencyIn(cell),
      dayOf(columns.settlement_date, said('settlement_date'), dayIn),
      textIn('processor_reference'),
      textIn('reference'),
      textIn('payout_id'),
      textIn('bank_reference'),
    ]).andThen(
      ([type, status, currency, settledOn, processorReference, reference, payoutId, bankReference]) =>
        Result.combine([
          amountOf(columns.amount, said('amount'), currency, amounts),
          feeIn(cell, currency),
        ]).andThen(([amount, fee]) =>
          fileRowOf(
            {
              line,
              type,
              status,
              currency,
              settledOn,
              fee,
              processorReference,
              reference,
              payoutId,
              bankReference,
              gross: amounts.signed !== true && OUTWARD.has(type) ? -amount : amount,
              payment: said('payment_id'),
              transaction: said('transaction_id'),
            },
            {
              amount: columns.amount,
              reference: columns.reference ?? 'reference',
              payoutId: columns.payout_id ?? 'payout_id',
            },
          ),
        ),
    );
  };

  function currencyIn(cell: CellOf): Cell<CurrencyCode> {
    return columns.currency === undefined
      ? ok(storedCurrency(fixed?.currency ?? ''))
      : currencyOf(columns.currency, cell(columns.currency));
  }

  /** Nothing where no column has one, and where every cell is empty; one empty cell among several is no part of it. */
  function feeIn(cell: CellOf, currency: CurrencyCode): Cell<bigint | undefined> {
    const { fees = [] } = columns;
    return Result.combine(
      fees.map((column) => optional(cell(column), (text) => amountOf(column, text, currency, amounts))),
    ).map((cells) => {
      const parts = cells.filter((part) => part !== undefined);
      return parts.length === 0 ? undefined : parts.reduce((sum, part) => sum + part);
    });
  }
}

/** What a column's word means, or what all rows are where no column says it. */
function meaningIn<Meaning extends string>(
  column: string | undefined,
  words: Readonly<{ [word: string]: Meaning }> | undefined,
  fixed: Meaning | undefined,
): (cell: CellOf) => Cell<Meaning> {
  const meanings = new Map(Object.entries(words ?? {}));
  return (cell) => {
    if (column !== undefined) return wordOf(column, cell(column), meanings);
    if (fixed === undefined)
      throw new Error('a mapping says neither in which column a word is nor which one it is');
    return ok(fixed);
  };
}
