import { z } from 'zod';
import { ACCEPTED_CURRENCIES, type AmountsByCurrency, LIMIT_CURRENCY } from '../../domain/kernel/currency.ts';

const AMOUNT = /^([A-Z]{3}):([0-9]{1,15})$/;

/** `JPY:15000000,EUR:90000`, in minor units of currencies other than the one that has a variable of its own. */
export const amountsByCurrency = z.string().transform((text, context): AmountsByCurrency => {
  const amounts = new Map<string, bigint>();
  for (const entry of text.split(',')) {
    const [, code = '', minorUnits = '0'] = AMOUNT.exec(entry.trim()) ?? [];
    const fault = faultOf(code, amounts);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    else amounts.set(code, BigInt(minorUnits));
  }
  return Object.fromEntries(amounts);
});

function faultOf(code: string, before: ReadonlyMap<string, bigint>): string | undefined {
  if (code === '') return 'must be a currency and minor units, as JPY:15000000, with commas between';
  if (before.has(code)) return `gives ${code} twice`;
  if (code === LIMIT_CURRENCY) return `must leave out ${code}, which PAYWRIGHT_ANOMALY_AMOUNT is in`;
  return ACCEPTED_CURRENCIES.some((each) => each === code)
    ? undefined
    : `has ${code}, which is no ISO 4217 currency in use`;
}
