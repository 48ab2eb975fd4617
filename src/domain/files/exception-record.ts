import { storedCurrency } from '../kernel/currency.ts';
import type { ExceptionId, PaymentId, ReconciliationId, SettlementId, TransactionId } from '../kernel/ids.ts';
import { fromRfc3339, rfc3339 } from '../kernel/instant.ts';
import { type Whole, whole } from '../kernel/json.ts';
import { money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import { type RevisionRecord, restoreRevision, revisionRecord } from '../kernel/revision.ts';
import type { Action, Exception, ExceptionType, Resolution, RowFacts } from './exception.ts';
import type { FieldDifference } from './match-row.ts';

type ActionRecord = Readonly<{
  action: Action['kind'];
  payment_id?: PaymentId;
  transaction_id?: TransactionId;
  until?: string;
}>;

type RowRecord = Readonly<{
  type?: string;
  status?: string;
  amount?: Whole;
  fee?: Whole;
  currency?: string;
  settlement_date?: string;
}>;

/** As it is audited and stored. `kind` is what does not fit. */
export type ExceptionRecord = RevisionRecord<ExceptionId> &
  Readonly<{
    kind: ExceptionType;
    status: Exception['status'];
    amount?: Whole;
    currency?: string;
    difference?: Whole;
    fields?: readonly FieldDifference[];
    rejection?: Readonly<{ reason: string; column?: string }>;
    row?: RowRecord;
    /** By which the row is known again; never published. */
    row_key?: string;
    /** The reference of the line that the row would have been; never published. */
    line_reference?: string;
    /** What the row's amount is, where it is not what was captured; never published. */
    amount_is?: 'authorized';
    payment_id?: PaymentId;
    transaction_id?: TransactionId;
    settlement_id?: SettlementId;
    reconciliation_id?: ReconciliationId;
    line?: number;
    assigned_to?: string;
    expected_until?: string;
    proposals?: number;
    refusal?: Readonly<{ reason: string; by: string; at: string }>;
    proposal?: ActionRecord & Readonly<{ reason: string; by: string; at: string }>;
    /** By which the proposer is known again; never published. */
    proposer_identities?: readonly string[];
    resolution?: Readonly<{ at: string }> &
      (
        | (ActionRecord & Readonly<{ reason: string; by: string; confirmed_by?: string }>)
        | Readonly<{ settled_by: ReconciliationId | ExceptionId }>
      );
  }>;

export function exceptionRecord(each: Exception): ExceptionRecord {
  const { amount, difference, fields, row, expectedUntil } = each;
  const proposal = each.status === 'proposed' ? each.proposal : undefined;
  return {
    ...revisionRecord(each),
    kind: each.type,
    status: each.status,
    ...present({
      amount: amount && whole(amount.minorUnits),
      currency: amount?.currency,
      difference: difference === undefined ? undefined : whole(difference),
      fields: fields.length === 0 ? undefined : fields,
      rejection: each.rejection,
      row: row && rowRecord(row),
      row_key: each.rowKey,
      line_reference: each.lineReference,
      amount_is: each.amountIs,
      payment_id: each.paymentId,
      transaction_id: each.transactionId,
      settlement_id: each.settlementId,
      reconciliation_id: each.reconciliationId,
      line: each.line,
      assigned_to: each.assignedTo,
      expected_until: expectedUntil === undefined ? undefined : rfc3339(expectedUntil),
      proposals: each.proposals,
      refusal: each.refusal && { ...each.refusal, at: rfc3339(each.refusal.at) },
      proposal: proposal && {
        ...actionRecord(proposal.action),
        reason: proposal.reason,
        by: proposal.by.id,
        at: rfc3339(proposal.at),
      },
      proposer_identities: proposal?.by.identities,
      resolution:
        each.status === 'resolved' || each.status === 'ignored'
          ? resolutionRecord(each.resolution)
          : undefined,
    }),
  };
}

/** As it is published: without by what its proposer, its row and the line of that are known again, and how its row's amount is read. */
export const publishedException = (
  each: Exception,
): Omit<ExceptionRecord, 'proposer_identities' | 'row_key' | 'line_reference' | 'amount_is'> => {
  const {
    proposer_identities: _identities,
    row_key: _key,
    line_reference: _reference,
    amount_is: _amountIs,
    ...published
  } = exceptionRecord(each);
  return published;
};

const rowRecord = ({ type, status, amount, fee, currency, settledOn }: RowFacts): RowRecord =>
  present({
    type,
    status,
    amount: amount === undefined ? undefined : whole(amount),
    fee: fee === undefined ? undefined : whole(fee),
    currency,
    settlement_date: settledOn,
  });

const actionRecord = (action: Action): ActionRecord => ({
  action: action.kind,
  ...(action.kind === 'link' ? { payment_id: action.paymentId, transaction_id: action.transactionId } : {}),
  ...(action.kind === 'expect_later' ? { until: rfc3339(action.until) } : {}),
});

const resolutionRecord = (resolution: Resolution): NonNullable<ExceptionRecord['resolution']> =>
  'settledBy' in resolution
    ? { settled_by: resolution.settledBy, at: rfc3339(resolution.at) }
    : {
        ...actionRecord(resolution.action),
        reason: resolution.reason,
        by: resolution.by,
        ...present({ confirmed_by: resolution.confirmedBy }),
        at: rfc3339(resolution.at),
      };

/** The exception that a stored record describes. Throws on a record that none could have left. */
export function restoreException(record: ExceptionRecord, auditHash: string): Exception {
  const { status, proposal, proposer_identities: identities, resolution, row } = record;
  const known = {
    ...restoreRevision('exception', record, auditHash),
    type: record.kind,
    fields: record.fields ?? [],
    ...present({
      amount:
        record.amount === undefined || record.currency === undefined
          ? undefined
          : money(BigInt(record.amount), storedCurrency(record.currency)),
      difference: record.difference === undefined ? undefined : BigInt(record.difference),
      rejection: record.rejection,
      row: row && restoreRow(row),
      rowKey: record.row_key,
      lineReference: record.line_reference,
      amountIs: record.amount_is,
      paymentId: record.payment_id,
      transactionId: record.transaction_id,
      settlementId: record.settlement_id,
      reconciliationId: record.reconciliation_id,
      line: record.line,
      assignedTo: record.assigned_to,
      expectedUntil: record.expected_until === undefined ? undefined : fromRfc3339(record.expected_until),
      proposals: record.proposals,
      refusal: record.refusal && { ...record.refusal, at: fromRfc3339(record.refusal.at) },
    }),
  };
  if (status === 'open') return { ...known, status };
  if (status === 'proposed') {
    if (proposal === undefined || identities === undefined)
      throw new Error(`exception ${record.id} waits for nothing`);
    const by = { id: proposal.by, identities };
    const { reason, at } = proposal;
    return {
      ...known,
      status,
      proposal: { action: restoreAction(proposal), reason, by, at: fromRfc3339(at) },
    };
  }
  if (resolution === undefined) throw new Error(`${status} exception ${record.id} says no resolution`);
  return { ...known, status, resolution: restoreResolution(resolution) };
}

function restoreResolution(record: NonNullable<ExceptionRecord['resolution']>): Resolution {
  const at = fromRfc3339(record.at);
  if ('settled_by' in record) return { settledBy: record.settled_by, at };
  const { reason, by, confirmed_by: confirmedBy } = record;
  return { action: restoreAction(record), reason, by, ...present({ confirmedBy }), at };
}

const restoreRow = (row: RowRecord): RowFacts =>
  present({
    type: row.type,
    status: row.status,
    amount: row.amount === undefined ? undefined : BigInt(row.amount),
    fee: row.fee === undefined ? undefined : BigInt(row.fee),
    currency: row.currency,
    settledOn: row.settlement_date,
  });

function restoreAction(record: ActionRecord): Action {
  const { action, payment_id: paymentId, transaction_id: transactionId, until } = record;
  switch (action) {
    case 'link':
      if (paymentId === undefined || transactionId === undefined)
        throw new Error('a link names a transaction of a payment');
      return { kind: action, paymentId, transactionId };
    case 'expect_later':
      if (until === undefined) throw new Error('what is expected later is expected until a moment');
      return { kind: action, until: fromRfc3339(until) };
    case 'accept_difference':
    case 'ignore':
      return { kind: action };
  }
}
