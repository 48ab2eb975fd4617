import type { ResultAsync } from 'neverthrow';
import type { CurrencyCode } from '../../domain/kernel/currency.ts';
import { type MerchantId, parseId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { LedgerEntry } from '../../domain/ledger/ledger.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { Payments } from '../../ports/payments.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, paging } from '../kernel/cursor.ts';

export type ListRefundsRequest = Readonly<{
  merchantId: MerchantId;
  /** Both ends of the time are within it. */
  filter: Readonly<{ currency?: CurrencyCode; from?: Instant; to?: Instant }>;
  limit: number;
  cursor?: string;
}>;

/**
 * A page of a merchant's refunds as they are now, whatever became of them, newest first. Every refund sets its money aside in the
 * ledger as it begins, in the commit that records it, so its entry there finds it. The cursor is good for this tenant and this filter
 * only. Two reads: a page of entries, and the transactions of their payments.
 */
export type ListRefunds = (
  request: ListRefundsRequest,
) => ResultAsync<Page<Transaction>, CursorInvalid | StorageUnavailable>;

type Ports = Readonly<{ ledger: Ledger; payments: Payments; signedTokens: SignedTokens; clock: Clock }>;

export const listRefunds = (ports: Ports): ListRefunds => {
  const pages = paging(ports, (text) => parseId('led', text));
  return ({ merchantId, filter, ...request }) =>
    pages({ ...request, context: { list: 'refunds', merchantId, filter } }, (part) =>
      ports.ledger.list(merchantId, { ...filter, type: 'refund_hold' }, part),
    ).andThen(({ items, ...page }) =>
      refundsOf(ports, merchantId, items).map((refunds) => ({ ...page, items: refunds })),
    );
};

function refundsOf(
  { payments }: Pick<Ports, 'payments'>,
  merchantId: MerchantId,
  entries: readonly LedgerEntry[],
): ResultAsync<readonly Transaction[], StorageUnavailable> {
  const causes = entries.flatMap((entry) => ('transactionId' in entry ? [entry] : []));
  const ids = [...new Set(causes.map(({ paymentId }) => paymentId))];
  return payments.transactionsOfEach(merchantId, ids).map((found) =>
    causes.map(({ paymentId, transactionId }) => {
      const refund = found.get(paymentId)?.find(({ id }) => id === transactionId);
      // An entry and its transaction are one commit.
      if (refund === undefined) throw new Error(`the refund ${transactionId} of an entry does not exist`);
      return refund;
    }),
  );
}
