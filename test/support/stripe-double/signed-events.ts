import { createHmac } from 'node:crypto';
import type { StripeEvent } from './objects.ts';

/** What Stripe posts to a webhook endpoint: the raw body, and the header that signs it. */
export type SignedEvent = Readonly<{ body: string; headers: Readonly<Record<string, string>> }>;

/**
 * An event as Stripe signs it: HMAC-SHA-256 of `<timestamp>.<body>`, one `v1` for each secret that has not lapsed. `at` is in
 * seconds; a receiver refuses what is older than its tolerance.
 */
export function signedEvent(event: StripeEvent, secrets: readonly string[], at: number): SignedEvent {
  const body = JSON.stringify(event, null, 2);
  const signatures = secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`,
  );
  return {
    body,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'stripe-signature': [`t=${at}`, ...signatures, 'v0=6ffbb59b2300aae63f272406069a9788598b792a'].join(),
    },
  };
}
