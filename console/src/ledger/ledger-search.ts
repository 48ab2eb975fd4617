import * as z from 'zod/mini';
import { catch as fallback } from 'zod/mini';

/** The filter of the entries, as the address of the page has it. */
export const ledgerSearch = z.object({
  currency: fallback(z.optional(z.string().check(z.regex(/^[A-Z]{3}$/))), undefined as never),
});
