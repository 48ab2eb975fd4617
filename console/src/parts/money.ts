import type { Whole } from '../api/exact-json.ts';

/** Minor-unit exponents of ISO 4217 that are not 2; what browsers say differs for currencies whose coins are out of use. */
const EXPONENTS: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

export const exponentOf = (currency: string): number =>
  Number(Object.entries(EXPONENTS).find(([, codes]) => codes.split(' ').includes(currency))?.[0] ?? 2);

const GROUPED = new Intl.NumberFormat('en');

const group = (digits: string): string => GROUPED.format(BigInt(digits));

/** `1,234.50`: an amount in minor units as it is written, without its currency. */
export function decimal(minor: Whole, currency: string, grouped = true): string {
  const exponent = exponentOf(currency);
  const whole = BigInt(minor);
  const digits = (whole < 0n ? -whole : whole).toString().padStart(exponent + 1, '0');
  const units = digits.slice(0, digits.length - exponent);
  const rest = exponent === 0 ? '' : `.${digits.slice(-exponent)}`;
  return `${whole < 0n ? '−' : ''}${grouped ? group(units) : units}${rest}`;
}

/** `1,234.50 USD`. */
export const money = (minor: Whole, currency: string): string => `${decimal(minor, currency)} ${currency}`;

/** Minor units of what a person wrote, as `12`, `12.5` or `1,234.50`; undefined where that is no amount of the currency. */
export function parseDecimal(text: string, currency: string): bigint | undefined {
  const exponent = exponentOf(currency);
  const [, units, rest = ''] = /^(\d{1,15}|\d{1,3}(?:,\d{3}){1,5})(?:\.(\d*))?$/.exec(text.trim()) ?? [];
  if (units === undefined || rest.length > exponent) return undefined;
  return BigInt(units.replaceAll(',', '') + rest.padEnd(exponent, '0'));
}

/** What the API takes: integers beyond 2^53 are no amounts that it accepts. */
export const toNumber = (minor: bigint): number | undefined =>
  minor <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(minor) : undefined;
