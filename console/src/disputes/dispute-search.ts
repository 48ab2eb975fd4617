import * as z from 'zod/mini';
import { catch as fallback } from 'zod/mini';

export const DISPUTE_STATUSES = ['needs_response', 'under_review', 'won', 'lost', 'accepted'] as const;

/** The filter of the list, as the address of the page has it. */
export const disputeSearch = z.object({
  status: fallback(z.optional(z.enum(DISPUTE_STATUSES)), undefined as never),
});

export type DisputeSearch = z.infer<typeof disputeSearch>;
