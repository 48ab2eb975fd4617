import * as z from 'zod/mini';
import { catch as fallback } from 'zod/mini';

/** What becomes of a row of a file; the counts of these add up to its rows. */
export const OUTCOMES = [
  'matched',
  'matched_within_tolerance',
  'mismatched',
  'missing_here',
  'duplicate',
  'rejected',
] as const;

/** What of our books no file has named: these are no rows of one. */
export const ABSENCES = ['expected', 'missing_there'] as const;

/** Which rows of a reconciliation are listed. */
export const reconciliationSearch = z.object({
  outcome: fallback(z.optional(z.enum([...OUTCOMES, ...ABSENCES])), undefined as never),
});

export type ReconciliationSearch = z.infer<typeof reconciliationSearch>;
