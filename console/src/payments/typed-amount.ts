import { decimal, parseDecimal, toNumber } from '../parts/money.ts';

type TypedAmount = Readonly<{ currency: string; minor: number }> | Readonly<{ fault: string }>;

/**
 * An amount that was typed with its currency before or after it, as `19.99 USD`, in minor units, or why it is none of that currency;
 * undefined where the text is no such pair, as a number alone.
 */
export function typedAmount(text: string): TypedAmount | undefined {
  const words = text.trim().split(/\s+/);
  const code = words.find((word) => /^[a-z]{3}$/i.test(word));
  const number = words.find((word) => /^[-−.,\d]+$/.test(word) && /\d/.test(word));
  if (words.length !== 2 || code === undefined || number === undefined) return undefined;
  const currency = code.toUpperCase();
  const exact = parseDecimal(number, currency);
  if (exact === undefined)
    return { fault: `An amount is written as ${decimal(1999, currency)} ${currency}.` };
  const minor = toNumber(exact);
  return minor === undefined ? { fault: 'The API takes no amount as large.' } : { currency, minor };
}
