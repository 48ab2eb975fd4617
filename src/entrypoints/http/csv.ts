import type { Whole } from '../../domain/json.ts';

/** What a cell holds; a number stays a number also where it begins with a minus. */
export type Cell = string | Whole | undefined;

/**
 * One line of CSV as RFC 4180 has it, line end included. Text that a spreadsheet would run as a formula gets an
 * apostrophe before it, so it is shown as the text it is; numbers are never touched.
 */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map(cellText).join(',')}\r\n`;

function cellText(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell !== 'string') return String(cell);
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * What makes a spreadsheet calculate: an operator, also the full-width ones, also behind white space, which some
 * programs drop; and the control characters that can end the cell before.
 */
const FORMULA = /^(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/;

const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;
