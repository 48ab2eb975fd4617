import { stripeClient } from '../adapters/stripe/client.ts';
import { present } from '../domain/kernel/present.ts';

/**
 * How Stripe is reached, and known again. `apiBase`: where it is, when that is not Stripe's own address; `webhookSecrets`: those that
 * sign its events, absent where none are taken.
 */
export type StripeAccess = Readonly<{
  secretKey: string;
  apiBase?: string;
  webhookSecrets?: readonly string[];
}>;

/** A client, whose every request ends after `timeoutMs`. */
export const stripeClientOf = ({ secretKey, apiBase }: StripeAccess, timeoutMs: number) =>
  stripeClient({ secretKey, ...present({ apiBase }), timeoutMs });
