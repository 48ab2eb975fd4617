import * as z from 'zod/mini';
import { catch as fallback } from 'zod/mini';

export const STATUSES = ['processing', 'completed', 'completed_with_exceptions'] as const;

const filter = <Of extends z.core.$ZodType>(of: Of) => fallback(z.optional(of), undefined as never);
const day = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/));

/** The filters of the list, as the address of the page has them. */
export const settlementSearch = z.object({
  status: filter(z.enum(STATUSES)),
  currency: filter(z.string().check(z.regex(/^[A-Z]{3}$/))),
  start_date: filter(day),
  end_date: filter(day),
  payout_id: filter(z.string().check(z.minLength(1), z.maxLength(255))),
});

export type SettlementSearch = z.infer<typeof settlementSearch>;
