import { errAsync, ResultAsync } from 'neverthrow';
import type Stripe from 'stripe';
import { present } from '../../domain/kernel/present.ts';
import type { OpenConfig } from '../../ports/processor.ts';
import { meaningOf, type StripeFault } from './meanings.ts';
import { stripePackage } from './stripe-package.ts';

/** `apiBase`: where Stripe is, for tests; its own address when absent. `timeoutMs` bounds each request. */
export type StripeSettings = Readonly<{ secretKey: string; apiBase?: string; timeoutMs: number }>;

/**
 * The version of Stripe's API that this folder was written for. It is the one that the tests' description of the API is of,
 * which is older than that of the client's types.
 */
const API_VERSION = '2026-08-26.dahlia' as '2026-10-28.endive';

/**
 * Retries belong to the use cases, which know what a repeat may do, so the client makes none; what it cannot be kept from is
 * repeating once, under the same idempotency key, what a reset connection ended.
 */
export function stripeClient({ secretKey, apiBase, timeoutMs }: StripeSettings): Stripe {
  const { protocol, hostname, port } = new URL(apiBase ?? 'https://api.stripe.com');
  const StripeClient = stripePackage();
  return new StripeClient(secretKey, {
    apiVersion: API_VERSION,
    protocol: protocol === 'http:' ? 'http' : 'https',
    host: hostname,
    port: port === '' ? (protocol === 'http:' ? 80 : 443) : port,
    maxNetworkRetries: 0,
    telemetry: false,
    timeout: timeoutMs,
  });
}

/** A connected account of the platform's, when the merchant's config names one; else the platform's own. */
export function onAccount(config: OpenConfig): Readonly<{ stripeAccount?: string }> {
  const account = config('account');
  return account === undefined ? {} : { stripeAccount: account };
}

/** A call of Stripe's client. What is no error of Stripe's is a defect, and thrown. */
export const ask = <Said>(call: () => Promise<Said>): ResultAsync<Said, StripeFault> =>
  ResultAsync.fromThrowable(call, faultOf)();

type Keyed<Said> = (key: Readonly<{ idempotencyKey?: string }>) => Promise<Said>;

/** A call under a key, which alone keeps it from being done twice. */
export const askUnder = <Said>(idempotencyKey: string, call: Keyed<Said>): ResultAsync<Said, StripeFault> =>
  ask(() => call({ idempotencyKey }));

/**
 * A call under a key of something that the object itself takes once, whatever the key. Stripe repeats a 500 that it kept under the key
 * for a day, which says nothing of the object any more: it is asked without the key then.
 */
export const askOnce = <Said>(idempotencyKey: string, call: Keyed<Said>): ResultAsync<Said, StripeFault> =>
  askUnder(idempotencyKey, call).orElse((fault) =>
    fault.meaning === 'silent' && fault.replayed ? ask(() => call({})) : errAsync(fault),
  );

function faultOf(error: unknown): StripeFault {
  if (!(error instanceof stripePackage().errors.StripeError)) throw error;
  const { statusCode: status, rawType: type, code, decline_code: decline, message, requestId } = error;
  const replayed = error.headers?.['idempotent-replayed'] === 'true';
  return {
    kind: 'StripeFault',
    meaning: meaningOf({ status, ...present({ type, code }) }),
    code: decline ?? code ?? type ?? 'no_answer',
    text: message,
    replayed,
    ...present({ requestId }),
  };
}
