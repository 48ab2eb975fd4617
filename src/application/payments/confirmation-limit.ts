import type { ResultAsync } from 'neverthrow';
import type { Merchant } from '../../domain/merchants/merchant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Quotas } from '../../ports/quotas.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { rateLimit } from './rate-limit.ts';

/** The merchant has confirmed as often as it may in this minute; `retryAfterMs` from now a new one begins. */
export type ConfirmationsLimited = Readonly<{ kind: 'ConfirmationsLimited'; retryAfterMs: number }>;

/**
 * Spends a permit of the merchant's confirmations in this minute, apart from those of its payments. Ask it for every confirmation
 * that is about to reach the processor. It holds over all processes, as limits of payments do.
 */
export type AdmitConfirmation = (
  merchant: Merchant,
) => ResultAsync<void, ConfirmationsLimited | StorageUnavailable>;

/** Ten a second: a call of the processor each, of which it allows all merchants together some tens or hundreds. */
export const CONFIRMATIONS_PER_MINUTE = 600;

/** One for the process: a merchant that may begin more payments in a minute may confirm as many. */
export const limitConfirmations = (ports: Readonly<{ quotas: Quotas; clock: Clock }>): AdmitConfirmation => {
  const admit = rateLimit(ports, {
    holderOf: ({ id }) => `${id}:confirmations`,
    limitOf: ({ rateLimits }, kind) =>
      kind === 'minute' ? Math.max(CONFIRMATIONS_PER_MINUTE, rateLimits.paymentsPerMinute) : 0,
  });
  return (merchant) =>
    admit(merchant).mapErr((failure) =>
      failure.kind === 'RateLimited'
        ? { kind: 'ConfirmationsLimited', retryAfterMs: failure.retryAfterMs }
        : failure,
    );
};
