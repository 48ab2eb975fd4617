import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { Aggregate } from '../../domain/aggregates/aggregate.ts';
import { disputeKey } from '../../domain/disputes/dispute.ts';
import { keysOfException } from '../../domain/files/exception.ts';
import { scheduledKey } from '../../domain/files/export-schedule.ts';
import { slotKey } from '../../domain/files/file-export.ts';
import { keysOfUpload } from '../../domain/files/file-upload.ts';
import { fileKey } from '../../domain/files/reconciliation.ts';
import { settlementKey } from '../../domain/files/settlement-keys.ts';
import { keysOfLine } from '../../domain/files/statement-line.ts';
import { type Claim, hasEffect } from '../../domain/kernel/claim.ts';
import { type ClaimTrace, traceOf } from '../../domain/kernel/claim-trace.ts';
import { type DomainEvent, entityOf } from '../../domain/kernel/events.ts';
import { type EventId, firstIdAt, lastIdAt, type MerchantId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import { keysOfEndpoint } from '../../domain/webhooks/webhook-endpoint.ts';
import type { Digests } from '../../ports/digests.ts';
import type { StoredRow, StoredRows } from '../../ports/stored-rows.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { endAtFirst, type Report } from '../kernel/report-findings.ts';
import { effectText, transactionText } from './entity-facts.ts';
import { eventText, isExpectedType } from './expected-events.ts';
import type { Fact, FactWindow, NoteFact } from './facts.ts';
import type { IntegrityFinding } from './integrity-finding.ts';
import { addToSums, type StoredSums } from './stored-sums.ts';

/** `unsent` are the events that were in the outbox when the walk began, `sums` what the parts of each tenant's sums came to. */
export type RowsSeen = Readonly<{
  rows: number;
  tenants: ReadonlySet<MerchantId>;
  unsent: ReadonlySet<EventId>;
  sums: ReadonlyMap<MerchantId, StoredSums>;
}>;

type RowReads = Readonly<{ storedRows: StoredRows; digests: Digests }>;

/**
 * Walks every row of the storage and reports those that are not what their adapter would write; notes what rows of other
 * kinds must say too, by a bad row as by a good one. In memory that grows with tenants and the ids of unsent events alone.
 */
export const walkRows = (
  { storedRows, digests }: RowReads,
  window: FactWindow,
  note: NoteFact,
  onPage: (rows: number) => void,
  report: Report<IntegrityFinding> = endAtFirst,
): ResultAsync<RowsSeen, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    const tenants = new Set<MerchantId>();
    const unsent = new Set<EventId>();
    const sums = new Map<MerchantId, StoredSums>();
    let rows = 0;
    for (let after: string | undefined; ; ) {
      const page = yield* storedRows.page(after);
      for (const row of page.rows) {
        if (row.fault !== undefined) yield* report(findingOf(row, row.fault));
        if (row.merchantId !== undefined) tenants.add(row.merchantId);
        addToSums(sums, row, digests.sha256);
        if (row.type !== 'event') noteRow(row, window, note);
        else if (row.places.includes('outbox')) {
          // One that moves meanwhile is met again, in the log or parked.
          if (!unsent.has(row.event.id)) noteEvent(row.event, 'event', 'found', window, note);
          unsent.add(row.event.id);
        } else {
          const { event, places } = row;
          if (unsent.has(event.id)) continue;
          if (places.includes('log')) noteEvent(event, 'event', 'found', window, note);
          if (entityOf(event) === undefined) continue;
          if (places.includes('log')) noteEvent(event, 'indexed event', 'expected', window, note);
          if (places.includes('entity_log')) noteEvent(event, 'indexed event', 'found', window, note);
        }
      }
      rows += page.rows.length;
      onPage(rows);
      after = page.next;
      if (after === undefined) break;
    }
    return ok({ rows, tenants, unsent, sums });
  });

const findingOf = (
  { type, id, merchantId }: StoredRow,
  { fault, detail }: NonNullable<StoredRow['fault']>,
): IntegrityFinding => ({
  kind: 'BadRow',
  ...present({ merchantId }),
  row: type === 'aggregate' ? 'row' : type,
  id,
  fault,
  detail,
});

