import { createRequire } from 'node:module';
import type StripeClient from 'stripe';

type StripePackage = typeof StripeClient;

let loaded: StripePackage | undefined;

/**
 * Stripe's package, loaded when it is first asked for: its 218 files take a process some 3 MB and a twentieth of a second to start, and
 * most processes never ask.
 */
export const stripePackage = (): StripePackage =>
  (loaded ??= createRequire(import.meta.url)('stripe') as StripePackage);
