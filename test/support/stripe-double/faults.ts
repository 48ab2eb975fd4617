import type { Reply } from './replies.ts';
import { refuse, refuseEarly } from './replies.ts';

/**
 * How one answer goes wrong. `before` has no effect, `after` has all of it.
 * `reset`: the connection breaks; `never`: nothing comes while the connection stays; `late`: it comes when the test releases it, and its key is in use until then;
 * `error`: Stripe's 500, kept under the key as Stripe keeps those of an endpoint that began; `unavailable`: a 503 that is not kept;
 * `rate_limited`, `lock_timeout`, `key_in_use`, `refused`: refused without effect, the last for good; `doubled`: the network brings the request twice;
 * `wrong`: another body, which must be as described all the same.
 */
export type Fault =
  | Readonly<{ kind: 'reset' | 'never' | 'error'; when: 'before' | 'after' }>
  | Readonly<{
      kind: 'late' | 'unavailable' | 'rate_limited' | 'lock_timeout' | 'key_in_use' | 'refused' | 'doubled';
    }>
  | Readonly<{
      kind: 'wrong';
      body(right: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
    }>;

/** One of each kind after which a caller has to look what became of its request, or to ask again. */
export const EVERY_FAULT: readonly Fault[] = [
  { kind: 'error', when: 'before' },
  { kind: 'error', when: 'after' },
  { kind: 'never', when: 'before' },
  { kind: 'never', when: 'after' },
  { kind: 'unavailable' },
  { kind: 'rate_limited' },
  { kind: 'lock_timeout' },
  { kind: 'key_in_use' },
  { kind: 'doubled' },
  { kind: 'wrong', body: (right) => ({ ...right, amount: 1 }) },
];

/** Faults in the order in which they were scripted; each befalls the next request that fits, and no other; undefined is a request that goes well. */
export type Script = Readonly<{
  /** `endpoint` is method and path as the description spells them: `POST /v1/payment_intents/{intent}/confirm`. */
  next(endpoint: string, ...faults: readonly (Fault | undefined)[]): void;
  take(endpoint: string): Fault | undefined;
}>;

/** Nothing goes wrong until it is scripted. */
export function openScript(): Script {
  const scripted = new Map<string, (Fault | undefined)[]>();
  return {
    next(endpoint, ...faults) {
      scripted.set(endpoint, [...(scripted.get(endpoint) ?? []), ...faults]);
    },
    take: (endpoint) => scripted.get(endpoint)?.shift(),
  };
}

/** The answer of a request that is refused whatever it asks. */
export function refusalOf(fault: Fault, key: string | undefined): Reply | undefined {
  switch (fault.kind) {
    case 'rate_limited':
      return refuseEarly(
        429,
        'Request rate limit exceeded.',
        { code: 'rate_limit' },
        { 'Stripe-Rate-Limited-Reason': 'global-rate', 'Retry-After': '2', 'Stripe-Should-Retry': 'true' },
      );
    case 'lock_timeout':
      return refuseEarly(
        429,
        'This object cannot be accessed right now because another API request or Stripe process is currently accessing it.',
        { code: 'lock_timeout' },
        { 'Stripe-Should-Retry': 'true' },
      );
    case 'key_in_use':
      return keyInUse(key);
    case 'refused':
      return refuseEarly(400, 'The payment method type is not activated on this account.', {
        code: 'payment_intent_invalid_parameter',
      });
    case 'unavailable':
      return refuseEarly(
        503,
        'Stripe is unavailable.',
        { type: 'api_error' },
        { 'Stripe-Should-Retry': 'true' },
      );
    case 'error':
      return fault.when === 'before' ? SERVER_ERROR : undefined;
    case 'reset':
    case 'never':
    case 'late':
    case 'doubled':
    case 'wrong':
      return undefined;
  }
}

/** Stripe's 500: what was done is unknown, and the same key brings the same answer. */
export const SERVER_ERROR: Reply = {
  ...refuse(500, 'An unknown error occurred.', { type: 'api_error' }),
  headers: { 'Stripe-Should-Retry': 'false' },
};

/** Another request under the same key has not been answered yet. */
export const keyInUse = (key: string | undefined): Reply =>
  refuseEarly(
    409,
    `There is currently another in-progress request using this Idempotent Key: ${key}.`,
    { type: 'idempotency_error', code: 'idempotency_key_in_use' },
    { 'Stripe-Should-Retry': 'true' },
  );