function noteRow(row: Exclude<StoredRow, { type: 'event' }>, window: FactWindow, note: NoteFact): void {
  const { cut } = window;
  const { id, merchantId } = row;
  if (merchantId === undefined) return;
  const found = (topic: Fact['topic'], text: string) => note('found', { topic, merchantId, id, text });
  if (row.type === 'transaction' && row.transaction.createdAt <= cut)
    found('transaction', transactionText(row.transaction));
  if (row.type === 'claim' && hasEffect(row.claim) && row.claim.createdAt <= cut)
    found('claim', claimText(row.claim));
  const trace = row.type === 'claim' ? traceOf(row.claim) : undefined;
  if (trace !== undefined && isCompared(trace, window)) found('claim', traceText(trace));
  if (row.type === 'claim_trace' && isCompared(row.trace, window))
    note('expected', { topic: 'claim', merchantId, id, text: traceText(row.trace) });
  if (row.type === 'payment' && isFound(id, window))
    for (const finder of row.finders ?? [])
      note('expected', { topic: 'finder', merchantId, id, text: `${finder} ${id}` });
  if (row.type === 'finder' && isFound(id, window)) found('finder', `${row.finder} ${id}`);
  if (row.type === 'unique_key') found('unique key', `${row.kind} ${row.key} ${row.holder}`);
  if (row.type === 'tenant') found('tenant', id);
  if (row.type === 'aggregate' && row.aggregate.merchantId === merchantId)
    noteAggregate(row.aggregate, id, note);
}

/** Keys and tenants are both sides' rows: what an aggregate holds, and what is held in its name. */
function noteAggregate(aggregate: Aggregate, id: string, note: NoteFact): void {
  const { kind, merchantId } = aggregate;
  for (const key of uniqueKeysOf(aggregate))
    note('expected', { topic: 'unique key', merchantId, id, text: `${kind} ${key} ${aggregate.id}` });
  if (kind === 'merchant') note('expected', { topic: 'tenant', merchantId, id, text: aggregate.id });
}

/** The keys that an aggregate holds against all others of its kind. */
function uniqueKeysOf(aggregate: Aggregate): readonly string[] {
  if (aggregate.kind === 'customer' && aggregate.status === 'active') return aggregate.emailIndexes;
  if (aggregate.kind === 'export' && 'source' in aggregate) {
    const { schedule, slot } = aggregate;
    return [
      ...(aggregate.status === 'pending' ? [slotKey(slot)] : []),
      ...(schedule === undefined ? [] : [scheduledKey(schedule.id, schedule.every, schedule.period)]),
    ];
  }
  if (aggregate.kind === 'reconciliation' && aggregate.status !== 'failed') return [fileKey(aggregate)];
  if (aggregate.kind === 'reconciliation_upload') return keysOfUpload(aggregate);
  if (aggregate.kind === 'settlement') return [settlementKey(aggregate, aggregate.sequence)];
  if (aggregate.kind === 'dispute') return [disputeKey(aggregate.processorId)];
  if (aggregate.kind === 'statement_line') return keysOfLine(aggregate);
  if (aggregate.kind === 'exception') return keysOfException(aggregate);
  if (aggregate.kind === 'webhook_endpoint') return keysOfEndpoint(aggregate);
  return [];
}

/** Of a claim without an effect its trace says that it was there, at which time, and until when. */
const traceText = ({ operation, key, createdAt, expiresAt }: ClaimTrace): string =>
  ['trace', operation, createdAt, expiresAt, key].join(' ');

const isCompared = ({ createdAt, expiresAt }: ClaimTrace, { cut, tracedFrom, until }: FactWindow): boolean =>
  createdAt >= tracedFrom && createdAt <= cut && expiresAt > until;

/** Both rows have the payment's id, which says when it was made. */
const isFound = (id: string, { cut, foundFrom }: FactWindow): boolean =>
  id >= firstIdAt('pay', foundFrom) && id <= lastIdAt('pay', cut);

const claimText = (claim: Claim): string =>
  effectText({
    operation: claim.operation,
    key: claim.key,
    ...present({
      payment: claim.paymentId,
      transaction: claim.transactionId,
      transfer: 'transferId' in claim ? claim.transferId : undefined,
    }),
  });

function noteEvent(
  event: DomainEvent,
  topic: 'event' | 'indexed event',
  side: 'found' | 'expected',
  { cut, from }: FactWindow,
  note: NoteFact,
): void {
  const { id, merchantId, type, created } = event;
  if (created < from || created > cut || !isExpectedType(type)) return;
  note(side, { topic, merchantId, id, text: topic === 'event' ? eventText(event) : id });
}
