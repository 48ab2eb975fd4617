import { decimal, money, parseDecimal, toNumber } from '../parts/money.ts';
import type { Merchant, MerchantChange } from './merchant-queries.ts';

type Limits = Merchant['rate_limits'];
type LimitsChange = NonNullable<MerchantChange['rate_limits']>;

/** Of the limit of an amount that stands apart from the others. */
const LIMIT_CURRENCY = 'USD';

/** The limits as words; 0 is none. */
export const limitsInWords = (limits: Limits): readonly (readonly [string, string])[] => [
  ['Payments a minute', ofCount(limits.payments_per_minute)],
  ['Payments a day (UTC)', ofCount(limits.payments_per_day)],
  ...Object.entries(amountsOf(limits)).map(
    ([currency, most]) =>
      [`One payment in ${currency}`, most === 0 ? 'No limit' : `At most ${money(most, currency)}`] as const,
  ),
];

const ofCount = (most: number): string =>
  most === 0 ? 'No limit' : `At most ${new Intl.NumberFormat('en').format(most)}`;

const amountsOf = ({ max_payment_amount, max_payment_amounts = {} }: Limits): Record<string, number> => ({
  [LIMIT_CURRENCY]: max_payment_amount,
  ...max_payment_amounts,
});

/** What a form of limits shows: texts under the names of its fields, of amounts those of their currencies. */
export const writtenLimits = (limits: Limits) => ({
  counts: {
    payments_per_minute: `${limits.payments_per_minute}`,
    payments_per_day: `${limits.payments_per_day}`,
  },
  amounts: Object.entries(amountsOf(limits)).map(
    ([currency, most]) => [currency, decimal(most, currency, false)] as const,
  ),
});

const COUNT = /^\d{1,9}$/;

/**
 * What was written as a change of the limits: of amounts all currencies that have one, and null for those that were emptied.
 * The name of the first field that is not understood in its place.
 */
export function limitsWritten(
  counts: Readonly<Record<'payments_per_minute' | 'payments_per_day', string>>,
  amounts: readonly (readonly [string, string])[],
): LimitsChange | string {
  for (const [name, text] of Object.entries(counts)) if (!COUNT.test(text)) return name;
  const read: Record<string, number | null> = {};
  for (const [currency, text] of amounts) {
    const minor = parseDecimal(text, currency);
    const whole = minor === undefined ? undefined : toNumber(minor);
    if (text !== '' && whole === undefined) return currency;
    read[currency] = whole ?? null;
  }
  const { [LIMIT_CURRENCY]: most, ...others } = read;
  return {
    payments_per_minute: Number(counts.payments_per_minute),
    payments_per_day: Number(counts.payments_per_day),
    max_payment_amount: most ?? 0,
    ...(Object.keys(others).length === 0
      ? {}
      : { max_payment_amounts: others as NonNullable<LimitsChange['max_payment_amounts']> }),
  };
}
