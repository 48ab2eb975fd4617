import * as z from 'zod/mini';
import { catch as fallback } from 'zod/mini';

/** Which of those that wait is looked at. */
export const approvalSearch = z.object({
  payment: fallback(z.optional(z.string().check(z.regex(/^[0-9a-f-]{36}$/))), undefined as never),
});
