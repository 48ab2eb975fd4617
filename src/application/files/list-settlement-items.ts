import type { ResultAsync } from 'neverthrow';
import { isItem } from '../../domain/files/settlement.ts';
import { additionIn, settlementItem } from '../../domain/files/settlement-lines.ts';
import type { MerchantId, SettlementId } from '../../domain/kernel/ids.ts';
import type { JsonObject } from '../../domain/kernel/json.ts';
import type { ObjectDamaged, ObjectStoreUnavailable } from '../../ports/object-store.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { CursorInvalid, Page, PageRequest } from '../kernel/cursor.ts';
import type { GetSettlement, SettlementNotFound } from './read-settlements.ts';
import { type LinePorts, pageOfLines } from './row-lines.ts';

/**
 * A page of the rows that took effect, in the order of their file, each once, with what it added to the net; read from the batches
 * that hold them, as `pageOfLines` pages. What was paid out is in the settlement's own. The settlement's sums are what its items
 * add up to, once its file is done.
 */
export type ListSettlementItems = (
  request: Omit<PageRequest, 'context'> & Readonly<{ merchantId: MerchantId; id: SettlementId }>,
) => ResultAsync<
  Page<JsonObject>,
  SettlementNotFound | CursorInvalid | StorageUnavailable | ObjectDamaged | ObjectStoreUnavailable
>;

export const listSettlementItems =
  (ports: LinePorts & Readonly<{ getSettlement: GetSettlement }>): ListSettlementItems =>
  ({ merchantId, id, ...page }) =>
    pageOfLines(ports, { context: { list: 'settlement items', merchantId, id }, ...page }, () =>
      ports.getSettlement(merchantId, id).map(({ reconciliationId, firstBatch, lastBatch }) => ({
        of: { merchantId, id: reconciliationId },
        firstBatch,
        endBatch: lastBatch + 1,
        isWanted(line) {
          const row = additionIn(line);
          return row?.id === id && isItem(row.addition);
        },
      })),
    ).map(({ items, ...rest }) => ({ ...rest, items: items.map(settlementItem) }));
