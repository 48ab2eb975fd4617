import { type Reply, refuseEarly } from './replies.ts';

/** From Stripe's page of currencies, kept apart from the adapter's table so that each is held against the other. */
const THREE_DECIMAL = new Set('bhd jod kwd omr tnd'.split(' '));
/** No decimals any more, and still given with two, which have to be zero. */
const WHOLE_IN_HUNDREDTHS = new Set(['isk', 'ugx']);
/** Two decimals when charged; payouts and transfers to banks go in whole units. */
const PAID_OUT_WHOLE = new Set(['huf', 'twd']);

/** Why Stripe takes no such amount of that currency; undefined when it does. */
export function amountRefused(text: string | undefined, currency: string, param: string): Reply | undefined {
  if (text === undefined || text === '')
    return refuseEarly(400, `Missing required param: ${param}.`, { code: 'parameter_missing', param });
  if (!/^-?\d{1,15}$/.test(text))
    return refuseEarly(400, `Invalid integer: ${text}`, { code: 'parameter_invalid_integer', param });
  const amount = Number(text);
  if (amount < 1)
    return refuseEarly(400, 'This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param,
    });
  if (amount > 99_999_999)
    return refuseEarly(400, 'Amount must be no more than 999,999.99', { code: 'amount_too_large', param });
  if (THREE_DECIMAL.has(currency) && amount % 10 !== 0)
    return refuseEarly(400, `Amounts in ${currency} end in 0`, { code: 'invalid_charge_amount', param });
  if (WHOLE_IN_HUNDREDTHS.has(currency) && amount % 100 !== 0)
    return refuseEarly(400, `Amounts in ${currency} have no decimals`, {
      code: 'invalid_charge_amount',
      param,
    });
  return undefined;
}

/** The same for money that leaves. */
export function payoutAmountRefused(text: string | undefined, currency: string): Reply | undefined {
  const refused = amountRefused(text, currency, 'amount');
  if (refused !== undefined) return refused;
  return PAID_OUT_WHOLE.has(currency) && Number(text) % 100 !== 0
    ? refuseEarly(400, `Payouts in ${currency} have no decimals`, {
        code: 'invalid_charge_amount',
        param: 'amount',
      })
    : undefined;
}

const KNOWN = /^[a-z]{3}$/;

/** A currency in Stripe's lower case; what else was given is refused. */
export const currencyRefused = (currency: string | undefined): Reply | undefined =>
  currency !== undefined && KNOWN.test(currency)
    ? undefined
    : refuseEarly(400, `Invalid currency: ${currency}`, { param: 'currency' });
