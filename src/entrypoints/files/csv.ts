import { stringify } from 'csv-stringify/sync';
import type { Whole } from '../../domain/kernel/json.ts';
import { decimalText, type Money } from '../../domain/kernel/money.ts';

/** What a cell holds; a number stays a number also where it begins with a minus, and so does money, which is shown in major units. */
export type Cell = string | Whole | Money | undefined;

/** `csvLines` of one. */
export const csvLine = (cells: readonly Cell[]): string => csvLines([cells]);

/**
 * Lines of CSV as RFC 4180 has them, line ends included. Text that a spreadsheet would run as a formula gets an
 * apostrophe before it, so it is shown as the text it is, also behind what another reader takes for a separator (`,` `;` `|`
 * tab) or a line end inside the cell, and behind quotes that such a reader drops; numbers and money are never touched.
 */
export function csvLines(rows: readonly (readonly Cell[])[]): string {
  let text = '';
  let others: (readonly Cell[])[] = [];
  const takeOthers = () => {
    if (others.length > 0) text += printed(others);
    others = [];
  };
  for (const cells of rows) {
    const line = simpleLine(cells);
    if (line === undefined) {
      others.push(cells);
      continue;
    }
    takeOthers();
    text += line;
  }
  takeOthers();
  return text;
}

/** The library makes its options anew for each call, which costs more than a line. */
const printed = (rows: readonly (readonly Cell[])[]): string =>
  stringify(
    rows.map((cells) => cells.map(harmless)),
    { record_delimiter: 'windows', quoted_match: NEEDS_QUOTES },
  );

/** Text that is written as it is: most of what is exported are ids, words, times and numbers. Looked for first, as it is found fast. */
const PLAIN = /^(?:\w(?:[\w .:-]*[\w.:-])?)?$/;

/**
 * Text that at most needs quotes, such as JSON: no white space at its ends, no control character or line end in it, and nothing that
 * starts a formula but behind a letter or digit.
 */
const QUOTABLE = /^(?!\s)(?:[^\p{Cc}\p{Zl}\p{Zp}=+\-@\uff1d\uff0b\uff0d\uff20]|(?<=\w)[=+\-@])+(?<!\s)$/u;

/** As the library prints it, which looks at each of its options for every cell; undefined where a cell is for the library. */
function simpleLine(cells: readonly Cell[]): string | undefined {
  let line = '';
  let between = '';
  for (const cell of cells) {
    line += between;
    between = ',';
    if (typeof cell === 'object') line += decimalText(cell);
    else if (typeof cell !== 'string') line += cell ?? '';
    else if (PLAIN.test(cell)) line += cell;
    else if (QUOTABLE.test(cell))
      line += cell.includes('"') || cell.includes(',') ? `"${cell.replaceAll('"', '""')}"` : cell;
    else return undefined;
  }
  return `${line}\r\n`;
}

/**
 * What makes a spreadsheet calculate: an operator, also the full-width ones, also behind white space, which some
 * programs drop; and the control characters that can end the cell before. The library's own `escape_formulas` knows no
 * white space, and would take a negative number for a formula.
 */
const FORMULA = /^(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/;
/** Quoted for readers that trim, and because the library asks only for the line end that it writes itself. */
const NEEDS_QUOTES = /[\r\n]|^\s|\s$/;

/**
 * What some reader takes for the end of a cell or a line, before what it would then run. To a reader of another separator
 * than the comma, the doubled quotes of this one are quotes around nothing. Nothing that ends a cell is passed over, so each
 * character is looked at once.
 */
const BEGINS_INSIDE =
  /(,[\s--[\p{Cc}\p{Zl}\p{Zp}]]*|[;\|\p{Cc}\p{Zl}\p{Zp}][[\s"]--[\p{Cc}\p{Zl}\p{Zp}]]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/gv;

function harmless(cell: Cell): string | Whole | undefined {
  if (typeof cell === 'object') return decimalText(cell);
  return typeof cell === 'string'
    ? `${FORMULA.test(cell) ? "'" : ''}${cell.replaceAll(BEGINS_INSIDE, "$1'")}`
    : cell;
}
