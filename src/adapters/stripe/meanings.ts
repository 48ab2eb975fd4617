import type { DeclineCode } from '../../ports/processor.ts';

/**
 * What an error of Stripe's says of the call: `silent` whether it had an effect is not known; `unavailable` it had none, and may be
 * asked again; `declined` by the issuer; `refused` by Stripe, without effect; `recorded` the object is not in the state that the
 * call needs, so its record says what became of the reference.
 */
export type Meaning = 'silent' | 'unavailable' | 'declined' | 'refused' | 'recorded';

/** An error of Stripe's, in its own codes and words. */
export type StripeFault = Readonly<{
  kind: 'StripeFault';
  meaning: Meaning;
  /** `decline_code`, or else `code`, or else `type`. */
  code: string;
  text: string;
  /** Stripe's name for the request; absent when nothing was answered. */
  requestId?: string;
  /** Stripe's answer to an earlier request under the key, which it gives again without looking. */
  replayed: boolean;
}>;

/** Codes whose meaning is not that of their HTTP status. */
const BY_CODE: Readonly<Record<string, Meaning>> = {
  // Another request holds the key or the object: it may be ours, and may yet take effect.
  idempotency_key_in_use: 'silent',
  // Nothing of the request was begun.
  lock_timeout: 'unavailable',
  rate_limit: 'unavailable',
  payment_intent_rate_limit_exceeded: 'unavailable',
  // The keys and the account are the operator's to set right.
  account_closed: 'unavailable',
  account_invalid: 'unavailable',
  api_key_expired: 'unavailable',
  livemode_mismatch: 'unavailable',
  not_allowed_on_standard_account: 'unavailable',
  platform_account_required: 'unavailable',
  platform_api_key_expired: 'unavailable',
  secret_key_required: 'unavailable',
  testmode_charges_only: 'unavailable',
  tls_version_unsupported: 'unavailable',
  // Something has happened to the object already.
  charge_already_captured: 'recorded',
  charge_already_refunded: 'recorded',
  intent_invalid_state: 'recorded',
  payment_intent_unexpected_state: 'recorded',
  return_intent_already_processed: 'recorded',
};

/** What Stripe says, by its code, then its type, then its HTTP status. Total: what Stripe may add later has a status. */
export function meaningOf(
  said: Readonly<{ status: number | undefined; type?: string; code?: string }>,
): Meaning {
  const { status, type, code } = said;
  if (status === undefined || status >= 500) return 'silent';
  const named = code !== undefined && Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
  if (named !== undefined) return named;
  if (type === 'idempotency_error') return status === 409 ? 'silent' : 'recorded';
  if (status === 402 || type === 'card_error') return 'declined';
  if (status === 409) return 'silent';
  if (status === 401 || status === 403 || status === 429) return 'unavailable';
  return 'refused';
}

/** Declines for want of money; every other one is a declined card. */
const FOR_WANT_OF_MONEY: ReadonlySet<string> = new Set([
  'insufficient_funds',
  'card_velocity_exceeded',
  'withdrawal_count_limit_exceeded',
]);

/** Ours for what Stripe says of a declined charge, `decline_code` or `code`. */
export const declineOf = (code: string): DeclineCode =>
  FOR_WANT_OF_MONEY.has(code) ? 'insufficient_funds' : 'card_declined';
