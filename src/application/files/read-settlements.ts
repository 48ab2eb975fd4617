import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { Settlement, SettlementStatus } from '../../domain/files/settlement.ts';
import type { CurrencyCode } from '../../domain/kernel/currency.ts';
import { type MerchantId, parseId, type SettlementId } from '../../domain/kernel/ids.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, type PageRequest, pagingOfWanted } from '../kernel/cursor.ts';

export type SettlementNotFound = Readonly<{ kind: 'SettlementNotFound' }>;

/** One settlement as it stands, with every batch of its file that was committed. One read, strongly consistent. */
export type GetSettlement = (
  merchantId: MerchantId,
  id: SettlementId,
) => ResultAsync<Settlement, SettlementNotFound | StorageUnavailable>;

export const getSettlement =
  ({ aggregates }: Readonly<{ aggregates: Aggregates }>): GetSettlement =>
  (merchantId, id) =>
    aggregates
      .find(merchantId, 'settlement', id)
      .andThen((found) =>
        found === undefined ? errAsync({ kind: 'SettlementNotFound' as const }) : okAsync(found),
      );

/** Days are `YYYY-MM-DD`, both inclusive. */
export type SettlementFilter = Readonly<{
  from?: string;
  to?: string;
  currency?: CurrencyCode;
  status?: SettlementStatus;
  payoutId?: string;
}>;

export type ListSettlementsRequest = Omit<PageRequest, 'context'> &
  Readonly<{ merchantId: MerchantId; filter: SettlementFilter }>;

/**
 * A page of a merchant's settlements: those of the file that was begun last come first, and of a file the latest date. As
 * `pagingOfWanted` pages.
 */
export type ListSettlements = (
  request: ListSettlementsRequest,
) => ResultAsync<Page<Settlement>, CursorInvalid | StorageUnavailable>;

export const listSettlements = (
  ports: Readonly<{ aggregates: Aggregates; signedTokens: SignedTokens; clock: Clock }>,
): ListSettlements => {
  const pages = pagingOfWanted(ports, (text) => parseId('set', text));
  return ({ merchantId, filter, ...request }) =>
    pages(
      { ...request, context: { list: 'settlements', merchantId, ...filter } },
      (part) => ports.aggregates.newest(merchantId, 'settlement', part),
      (each) => isWithin(each, filter),
    );
};

const isWithin = ({ date, currency, status, payoutId }: Settlement, filter: SettlementFilter): boolean =>
  (filter.from === undefined || filter.from <= date) &&
  (filter.to === undefined || date <= filter.to) &&
  (filter.currency === undefined || filter.currency === currency) &&
  (filter.status === undefined || filter.status === status) &&
  (filter.payoutId === undefined || filter.payoutId === payoutId);
