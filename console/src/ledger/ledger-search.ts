import * as z from 'zod/mini';
import { catch as fallback } from 'zod/mini';
import { isDay } from './days.ts';

export const ACCOUNTS = [
  'available',
  'pending',
  'processor',
  'fees',
  'transfers',
  'bank',
  'differences',
] as const;

/** A parameter that is no filter is left out, as if the address had not named it. */
const filter = <Of extends z.core.$ZodType>(of: Of) => fallback(z.optional(of), undefined as never);
const day = z.string().check(z.refine(isDay));

/** Of which currency the statement is, and its account and days, as the address of the page has them. */
export const ledgerSearch = z.object({
  currency: filter(z.string().check(z.regex(/^[A-Z]{3}$/))),
  account: filter(z.enum(ACCOUNTS)),
  start_date: filter(day),
  end_date: filter(day),
});

export type LedgerSearch = z.infer<typeof ledgerSearch>;
export type Account = (typeof ACCOUNTS)[number];
