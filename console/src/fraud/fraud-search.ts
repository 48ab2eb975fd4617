import * as z from 'zod/mini';
import { catch as fallback } from 'zod/mini';

/** Which of those that await a review is looked at. */
export const fraudSearch = z.object({
  payment: fallback(z.optional(z.string().check(z.regex(/^[0-9a-f-]{36}$/))), undefined as never),
});
