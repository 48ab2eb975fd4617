import { err, ok, type Result } from 'neverthrow';
import { type CurrencyCode, STORED_CURRENCIES } from '../kernel/currency.ts';
import { findsPan } from '../kernel/pan.ts';
import { present } from '../kernel/present.ts';
import type { AmountForm } from '../merchants/settlement-mapping.ts';
import { minorUnitsIn } from './amount-text.ts';
import type { FileRow, ReadRow, RowRejected } from './file-row.ts';

type Reason = RowRejected['reason'];

/** What a cell says, or its column and why it says nothing that can be taken. */
export type Cell<Value> = Result<Value, Readonly<{ column?: string; reason: Reason }>>;

/** The text of a row's cell, by the name of its column; empty for a column that the file has not. */
export type CellOf<Column extends string = string> = (column: Column) => string;

export const bad = (column: string | undefined, reason: Reason) =>
  err<never, Readonly<{ column?: string; reason: Reason }>>({ ...present({ column }), reason });

/** Reads rows by the columns of their header. A row of more or fewer cells than the header is rejected as a whole. */
export const rowReader =
  (
    header: readonly string[],
    places: ReadonlyMap<string, number>,
    rowOf: (cell: CellOf, line: number) => Cell<FileRow>,
  ): ReadRow =>
  (cells, line) => {
    const read: Cell<FileRow> =
      cells.length === header.length
        ? rowOf((column) => cells[places.get(column) ?? -1] ?? '', line)
        : bad(undefined, 'cells');
    return read.mapErr((fault): RowRejected => ({ kind: 'RowRejected', line, ...fault }));
  };

/** Nothing of an empty cell. */
export const optional = <Value>(
  text: string,
  read: (text: string) => Cell<Value>,
): Cell<Value | undefined> => (text === '' ? ok(undefined) : read(text));

/** What one of the words means that the source has; any other is rejected. */
export function wordOf<Meaning>(
  column: string,
  text: string,
  meanings: ReadonlyMap<string, Meaning>,
): Cell<Meaning> {
  const meaning = meanings.get(text);
  if (meaning !== undefined) return ok(meaning);
  return bad(column, text === '' ? 'missing' : 'unknown_word');
}

const CURRENCIES: ReadonlyMap<string, CurrencyCode> = new Map(STORED_CURRENCIES.map((code) => [code, code]));

/** A currency by its code in upper case. */
export function currencyOf(column: string, text: string): Cell<CurrencyCode> {
  const currency = CURRENCIES.get(text);
  if (currency !== undefined) return ok(currency);
  return bad(column, text === '' ? 'missing' : 'unknown_currency');
}

/** Minor units of the currency, written in the form. */
export function amountOf(
  column: string,
  text: string,
  currency: CurrencyCode,
  form: AmountForm,
): Cell<bigint> {
  const amount = minorUnitsIn(text, currency, form);
  if (amount !== undefined) return ok(amount);
  return bad(column, text === '' ? 'missing' : 'not_an_amount');
}

/** A day by what reads it, as `YYYY-MM-DD`. */
export function dayOf(
  column: string,
  text: string,
  read: (text: string) => string | undefined,
): Cell<string> {
  const day = read(text);
  if (day !== undefined) return ok(day);
  return bad(column, text === '' ? 'missing' : 'not_a_day');
}

const FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;
/** Control characters, and those that turn a line round, break it or are not seen. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const LONGEST_TEXT = 255;

/** Text of others, which is stored and shown: nothing that a spreadsheet runs, no control characters, no card. */
export function textOf(column: string, text: string): Cell<string | undefined> {
  if (text === '') return ok(undefined);
  if (text.length > LONGEST_TEXT) return bad(column, 'too_long');
  if (FORMULA.test(text)) return bad(column, 'formula');
  if (CONTROL.test(text)) return bad(column, 'control_character');
  return findsPan(text) ? bad(column, 'card_number') : ok(text);
}

/** Text that a row of its kind must have. */
export const neededText = (column: string, text: string): Cell<string> =>
  textOf(column, text).andThen((said) => (said === undefined ? bad(column, 'missing') : ok(said)));
