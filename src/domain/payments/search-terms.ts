import { type CurrencyCode, exponentOf, STORED_CURRENCIES } from '../kernel/currency.ts';
import type { Money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import type { MetadataPair } from './payment-filter.ts';

/** What a text in one box may be; often it may be several. */
export type SearchTerms = Readonly<{
  /** An id of this system, as far as its form goes. */
  id?: Readonly<{ prefix: string; text: string }>;
  email?: string;
  /** What a key may be made of. */
  key?: string;
  pairs: readonly MetadataPair[];
  /** Whether an amount is the one that is meant; absent when none is. */
  isAmount?: (amount: Money) => boolean;
}>;

const ID = /^([a-z]{2,3})_[0-9a-f]{32}$/;
const KEY = /^[\x21-\x7e]{1,255}$/;
const PAIR = /^([^=\s]{1,40})=(.{1,500})$/su;
const DIGITS = /^\d{1,15}$/;
const DECIMAL = /^(\d{1,12})(?:\.(\d{1,4}))?$/;
const BESIDE_CODE = /^(?:([A-Za-z]{3}) ?(\d[\d.]*)|(\d[\d.]*) ?([A-Za-z]{3}))$/;

/** The names under which merchants keep their own numbers of orders, for those who paste the number alone. */
const ORDER_NAMES = ['order', 'order_id'];

/**
 * Reads a text without blanks around it. Digits alone are minor units, as everywhere in the API; with a point or beside a currency's code they are
 * an amount as people write it, which is exact or none: `19.999` is no amount in USD.
 */
export function searchTerms(text: string): SearchTerms {
  const prefix = ID.exec(text)?.[1];
  // An id is nothing else, whatever else its form allows.
  if (prefix !== undefined) return { id: { prefix, text }, pairs: [] };
  if (text.includes('@') && !text.includes('=')) return { email: text, pairs: [] };
  const key = KEY.test(text) ? text : undefined;
  const isAmount = amountIn(text);
  const [, name, value] = PAIR.exec(text) ?? [];
  const pairs =
    name !== undefined && value !== undefined
      ? [{ name, value }]
      : text.length > 500
        ? []
        : ORDER_NAMES.map((each) => ({ name: each, value: text }));
  return { pairs, ...present({ key, isAmount }) };
}

function amountIn(text: string): SearchTerms['isAmount'] {
  if (DIGITS.test(text)) {
    const minorUnits = BigInt(text);
    return (amount) => amount.minorUnits === minorUnits;
  }
  const [, codeBefore, after, before, codeAfter] = BESIDE_CODE.exec(text) ?? [];
  const code = (codeBefore ?? codeAfter)?.toUpperCase();
  const decimal = DECIMAL.exec(after ?? before ?? text);
  if (decimal === null) return undefined;
  const [, whole = '', fraction = ''] = decimal;
  if (code === undefined)
    return (amount) => amount.minorUnits === minorUnitsOf(whole, fraction, amount.currency);
  const currency = STORED_CURRENCIES.find((each) => each === code);
  if (currency === undefined) return undefined;
  const minorUnits = minorUnitsOf(whole, fraction, currency);
  return (amount) => amount.currency === currency && amount.minorUnits === minorUnits;
}

/** Undefined where the currency has fewer places than are written. */
function minorUnitsOf(whole: string, fraction: string, currency: CurrencyCode): bigint | undefined {
  const places = exponentOf(currency);
  return fraction.length > places ? undefined : BigInt(whole + fraction.padEnd(places, '0'));
}
