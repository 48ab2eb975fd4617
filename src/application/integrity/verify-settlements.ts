import { ok, type ResultAsync, safeTry } from 'neverthrow';
import { type Reconciliation, startedAtOf } from '../../domain/files/reconciliation.ts';
import {
  addToContents,
  noContents,
  type Settlement,
  type SettlementContents,
} from '../../domain/files/settlement.ts';
import { settlementId, settlementIdsOf } from '../../domain/files/settlement-keys.ts';
import { additionIn } from '../../domain/files/settlement-lines.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { canonicalJson, type JsonObject } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Digests } from '../../ports/digests.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type Report, reportAll } from '../kernel/report-findings.ts';
import { aggregatePages } from './aggregate-pages.ts';
import type { IntegrityFinding, RowFault } from './integrity-finding.ts';

export type SettlementReads = Readonly<{ aggregates: Aggregates; digests: Digests }>;

/** What the lines of one file come to, by the settlement that they name. */
export type SettlementsOfLines = Map<string, SettlementContents>;

/** Adds a line to the settlement that it names, if it names one. */
export function addLine(settlements: SettlementsOfLines, line: JsonObject, batch: number): void {
  const named = additionIn(line);
  if (named === undefined) return;
  const { id, addition } = named;
  settlements.set(id, addToContents(settlements.get(id) ?? noContents(batch), addition, batch));
}

type Seen = ResultAsync<void, IntegrityFinding | StorageUnavailable>;

const PAGE = 100;

/** The settlements of a file that has ended are what its lines say, each of them, and no others. */
export const verifySettlements = (
  { aggregates }: SettlementReads,
  reconciliation: Reconciliation,
  ofLines: SettlementsOfLines,
  report: Report<IntegrityFinding>,
): Seen =>
  safeTry(async function* () {
    const { merchantId, id, status } = reconciliation;
    const startedAt = startedAtOf(reconciliation);
    const left = new Map(ofLines);
    const { first, last } = settlementIdsOf({ startedAt: startedAt ?? 0 });
    for (let after: string = first; startedAt !== undefined && after < last; ) {
      const found = yield* aggregates.list(merchantId, 'settlement', { limit: PAGE, after });
      for (const each of found) {
        if (each.reconciliationId !== id || each.id > last) continue;
        const contents = left.get(each.id);
        left.delete(each.id);
        if (contents === undefined) yield* report(bad(each, 'orphaned', 'no line of its file names it'));
        else if (canonicalJson(contentsOf(each)) !== canonicalJson(contents))
          yield* report(bad(each, 'sum', 'the lines of its file come to something else'));
        // Those of a file that failed are locked a little later.
        else if (status === 'completed' && each.status === 'processing')
          yield* report(bad(each, 'differs', 'it is open, and its file is complete'));
      }
      after = found.length < PAGE ? last : (found.at(-1)?.id ?? last);
    }
    const absent = [...left.keys()].map((each) =>
      bad({ id: each, merchantId }, 'absent', 'lines of a file name it'),
    );
    return reportAll(absent, report);
  });

const contentsOf = (settlement: Settlement): SettlementContents => ({
  firstBatch: settlement.firstBatch,
  lastBatch: settlement.lastBatch,
  sums: settlement.sums,
  transactions: settlement.transactions,
  items: settlement.items,
  exceptions: settlement.exceptions,
  unmatched: settlement.unmatched,
  tolerated: settlement.tolerated,
  ...present({ payout: settlement.payout }),
});

/** Every settlement of a merchant is the one that its file has of its date, currency and payout. */
export const verifyOrigins = (
  { aggregates, digests }: SettlementReads,
  merchantId: MerchantId,
  report: Report<IntegrityFinding>,
): Seen =>
  safeTry(async function* () {
    let file: Reconciliation | undefined;
    for await (const page of aggregatePages(aggregates, merchantId, 'settlement'))
      for (const each of yield* page) {
        // Those of a file are side by side.
        if (file?.id !== each.reconciliationId)
          file = yield* aggregates.find(merchantId, 'reconciliation', each.reconciliationId);
        const startedAt = file === undefined ? undefined : startedAtOf(file);
        if (file === undefined || startedAt === undefined)
          yield* report(bad(each, 'orphaned', 'there is no file that it is of'));
        else if (settlementId(digests.sha256, { id: file.id, startedAt }, each) !== each.id)
          yield* report(bad(each, 'differs', 'its file has another of its date, currency and payout'));
      }
    return ok(undefined);
  });

const bad = (
  { id, merchantId }: Readonly<{ id: string; merchantId: MerchantId }>,
  fault: RowFault,
  detail: string,
): IntegrityFinding => ({ kind: 'BadRow', merchantId, row: 'settlement', id, fault, detail });
