import { errAsync, okAsync, Result, ResultAsync } from 'neverthrow';
import {
  type Dispute,
  disputeKey,
  isDecided,
  openDispute,
  updateDispute,
} from '../../domain/disputes/dispute.ts';
import { disputeAction, disputeEvent } from '../../domain/disputes/dispute-record.ts';
import type { ChargebackRow, FileRow } from '../../domain/files/file-row.ts';
import { type Books, capturesDisputed, type MatchedRow } from '../../domain/files/match-row.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { money } from '../../domain/kernel/money.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Payments } from '../../ports/payments.ts';
import type { ProcessorDisputes } from '../../ports/processor-disputes.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { ContributorPorts } from '../files/row-contributors.ts';
import type { RowContributor } from '../files/row-effects.ts';
import { inParallel } from '../kernel/in-parallel.ts';
import { disputeJob } from './queue-dispute.ts';

/** Without `processorDisputes` no job reads disputes at the processor. */
export type DisputeRowPorts = Readonly<{ payments: Payments; processorDisputes?: ProcessorDisputes }>;

/**
 * A chargeback that matches opens the dispute that it names, where none is known by that name; a reversal of all of it wins one that is
 * not decided, for the money is back. A processor whose record is read says the rest, before or after: it has the same name for it, and
 * of two that open it at once the later is refused. The commit that opens a dispute opens the job that reads it there. One read for each
 * dispute that rows name, and one of the payment where it is new.
 */
export const disputeRows =
  (ports: DisputeRowPorts) =>
  ({ aggregates, ids }: ContributorPorts): RowContributor =>
  ({ reconciliation: { merchantId }, rows, books, now }) =>
    knownDisputes({ ...ports, aggregates }, merchantId, rows, books).map((disputes) => (matched, soFar) => {
      const row = chargebackIn(matched);
      if (row === undefined) return {};
      const key = disputeKey(row.reference);
      const { dispute: before, readOn } = disputes.get(row.reference) ?? {};
      const inBatch =
        before === undefined ? soFar.holding('dispute', key) : soFar.aggregate('dispute', before.id);
      const known = inBatch ?? before;
      const next = known === undefined ? opened(ids, merchantId, matched, row, now) : won(known, row, now);
      if (next === undefined) return {};
      // What one commit opens and wins is stored once, and is new.
      const left = inBatch === undefined ? next : { ...next, version: inBatch.version };
      const isRead = known === undefined && readOn !== undefined;
      return {
        aggregates: [
          {
            action: disputeAction(before, left),
            next: left,
            event: disputeEvent(before, left, ids.event(now)),
            ...(before === undefined ? { takes: [key] } : { before }),
          },
          ...(isRead
            ? [{ action: 'job.opened', next: disputeJob(ids, { id: row.reference, ...readOn }, now) }]
            : []),
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

/** `readOn`: of one that is new, the account of the processor where its record is; absent where no record is read. */
type Known = Readonly<{ dispute?: Dispute; readOn?: Readonly<{ account?: string }> }>;

/** What is on record of the disputes that rows name, by the processor's name. */
const knownDisputes = (
  {
    aggregates,
    payments,
    processorDisputes,
  }: DisputeRowPorts & Readonly<{ aggregates: ContributorPorts['aggregates'] }>,
  merchantId: MerchantId,
  rows: readonly FileRow[],
  books: Pick<Books, 'transactionsOf'>,
): ResultAsync<ReadonlyMap<string, Known>, StorageUnavailable> => {
  const named = new Map(rows.filter(isChargeback).map((row) => [row.reference, row]));
  const read = (reference: string, row: ChargebackRow): ResultAsync<Known, StorageUnavailable> =>
    aggregates.findByKey(merchantId, 'dispute', disputeKey(reference)).andThen((dispute) => {
      if (dispute !== undefined) return okAsync<Known>({ dispute });
      const paymentId = capturesDisputed(row, books)[0]?.paymentId;
      if (paymentId === undefined || processorDisputes === undefined) return okAsync<Known>({});
      return payments
        .find(merchantId, paymentId)
        .map(({ route }): Known => ({ readOn: present({ account: route?.account }) }))
        .orElse((failure) => (failure.kind === 'PaymentNotFound' ? okAsync<Known>({}) : errAsync(failure)));
    });
  return inParallel([...named], AT_ONCE, ([reference, row]) =>
    ResultAsync.fromSafePromise(
      Promise.resolve(read(reference, row).map((known) => [reference, known] as const)),
    ),
  ).andThen((found) => Result.combine([...found]).map((all) => new Map(all)));
};
