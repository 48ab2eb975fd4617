import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { Exception } from '../../domain/files/exception.ts';
import type { MerchantId, SettlementId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { CursorInvalid, Page, PageRequest } from '../kernel/cursor.ts';
import { APART_MS, type ListExceptions, type ShownException } from './read-exceptions.ts';
import type { GetSettlement, SettlementNotFound } from './read-settlements.ts';

export type ListSettlementExceptionsRequest = Omit<PageRequest, 'context'> &
  Readonly<{ merchantId: MerchantId; id: SettlementId; status?: Exception['status'] }>;

/**
 * A page of the exceptions of one settlement, newest first: of its rows that did not match, and of its payout. Looks through those
 * that were opened while its file was read, as `ListExceptions` does.
 */
export type ListSettlementExceptions = (
  request: ListSettlementExceptionsRequest,
) => ResultAsync<Page<ShownException>, SettlementNotFound | CursorInvalid | StorageUnavailable>;

export const listSettlementExceptions =
  ({
    getSettlement,
    listExceptions,
  }: Readonly<{ getSettlement: GetSettlement; listExceptions: ListExceptions }>): ListSettlementExceptions =>
  ({ merchantId, id, status, ...page }) =>
    safeTry(async function* () {
      const settlement = yield* getSettlement(merchantId, id);
      const from = settlement.createdAt - APART_MS;
      const opened =
        settlement.status === 'processing' ? { from } : { from, to: settlement.processedAt + APART_MS };
      const filter = { settlementId: id, ...present({ status }) };
      return ok(yield* listExceptions({ merchantId, filter, opened, ...page }));
    });
