import * as z from 'zod/mini';
import { catch as fallback } from 'zod/mini';

export const DISPUTE_STATUSES = ['needs_response', 'under_review', 'won', 'lost', 'accepted'] as const;

/** The filters of the list, as the address of the page has them. */
export const disputeSearch = z.object({
  status: fallback(z.optional(z.enum(DISPUTE_STATUSES)), undefined as never),
  payment_id: fallback(z.optional(z.string().check(z.regex(/^pay_[0-9a-f]{32}$/))), undefined as never),
});

export type DisputeSearch = z.infer<typeof disputeSearch>;
