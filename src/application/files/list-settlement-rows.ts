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
 * A page of a settlement's rows in the order of its file, read from the batches that hold them, as `pageOfLines` pages. The
 * settlement's sums are what its items add up to, once its file is done.
 */
export type ListSettlementRows = (
  request: Omit<PageRequest, 'context'> & Readonly<{ merchantId: MerchantId; id: SettlementId }>,
) => ResultAsync<
  Page<JsonObject>,
  SettlementNotFound | CursorInvalid | StorageUnavailable | ObjectDamaged | ObjectStoreUnavailable
>;

type RowPorts = LinePorts & Readonly<{ getSettlement: GetSettlement }>;

/** Rows that took effect: each once, with what it added to the net. What was paid out is in the settlement's own. */
export const listSettlementItems =
  (ports: RowPorts): ListSettlementRows =>
  (request) =>
    rowsOf(ports, 'items', request).map(({ items, ...page }) => ({
      ...page,
      items: items.map(settlementItem),
    }));

/** Rows that did not match, as the lines of the reconciliation say them. */
export const listSettlementExceptions =
  (ports: RowPorts): ListSettlementRows =>
  (request) =>
    rowsOf(ports, 'exceptions', request);

const rowsOf = (
  ports: RowPorts,
  list: 'items' | 'exceptions',
  { merchantId, id, ...page }: Parameters<ListSettlementRows>[0],
): ReturnType<ListSettlementRows> =>
  pageOfLines(ports, { context: { list: `settlement ${list}`, merchantId, id }, ...page }, () =>
    ports.getSettlement(merchantId, id).map(({ reconciliationId, firstBatch, lastBatch }) => ({
      of: { merchantId, id: reconciliationId },
      firstBatch,
      endBatch: lastBatch + 1,
      isWanted(line) {
        const row = additionIn(line);
        if (row?.id !== id) return false;
        return list === 'items' ? isItem(row.addition) : row.addition.part === 'exception';
      },
    })),
  );
