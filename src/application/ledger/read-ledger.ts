import { ResultAsync } from 'neverthrow';
import { type MerchantId, type PaymentId, parseId } from '../../domain/kernel/ids.ts';
import type { LedgerEntry } from '../../domain/ledger/ledger.ts';
import type { AuditTrail } from '../../ports/audit-trail.ts';
import type { Balances, CurrentBalance } from '../../ports/balances.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ledger, LedgerFilter } from '../../ports/ledger.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, paging } from '../kernel/cursor.ts';
import { entriesAt } from './entries-at.ts';

/** What a merchant has, in each currency that ever moved, by currency. Sees every commit that has resolved. */
export type ReadBalance = (
  merchantId: MerchantId,
) => ResultAsync<readonly CurrentBalance[], StorageUnavailable>;

export const readBalance =
  ({ balances }: Readonly<{ balances: Balances }>): ReadBalance =>
  (merchantId) =>
    balances.of(merchantId);

export type ListLedgerEntriesRequest = Readonly<{
  merchantId: MerchantId;
  filter: LedgerFilter & Readonly<{ paymentId?: PaymentId }>;
  limit: number;
  cursor?: string;
}>;

/**
 * A page of a merchant's ledger entries, newest first. The cursor is good for this tenant and this filter only. Those of one payment are looked
 * for at the moments of its audit trail, in whose commits they were made: the trail, and a read by key for each moment.
 */
export type ListLedgerEntries = (
  request: ListLedgerEntriesRequest,
) => ResultAsync<Page<LedgerEntry>, CursorInvalid | StorageUnavailable>;

export const listLedgerEntries = (
  ports: Readonly<{ ledger: Ledger; auditTrail: AuditTrail; signedTokens: SignedTokens; clock: Clock }>,
): ListLedgerEntries => {
  const pages = paging(ports, (text) => parseId('led', text));
  return ({ merchantId, filter, ...page }) =>
    pages({ ...page, context: { list: 'ledger_entries', merchantId, filter } }, (part) =>
      filter.paymentId === undefined
        ? ports.ledger.list(merchantId, filter, part)
        : entriesOf(ports, merchantId, { ...filter, paymentId: filter.paymentId }).map((entries) =>
            entries.filter(({ id }) => part.before === undefined || id < part.before).slice(0, part.limit),
          ),
    );
};

/** All entries of a payment, newest first. */
const entriesOf = (
  { ledger, auditTrail }: Readonly<{ ledger: Ledger; auditTrail: AuditTrail }>,
  merchantId: MerchantId,
  {
    paymentId,
    from = 0,
    to = Number.POSITIVE_INFINITY,
    ...filter
  }: LedgerFilter & Readonly<{ paymentId: PaymentId }>,
): ResultAsync<readonly LedgerEntry[], StorageUnavailable> =>
  auditTrail
    .ofPayment(merchantId, paymentId)
    .andThen((links) =>
      ResultAsync.combine(
        [...new Set(links.map(({ timestamp }) => timestamp))]
          .filter((at) => at >= from && at <= to)
          .map((at) => entriesAt(ledger, merchantId, filter, at)),
      ),
    )
    .map((found) =>
      found
        .flat()
        .filter((entry) => 'paymentId' in entry && entry.paymentId === paymentId)
        .sort((a, b) => (a.id < b.id ? 1 : -1)),
    );
