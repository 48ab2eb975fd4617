import * as z from 'zod/mini';
import { catch as fallback } from 'zod/mini';

const text = (pattern: RegExp) =>
  fallback(z.optional(z.string().check(z.regex(pattern))), undefined as never);

const DAY = /^\d{4}-\d\d-\d\d$/;
const NAME = /^[a-z_]+$/;

/** Of what days the report is, which of its numbers' payments are listed below it, and which payment is looked at. */
export const fraudSearch = z.object({
  from: text(DAY),
  to: text(DAY),
  fraudStatus: text(NAME),
  reviewOutcome: text(NAME),
  status: text(NAME),
  unscored: text(/^true$/),
  payment: text(/^[0-9a-f-]{36}$/),
});

export type FraudSearch = z.infer<typeof fraudSearch>;
