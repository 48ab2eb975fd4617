import Stripe from 'stripe';
import { DOUBLE_KEY, type StripeDouble } from './server.ts';

/** Stripe's own client against the double, with neither retries nor telemetry. */
export const doubleClient = (
  { url, version }: Pick<StripeDouble, 'url' | 'version'>,
  parts: Readonly<{ key?: string; account?: string }> = {},
): Stripe =>
  new Stripe(parts.key ?? DOUBLE_KEY, {
    // The description is of an earlier version than the client's own.
    apiVersion: version as '2026-10-28.endive',
    protocol: 'http',
    host: '127.0.0.1',
    port: new URL(url).port,
    maxNetworkRetries: 0,
    telemetry: false,
    timeout: 5_000,
    ...(parts.account === undefined ? {} : { stripeAccount: parts.account }),
  });
