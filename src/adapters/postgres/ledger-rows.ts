import {
  type Aggregate,
  type AggregateOf,
  aggregateRecord,
  ownersOf,
  restoreAggregate,
} from '../../domain/aggregates/aggregate.ts';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import { storedCurrency } from '../../domain/kernel/currency.ts';
import { idOf, type MerchantId } from '../../domain/kernel/ids.ts';
import { rfc3339 } from '../../domain/kernel/instant.ts';
import { type JsonObject, parseJson, whole } from '../../domain/kernel/json.ts';
import { money } from '../../domain/kernel/money.ts';
import type { LedgerEntry } from '../../domain/ledger/ledger.ts';
import type { Tally } from '../../domain/payments/tally.ts';
import type { GuardedAggregate } from '../../ports/commits.ts';
import { hexOf, sealed, uuidOf } from './rows.ts';
import type { Row } from './schema.ts';

/** One row for each owner. */
export function aggregateToRows({ expected, next }: GuardedAggregate, changeId: string) {
  return ownersOf(next).map((owner) => ({
    expected,
    merchant_id: next.merchantId,
    ...aggregateToRow(owner, next, changeId),
  }));
}

/** As it is stored under one of its owners. `changeId` is of its newest change. */
export const aggregateToRow = (owner: string, aggregate: Aggregate, changeId: string) =>
  sealed('aggregate', {
    owner,
    kind: aggregate.kind,
    id: aggregate.id,
    change_id: changeId,
    version: aggregate.version,
    audit_hash: aggregate.auditHash,
    record: aggregateRecord(aggregate),
  });

/** `record` is JSON text, so that no number in it passes through a double. */
export const aggregateFromRow = <Kind extends AggregateKind>(
  kind: Kind,
  { record, audit_hash }: Pick<Row<'aggregate'>, 'record' | 'audit_hash'>,
): AggregateOf<Kind> => restoreAggregate(kind, parseJson(record) as JsonObject, audit_hash);

export const entryToRow = (entry: LedgerEntry) => sealed('ledger_entry', entryColumns(entry));

/** In the order in which its seal takes them. */
const entryColumns = (entry: LedgerEntry) => ({
  amount: whole(entry.amount.minorUnits),
  created_at: rfc3339(entry.createdAt),
  credit: entry.credit,
  currency: entry.amount.currency,
  debit: entry.debit,
  id: uuidOf(entry.id),
  merchant_id: entry.merchantId,
  ...causeColumns(entry),
  type: entry.type,
});

function causeColumns(entry: LedgerEntry) {
  if ('transferId' in entry) return { transfer_id: uuidOf(entry.transferId) };
  if ('statementLineId' in entry) return { statement_line_id: uuidOf(entry.statementLineId) };
  if ('exceptionId' in entry) return { exception_id: uuidOf(entry.exceptionId) };
  return { payment_id: uuidOf(entry.paymentId), transaction_id: uuidOf(entry.transactionId) };
}

export function entryFromRow(row: Row<'ledger_entry'>): LedgerEntry {
  const known = {
    id: idOf('led', hexOf(row.id)),
    merchantId: row.merchant_id as MerchantId,
    type: row.type,
    debit: row.debit,
    credit: row.credit,
    amount: money(row.amount, storedCurrency(row.currency)),
    createdAt: row.created_at,
  };
  if (row.transfer_id !== null) return { ...known, transferId: idOf('trf', hexOf(row.transfer_id)) };
  if (row.statement_line_id !== null)
    return { ...known, statementLineId: idOf('stl', hexOf(row.statement_line_id)) };
  if (row.exception_id !== null) return { ...known, exceptionId: idOf('exc', hexOf(row.exception_id)) };
  if (row.payment_id === null || row.transaction_id === null)
    throw new Error(`ledger entry ${row.id} of ${row.merchant_id} has no cause`);
  return {
    ...known,
    paymentId: idOf('pay', hexOf(row.payment_id)),
    transactionId: idOf('txn', hexOf(row.transaction_id)),
  };
}

export const tallyToRow = (tally: Tally) => ({
  merchant_id: tally.merchantId,
  day: tally.day,
  currency: tally.currency,
  status: tally.status,
  count: tally.count,
  amount: whole(tally.amount),
  captured: whole(tally.captured),
  refunded: whole(tally.refunded),
});
