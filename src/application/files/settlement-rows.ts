import { err, ok, Result, ResultAsync } from 'neverthrow';
import {
  addToSettlement,
  openSettlement,
  type ProcessingSettlement,
  type Settlement,
  type SettlementGroup,
} from '../../domain/files/settlement.ts';
import { groupText, settlementId, settlementKey } from '../../domain/files/settlement-keys.ts';
import { settlementGroup, settlementOfLine, settlementRow } from '../../domain/files/settlement-lines.ts';
import type { MerchantId, SettlementId } from '../../domain/kernel/ids.ts';
import type { Digests } from '../../ports/digests.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { lastInSequence } from './last-in-sequence.ts';
import type { MatchReads } from './left-by-steps.ts';
import { type EffectsOfRow, NO_EFFECTS, type RowContributor } from './row-effects.ts';

type SettlementPorts = Readonly<{ aggregates: MatchReads['aggregates']; digests: Digests }>;

/** A settlement that rows of a batch may be of: as it is stored, or which in sequence it is when a row opens it. */
type Known = Readonly<{ id: SettlementId; group: string; stored?: ProcessingSettlement; sequence: number }>;

/**
 * Adds each row to the settlement of its date, currency and payout, which the first row of a file opens. A file has settlements of
 * its own: of two files at once the one that opens the next in sequence later is refused, and opens the one after.
 */
export const settlementRows =
  ({ aggregates, digests }: SettlementPorts): RowContributor =>
  ({ reconciliation, rows, books, now }) => {
    const { id: reconciliationId, merchantId, batches: batch } = reconciliation;
    const groups = new Map<string, SettlementGroup>();
    for (const row of rows) {
      const group = settlementGroup(row, books);
      if (group !== undefined) groups.set(groupText(group), group);
    }
    const known = [...groups.values()].map((group) =>
      knownOf(aggregates, merchantId, settlementId(digests.sha256, reconciliation, group), group),
    );
    return new ResultAsync(Promise.all(known).then((all) => Result.combine(all).map(effectsIn)));

    function effectsIn(all: readonly Known[]): EffectsOfRow {
      const settlements = new Map(all.map((each) => [each.group, each]));
      return (row, soFar) => {
        const of = settlementRow(row);
        if (of === undefined) return NO_EFFECTS;
        const { group, addition } = of;
        const settlement = settlements.get(groupText(group));
        if (settlement === undefined)
          throw new Error(`a settlement of ${groupText(group)} was not looked for`);
        const { id, stored: before, sequence } = settlement;
        const left =
          openIn(soFar.aggregate('settlement', id)) ??
          before ??
          openSettlement({ ...group, id, merchantId, sequence, reconciliationId, batch, createdAt: now });
        const next = addToSettlement(left, addition, { batch, now });
        return {
          aggregates: [
            before === undefined
              ? { action: 'settlement.opened', next, takes: [settlementKey(group, sequence)] }
              : { action: 'settlement.advanced', before, next },
          ],
          line: { settlement: settlementOfLine(id, addition) },
        };
      };
    }
  };

/** No generator, which would hold all that the batch before left until the next full collection. */
async function knownOf(
  aggregates: MatchReads['aggregates'],
  merchantId: MerchantId,
  id: SettlementId,
  group: SettlementGroup,
): Promise<Result<Known, StorageUnavailable>> {
  const found = await aggregates.find(merchantId, 'settlement', id);
  if (found.isErr()) return err(found.error);
  const stored = openIn(found.value);
  if (stored !== undefined) return ok({ id, group: groupText(group), sequence: stored.sequence, stored });
  const sequence = await nextSequence(aggregates, merchantId, group);
  return sequence.map((next) => ({ id, group: groupText(group), sequence: next }));
}

/** A file's settlements are locked after its last row. */
function openIn(settlement: Settlement | undefined): ProcessingSettlement | undefined {
  if (settlement !== undefined && settlement.status !== 'processing')
    throw new Error(`${settlement.id} is locked, and its file has another row`);
  return settlement;
}

/** The first that is free. Settlements are never removed, so that all before it are there. */
const nextSequence = (
  aggregates: MatchReads['aggregates'],
  merchantId: MerchantId,
  group: SettlementGroup,
): ResultAsync<number, StorageUnavailable> =>
  lastInSequence((sequence) =>
    aggregates.findByKey(merchantId, 'settlement', settlementKey(group, sequence)),
  ).map((last) => (last?.sequence ?? 0) + 1);
