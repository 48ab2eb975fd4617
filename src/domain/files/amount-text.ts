import { type CurrencyCode, exponentOf } from '../kernel/currency.ts';
import type { AmountForm } from '../merchants/settlement-mapping.ts';

/** No more digits than the largest amount that can be stored has. */
const MOST_DIGITS = 18;

/**
 * The minor units that a cell says, exactly: undefined for anything but digits with the separators of the form, in groups of
 * three where it has thousands, and with no more decimals than the currency. A minus is read in every form.
 */
export function minorUnitsIn(text: string, currency: CurrencyCode, form: AmountForm): bigint | undefined {
  const isNegative = text.startsWith('-');
  const { decimal = '.', thousands, unit } = form;
  const [major = '', minor, ...more] = (isNegative ? text.slice(1) : text).split(
    unit === 'decimal' ? decimal : '\n',
  );
  const exponent = unit === 'decimal' ? exponentOf(currency) : 0;
  if (more.length > 0 || (minor !== undefined && !isFraction(minor, exponent))) return undefined;
  const whole = ungrouped(major, thousands);
  if (whole === undefined) return undefined;
  const digits = `${whole}${(minor ?? '').padEnd(exponent, '0')}`;
  if (digits.length > MOST_DIGITS) return undefined;
  return isNegative ? -BigInt(digits) : BigInt(digits);
}

const isFraction = (text: string, exponent: number): boolean => /^\d+$/.test(text) && text.length <= exponent;

/** Digits alone, or in groups of three; nothing else, so that `1,23` is no 123. */
function ungrouped(text: string, separator: AmountForm['thousands']): string | undefined {
  const [first = '', ...groups] = separator === undefined ? [text] : text.split(separator);
  if (groups.length === 0) return /^\d+$/.test(first) ? first : undefined;
  const isGrouped = /^\d{1,3}$/.test(first) && groups.every((group) => /^\d{3}$/.test(group));
  return isGrouped ? [first, ...groups].join('') : undefined;
}
