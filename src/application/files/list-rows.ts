import type { ResultAsync } from 'neverthrow';
import { ABSENCES, type Absence } from '../../domain/files/absences.ts';
import type { Outcome } from '../../domain/files/match-row.ts';
import type { MerchantId, ReconciliationId } from '../../domain/kernel/ids.ts';
import type { JsonObject } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ObjectDamaged, ObjectStoreUnavailable } from '../../ports/object-store.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { CursorInvalid, Page } from '../kernel/cursor.ts';
import type { GetReconciliation, ReconciliationNotFound } from './read-reconciliations.ts';
import { type LinePorts, pageOfLines } from './row-lines.ts';

export type ListRowsRequest = Readonly<{
  merchantId: MerchantId;
  id: ReconciliationId;
  outcome?: Outcome | Absence;
  limit: number;
  cursor?: string;
}>;

/**
 * A page of the rows that have their outcome, in the file's order, as `pageOfLines` pages. What the file does not name is no row of
 * it, and is given where it is asked for alone.
 */
export type ListRows = (
  request: ListRowsRequest,
) => ResultAsync<
  Page<JsonObject>,
  ReconciliationNotFound | CursorInvalid | StorageUnavailable | ObjectDamaged | ObjectStoreUnavailable
>;

export const listRows =
  (ports: LinePorts & Readonly<{ getReconciliation: GetReconciliation }>): ListRows =>
  ({ merchantId, id, outcome, ...page }) =>
    pageOfLines(ports, { context: { list: 'rows', merchantId, id, ...present({ outcome }) }, ...page }, () =>
      ports.getReconciliation(merchantId, id).map(({ batches, absences }) => ({
        of: { merchantId, id },
        ...(isAbsence(outcome)
          ? { firstBatch: batches, endBatch: batches + (absences?.batches ?? 0) }
          : { firstBatch: 0, endBatch: batches }),
        isWanted: (line) => outcome === undefined || line['outcome'] === outcome,
      })),
    );

const isAbsence = (outcome: Outcome | Absence | undefined): outcome is Absence =>
  ABSENCES.some((absence) => absence === outcome);
