import { Result, ResultAsync } from 'neverthrow';
import {
  type Dispute,
  disputeKey,
  isDecided,
  openDispute,
  updateDispute,
} from '../../domain/disputes/dispute.ts';
import { disputeAction, disputeEvent } from '../../domain/disputes/dispute-record.ts';
import type { ChargebackRow, FileRow } from '../../domain/files/file-row.ts';
import type { MatchedRow } from '../../domain/files/match-row.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { money } from '../../domain/kernel/money.ts';
import type { Ids } from '../../ports/ids.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { ContributorPorts } from '../files/row-contributors.ts';
import type { RowContributor } from '../files/row-effects.ts';
import { inParallel } from '../kernel/in-parallel.ts';

/**
 * A chargeback that matches opens the dispute that it names, where none is known by that name; a reversal of all of it wins one that is
 * not decided, for the money is back. A processor whose record is read says the rest, before or after: it has the same name for it, and
 * of two that open it at once the later is refused. One read for each dispute that rows name.
 */
export const disputeRows =
  ({ aggregates, ids }: ContributorPorts): RowContributor =>
  ({ reconciliation: { merchantId }, rows, now }) =>
    storedDisputes(aggregates, merchantId, rows).map((stored) => (matched, soFar) => {
      const row = chargebackIn(matched);
      if (row === undefined) return {};
      const key = disputeKey(row.reference);
      const before = stored.get(row.reference);
      const inBatch =
        before === undefined ? soFar.holding('dispute', key) : soFar.aggregate('dispute', before.id);
      const known = inBatch ?? before;
      const next = known === undefined ? opened(ids, merchantId, matched, row, now) : won(known, row, now);
      if (next === undefined) return {};
      // What one commit opens and wins is stored once, and is new.
      const left = inBatch === undefined ? next : { ...next, version: inBatch.version };
      return {
        aggregates: [
          {
            action: disputeAction(before, left),
            next: left,
            event: disputeEvent(before, left, ids.event(now)),
            ...(before === undefined ? { takes: [key] } : { before }),
          },
        ],
      };
    });

function chargebackIn({ outcome, row }: MatchedRow): ChargebackRow | undefined {
  const isMatched = outcome === 'matched' || outcome === 'matched_within_tolerance';
  return isMatched && row.isOk() && isChargeback(row.value) ? row.value : undefined;
}

const isChargeback = (row: FileRow): row is ChargebackRow =>
  row.type === 'chargeback' || row.type === 'chargeback_reversal';

function opened(
  ids: Ids,
  merchantId: MerchantId,
  { transaction }: MatchedRow,
  row: ChargebackRow,
  now: Instant,
): Dispute | undefined {
  if (transaction === undefined || row.type !== 'chargeback' || row.amount <= 0n) return undefined;
  return openDispute({
    id: ids.dispute(now),
    merchantId,
    paymentId: transaction.paymentId,
    processorId: row.reference,
    amount: money(row.amount, row.currency),
    reason: row.type,
    status: 'needs_response',
    createdAt: now,
  });
}

const won = (known: Dispute, row: ChargebackRow, now: Instant): Dispute | undefined =>
  row.type === 'chargeback_reversal' && row.amount === known.amount.minorUnits && !isDecided(known)
    ? updateDispute(known, { ...known, status: 'won' }, now)
    : undefined;

/** So many are looked for at once: few files are of chargebacks alone. */
const AT_ONCE = 16;

/** The disputes on record that rows name, by the processor's name. */
const storedDisputes = (
  aggregates: ContributorPorts['aggregates'],
  merchantId: MerchantId,
  rows: readonly FileRow[],
): ResultAsync<ReadonlyMap<string, Dispute>, StorageUnavailable> =>
  inParallel(
    [...new Set(rows.flatMap((row) => (isChargeback(row) ? [row.reference] : [])))],
    AT_ONCE,
    (reference) =>
      ResultAsync.fromSafePromise(
        Promise.resolve(
          aggregates
            .findByKey(merchantId, 'dispute', disputeKey(reference))
            .map((found): readonly (readonly [string, Dispute])[] => (found ? [[reference, found]] : [])),
        ),
      ),
  ).andThen((found) => Result.combine([...found]).map((all) => new Map(all.flat())));
