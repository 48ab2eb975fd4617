import * as z from 'zod/mini';
import { catch as fallback } from 'zod/mini';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed', 'expired'] as const;

const filter = <Of extends z.core.$ZodType>(of: Of) => fallback(z.optional(of), undefined as never);

/** Which endpoints and which deliveries are listed, and which of these is open. */
export const webhookSearch = z.object({
  endpoints: filter(z.literal('failing')),
  endpoint_id: filter(z.string().check(z.regex(/^we_[0-9a-f]{32}$/))),
  status: filter(z.enum(DELIVERY_STATUSES)),
  delivery: filter(z.string().check(z.regex(/^[a-z]+_[0-9a-f]{32}$/))),
});

export type WebhookSearch = z.infer<typeof webhookSearch>;
