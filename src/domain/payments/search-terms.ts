import { type CurrencyCode, exponentOf, STORED_CURRENCIES } from '../kernel/currency.ts';
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
  /** The amounts that are meant, each once. */
  amounts: readonly AmountTerm[];
}>;

/** An amount as far as a text says it: in any currency, in one, or in all that have so many decimal places. */
export type AmountTerm = Readonly<{ minorUnits: bigint; currency?: CurrencyCode; places?: number }>;

/** Whether a currency is one that an amount may be meant in. */
export const isMeantIn = ({ currency, places }: AmountTerm, code: CurrencyCode): boolean =>
  (currency === undefined || currency === code) && (places === undefined || places === exponentOf(code));

const ID = /^([a-z]{2,3})_[0-9a-f]{32}$/;
const KEY = /^[\x21-\x7e]{1,255}$/;
const PAIR = /^([^=\s]{1,40})=(.{1,500})$/su;
const DIGITS = /^\d{1,15}$/;
const DECIMAL = /^(\d{1,12})(?:\.(\d{1,4}))?$/;
const BESIDE_CODE = /^(?:([A-Za-z]{3}) ?(\d[\d.]*)|(\d[\d.]*) ?([A-Za-z]{3}))$/;

/** How many decimal places currencies have. */
const PLACES = [...new Set(STORED_CURRENCIES.map(exponentOf))];

/** The names under which merchants keep their own numbers of orders, for those who paste the number alone. */
const ORDER_NAMES = ['order', 'order_id'];

/**
 * Reads a text without blanks around it. Digits alone are minor units, as everywhere in the API; with a point or beside a currency's code they are
 * an amount as people write it, which is exact or none: `19.999` is no amount in USD.
 */
export function searchTerms(text: string): SearchTerms {
  const prefix = ID.exec(text)?.[1];
  // An id is nothing else, whatever else its form allows.
  if (prefix !== undefined) return { id: { prefix, text }, pairs: [], amounts: [] };
  if (text.includes('@') && !text.includes('=')) return { email: text, pairs: [], amounts: [] };
  const key = KEY.test(text) ? text : undefined;
  const [, name, value] = PAIR.exec(text) ?? [];
  const pairs =
    name !== undefined && value !== undefined
      ? [{ name, value }]
      : text.length > 500
        ? []
        : ORDER_NAMES.map((each) => ({ name: each, value: text }));
  return { pairs, amounts: amountsIn(text), ...present({ key }) };
}

function amountsIn(text: string): readonly AmountTerm[] {
  if (DIGITS.test(text)) return [{ minorUnits: BigInt(text) }];
  const [, codeBefore, after, before, codeAfter] = BESIDE_CODE.exec(text) ?? [];
  const code = (codeBefore ?? codeAfter)?.toUpperCase();
  const decimal = DECIMAL.exec(after ?? before ?? text);
  if (decimal === null) return [];
  const [, whole = '', fraction = ''] = decimal;
  const currency = STORED_CURRENCIES.find((each) => each === code);
  if (code !== undefined && currency === undefined) return [];
  const places = currency === undefined ? PLACES : [exponentOf(currency)];
  // A currency that has fewer places than are written has no such amount.
  return places
    .filter((each) => fraction.length <= each)
    .map((each) => ({
      minorUnits: BigInt(whole + fraction.padEnd(each, '0')),
      ...(currency === undefined ? { places: each } : { currency }),
    }));
}
