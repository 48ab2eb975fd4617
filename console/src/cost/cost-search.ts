import * as z from 'zod/mini';
import { catch as fallback } from 'zod/mini';

const given = (pattern: RegExp) =>
  fallback(z.optional(z.string().check(z.regex(pattern))), undefined as never);
const whole = given(/^\d{1,15}$/);

/** The usage that is estimated, as the address of the page has it; what is not given is the API's own default. */
export const costSearch = z.object({
  preset: fallback(z.optional(z.enum(['paywright', 'classic-2024'])), undefined as never),
  region: given(/^[a-z0-9-]{1,32}$/),
  regions: whole,
  transactions_per_month: whole,
  queries_per_transaction: given(/^\d{1,5}(?:\.\d{1,6})?$/),
  refunds_per_transaction: given(/^\d{1,5}(?:\.\d{1,6})?$/),
  retention_days: whole,
  utilisation: whole,
  merchant_id: given(/^[A-Za-z0-9_-]{1,64}$/),
});

export type CostSearch = z.infer<typeof costSearch>;
