import * as z from 'zod/mini';
import { catch as fallback } from 'zod/mini';

export const KINDS = [
  'mismatched',
  'missing_here',
  'duplicate',
  'rejected',
  'missing_there',
  'payout_difference',
] as const;
export const AGES = ['<1d', '1-3d', '3-7d', '>7d'] as const;
export const STATUSES = ['open', 'proposed', 'resolved', 'ignored'] as const;

const filter = <Of extends z.core.$ZodType>(of: Of) => fallback(z.optional(of), undefined as never);

/** The filters of the list, as the address of the page has them. Without a status those are listed that are open; `any` is each. */
export const exceptionSearch = z.object({
  status: filter(z.enum([...STATUSES, 'any'])),
  kind: filter(z.enum(KINDS)),
  age: filter(z.enum(AGES)),
  currency: filter(z.string().check(z.regex(/^[A-Z]{3}$/))),
  assigned_to: filter(z.string().check(z.minLength(1), z.maxLength(320))),
  reconciliation_id: filter(z.string().check(z.regex(/^rec_[0-9a-f]{32}$/))),
});

export type ExceptionSearch = z.infer<typeof exceptionSearch>;
