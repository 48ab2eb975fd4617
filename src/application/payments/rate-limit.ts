import { errAsync, okAsync, type Result, ResultAsync } from 'neverthrow';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Merchant } from '../../domain/merchants/merchant.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  QUOTA_WINDOW_MS,
  type QuotaHolder,
  type QuotaKind,
  type Quotas,
  type QuotaWindow,
} from '../../ports/quotas.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** The merchant's payments of this minute or this day are used up; `retryAfterMs` from now a new window begins. */
export type RateLimited = Readonly<{ kind: 'RateLimited'; retryAfterMs: number }>;

/**
 * Spends one permit of every window that the merchant limits, all or none; without limits it answers at once. Ask it
 * once for every payment that is about to begin, and never for the repeat of a known idempotency key.
 *
 * Over any number of processes, crashes and restarts no more payments are admitted in a window than its limit: each
 * permit was counted in the store before it is spent here, and dies with its window. Fewer may be, by what processes
 * took and had not spent when their window or they themselves ended: each at most its block (`blockOf`: 1 up to a
 * limit of 199 a minute and 1 999 a day) or as many as waited together, and a whole take where the store's reply was
 * lost. A window is what the process's own clock says it is. A limit that was changed holds from the first request that sees
 * it: what was taken under the old one is forgotten, not spent.
 */
export type AdmitPayment = (merchant: Merchant) => ResultAsync<void, RateLimited | StorageUnavailable>;

/**
 * How many permits to take at once when no request waits for more: a hundredth of a minute's limit, a thousandth of a
 * day's. So a merchant costs the store some hundred calls a minute at most, however many payments it makes, and small
 * limits are exact.
 */
export const blockOf = (kind: QuotaKind, limit: number): number =>
  Math.max(1, Math.floor(limit / (kind === 'minute' ? 100 : 1_000)));

const KINDS = ['minute', 'day'] as const satisfies readonly QuotaKind[];

/** What this process may still spend of one merchant's window without asking. */
type Lease = {
  readonly limit: number;
  permits: number;
  /** The store gave less than it was asked for: there is nothing left in this window. */
  exhausted: boolean;
  /** How many requests came since the newest take was planned. */
  waiting: number;
  /** The take that is planned or under way; all who wait share it. */
  taking: ResultAsync<void, StorageUnavailable> | undefined;
};

/** The leases of the window the clock is in; those of an older one are dropped with it. */
type Leases = Readonly<{ start: Instant; of: Map<MerchantId, Lease> }>;

/** What is bounded, under whose name its permits are counted; a limit of 0 is none. */
export type Bounded = Readonly<{
  holderOf(merchant: Merchant): QuotaHolder;
  limitOf(merchant: Merchant, kind: QuotaKind): number;
}>;

const PAYMENTS: Bounded = {
  holderOf: ({ id }) => id,
  limitOf: ({ rateLimits }, kind) =>
    kind === 'minute' ? rateLimits.paymentsPerMinute : rateLimits.paymentsPerDay,
};

/** One for the process and what is bounded: its leases are what spares the store a call for each. */
export const rateLimit = (
  { quotas, clock }: Readonly<{ quotas: Quotas; clock: Clock }>,
  { holderOf, limitOf }: Bounded = PAYMENTS,
): AdmitPayment => {
  const current = new Map<QuotaKind, Leases>();

  const admit = (merchant: Merchant): ResultAsync<void, RateLimited | StorageUnavailable> => {
    const now = clock.now();
    const leases = KINDS.flatMap((kind) => {
      const limit = limitOf(merchant, kind);
      return limit === 0 ? [] : [{ kind, ...leaseAt(kind, merchant.id, limit, now) }];
    });
    const spent = leases.filter(({ lease }) => lease.permits === 0 && lease.exhausted);
    if (spent.length > 0) {
      const ends = spent.map(({ kind, start }) => start + QUOTA_WINDOW_MS[kind] - now);
      return errAsync({ kind: 'RateLimited', retryAfterMs: Math.max(...ends) });
    }
    // One window after the other, so that what the minute refuses takes nothing of the day.
    const empty = leases.find(({ lease }) => lease.permits === 0);
    if (empty !== undefined)
      return more(holderOf(merchant), empty, empty.lease).andThen(() => admit(merchant));
    for (const { lease } of leases) lease.permits -= 1;
    return okAsync(undefined);
  };
  return admit;

  function leaseAt(kind: QuotaKind, merchantId: MerchantId, limit: number, now: Instant) {
    const start = now - (now % QUOTA_WINDOW_MS[kind]);
    let leases = current.get(kind);
    if (leases?.start !== start) {
      leases = { start, of: new Map() };
      current.set(kind, leases);
    }
    let lease = leases.of.get(merchantId);
    if (lease?.limit !== limit) {
      lease = { limit, permits: 0, exhausted: false, waiting: 0, taking: undefined };
      leases.of.set(merchantId, lease);
    }
    return { start, lease };
  }

  function more(
    holder: QuotaHolder,
    { kind, start }: QuotaWindow,
    lease: Lease,
  ): ResultAsync<void, StorageUnavailable> {
    lease.waiting += 1;
    lease.taking ??= new ResultAsync(take());
    return lease.taking;

    async function take(): Promise<Result<void, StorageUnavailable>> {
      // Requests of one tick share the take; later ones wait for it and look again.
      await Promise.resolve();
      const wanted = Math.max(lease.waiting, blockOf(kind, lease.limit));
      try {
        return await quotas.take(holder, { kind, start }, wanted, lease.limit).map((granted) => {
          lease.permits += granted;
          lease.exhausted = granted < wanted;
        });
      } finally {
        lease.waiting = 0;
        lease.taking = undefined;
      }
    }
  }
};
