import type { ResultAsync } from 'neverthrow';
import type { AuditEntry } from '../domain/kernel/audit-entry.ts';
import type { MerchantId, PaymentId } from '../domain/kernel/ids.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { Payment } from '../domain/payments/payment.ts';
import type { PaymentFilter } from '../domain/payments/payment-filter.ts';
import type { PaymentSum } from '../domain/payments/payment-sum.ts';
import type { Transaction } from '../domain/payments/transaction.ts';
import type { StorageUnavailable } from './unavailable.ts';

export type PaymentNotFound = Readonly<{ kind: 'PaymentNotFound'; id: PaymentId }>;

/** `before` is the last payment of the page before, exclusive. */
export type PaymentPage = Readonly<{ limit: number; before?: PaymentId }>;

/** The same, with how many payments are looked at for it where nothing but looking finds what is asked for. */
export type PaymentSearch = PaymentPage & Readonly<{ most: number }>;

/**
 * Looking goes on before `next`, which is absent at the end; a full page has one, whether or not others follow. Fewer than the limit, and none,
 * may have been found and yet have a next.
 */
export type PaymentsFound = Readonly<{ payments: readonly Payment[]; next?: PaymentId }>;

/** What belongs to a payment and grows with it. */
export type PaymentHistory = Readonly<{ transactions: readonly Transaction[]; links: readonly AuditEntry[] }>;

/** Of transactions that were created from `from` on and before `until`. `after` is the `next` of the page before. */
export type UnsettledPage = Readonly<{ from?: Instant; until: Instant; limit: number; after?: string }>;

/** `next` is absent at the end. A page may hold fewer than its limit, and none, and yet have a next. */
export type Unsettled = Readonly<{ transactions: readonly Transaction[]; next?: string }>;

/** A payment of any merchant. */
export type PaymentKey = Readonly<{ merchantId: MerchantId; id: PaymentId }>;

/** Where payments are read. Adapters must pass `test/contract/payments.contract.ts`. */
export interface Payments {
  /** Strongly consistent: sees every commit that has resolved. Another tenant's payment is not found. */
  find(merchantId: MerchantId, id: PaymentId): ResultAsync<Payment, PaymentNotFound | StorageUnavailable>;
  /** Strongly consistent; in the order they were created. Empty for an unknown payment. */
  transactionsOf(
    merchantId: MerchantId,
    id: PaymentId,
  ): ResultAsync<readonly Transaction[], StorageUnavailable>;
  /**
   * What `transactionsOf` gives of each of some hundreds of payments; those without any may be left out. One round trip where the
   * storage can ask for many at once.
   */
  transactionsOfEach(
    merchantId: MerchantId,
    ids: readonly PaymentId[],
  ): ResultAsync<ReadonlyMap<PaymentId, readonly Transaction[]>, StorageUnavailable>;
  /**
   * Captures and refunds that no file has settled yet: those that succeeded, and those whose outcome is not known. Walking from page
   * to page gives each that was one throughout exactly once, in no order; of the last seconds some may be missing. What was
   * settled since its creation costs a read at most, and what was created before `from` costs none.
   */
  unsettled(merchantId: MerchantId, page: UnsettledPage): ResultAsync<Unsettled, StorageUnavailable>;
  /**
   * Authorized payments, of all merchants, that no void or final capture is under way of and that the processor lets lapse by `until`:
   * the first to lapse first, up to `limit`. Of the last seconds some may be missing, and some may have moved on.
   */
  lapsing(until: Instant, limit: number): ResultAsync<readonly PaymentKey[], StorageUnavailable>;
  /**
   * A payment's transactions, and the links of it and of them, each as `transactionsOf` and `AuditTrail.ofPayment` give them.
   * No link is older than what is read of its transaction. One round trip or two, shared with other payments where they can be.
   */
  historyOf(merchantId: MerchantId, id: PaymentId): ResultAsync<PaymentHistory, StorageUnavailable>;
  /**
   * Since when the payment that has needed people the longest needs them, whichever tenant's. May lag behind the newest commits.
   */
  oldestAttention(): ResultAsync<Instant | undefined, StorageUnavailable>;
  /**
   * Newest first by id, up to `limit`; fewer only at the end. Walking with `before` gives every payment that existed
   * at the start and matches throughout exactly once, whatever is inserted meanwhile. Those that need people cost no read of others;
   * of the last seconds some may be missing.
   */
  list(
    merchantId: MerchantId,
    filter: PaymentFilter,
    page: PaymentPage,
  ): ResultAsync<readonly Payment[], StorageUnavailable>;
  /**
   * The same for whoever may ask for anything: it takes no longer, however few of a long history match. It looks at `most` payments, or at some hundreds
   * more, and gives what it has found by then; those that match by a customer, one amount, a pair of metadata or that they need people are
   * found without looking at others. Walking with `next` gives what `list` gives.
   */
  lookThrough(
    merchantId: MerchantId,
    filter: PaymentFilter,
    search: PaymentSearch,
  ): ResultAsync<PaymentsFound, StorageUnavailable>;
  /**
   * What all payments that match add up to: one sum for each currency and status among them. Sees every commit that has
   * resolved, and counts each payment at most once. Reads all of them, so it is for short times and rare questions;
   * `Summaries` answers for whole days.
   */
  sums(merchantId: MerchantId, filter: PaymentFilter): ResultAsync<readonly PaymentSum[], StorageUnavailable>;
}
