import type { ResultAsync } from 'neverthrow';
import type { CurrencyCode } from '../../domain/kernel/currency.ts';
import { type MerchantId, parseId } from '../../domain/kernel/ids.ts';
import type { LedgerEntry } from '../../domain/ledger/ledger.ts';
import type { Balances, CurrentBalance } from '../../ports/balances.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, paging } from '../kernel/cursor.ts';

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
  filter: Readonly<{ currency?: CurrencyCode }>;
  limit: number;
  cursor?: string;
}>;

/** A page of a merchant's ledger entries, newest first. The cursor is good for this tenant and this currency only. */
export type ListLedgerEntries = (
  request: ListLedgerEntriesRequest,
) => ResultAsync<Page<LedgerEntry>, CursorInvalid | StorageUnavailable>;

export const listLedgerEntries = (
  ports: Readonly<{ ledger: Ledger; signedTokens: SignedTokens; clock: Clock }>,
): ListLedgerEntries => {
  const pages = paging(ports, (text) => parseId('led', text));
  return ({ merchantId, filter, ...page }) =>
    pages({ ...page, context: { list: 'ledger_entries', merchantId, filter } }, (part) =>
      ports.ledger.list(merchantId, filter, part),
    );
};
