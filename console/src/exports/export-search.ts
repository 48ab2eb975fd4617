import * as z from 'zod/mini';
import { catch as fallback } from 'zod/mini';
import { ENTITY_TYPES } from '../audit/audit-search.ts';
import { PAIR, STATUSES } from '../payments/payment-search.ts';

export const KINDS = [
  'payments',
  'transactions',
  'ledger_entries',
  'journal',
  'settlements',
  'audit',
] as const;
export type Kind = (typeof KINDS)[number];

const filter = <Of extends z.core.$ZodType>(of: Of) => fallback(z.optional(of), undefined as never);
const wholeNumber = z.string().check(z.regex(/^(0|[1-9]\d{0,15})$/));
const day = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}(T.+)?$/));

/** An export that is to be made, under the names of the API and of the lists that lead here, or one that is looked at. */
export const exportSearch = z.object({
  kind: filter(z.enum(KINDS)),
  status: filter(z.enum(STATUSES)),
  customer_id: filter(z.string().check(z.regex(/^cus_[0-9a-f]{32}$/))),
  currency: filter(z.string().check(z.regex(/^[A-Z]{3}$/))),
  min_amount: filter(wholeNumber),
  max_amount: filter(wholeNumber),
  start_date: filter(day),
  end_date: filter(day),
  decline_code: filter(z.string().check(z.regex(/^[\x21-\x7e]{1,128}$/))),
  metadata: filter(z.string().check(z.regex(PAIR))),
  idempotency_key: filter(z.string().check(z.regex(/^[\x21-\x7e]{1,255}$/))),
  attention: filter(z.literal('true')),
  entity_type: filter(z.enum(ENTITY_TYPES)),
  entity_id: filter(z.string().check(z.regex(/^[\x21-\x7e]{1,128}$/))),
  export: filter(z.string().check(z.regex(/^exp_[0-9a-f]{32}$/))),
});

export type ExportSearch = z.infer<typeof exportSearch>;

/** What a token needs beside `exports` to make a file of a kind, as the API has it. */
export const NEEDED: Readonly<Record<Kind, string>> = {
  payments: 'exports',
  transactions: 'exports',
  ledger_entries: 'transfers',
  journal: 'transfers',
  settlements: 'settlements',
  audit: 'audit',
};
