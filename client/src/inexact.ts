import { PaywrightInexactNumber } from './problem.ts';

/** What `JSON.parse` makes of a text, unless it would round a whole number of it: amounts and balances are exact to the last digit. */
export function parseSafe(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // Few answers have so many digits on end.
  if (/\d{16}/.test(text) && isInexact(value)) throw new PaywrightInexactNumber();
  return value;
}

function isInexact(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(isInexact);
}
