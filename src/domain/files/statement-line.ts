import { storedCurrency } from '../kernel/currency.ts';
import type {
  ExceptionId,
  LedgerEntryId,
  MerchantId,
  PaymentId,
  ReconciliationId,
  StatementLineId,
  TransactionId,
} from '../kernel/ids.ts';
import { fromRfc3339, type Instant, rfc3339 } from '../kernel/instant.ts';
import { type Whole, whole } from '../kernel/json.ts';
import { type Money, money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import { type LedgerEntry, type LedgerEntryType, ledgerEntry } from '../ledger/ledger.ts';
import type { Transaction } from '../payments/transaction.ts';
import type { StatementRow } from './file-row.ts';

/**
 * A line of a processor's statement that is no transaction of ours, once for its type and reference: what one row of a file told, or what
 * the processor's record of a dispute says before any file does. What it moves never changes. `amount` and `fee` have the row's signs.
 */
export type StatementLine = Readonly<{
  kind: 'statement_line';
  id: StatementLineId;
  merchantId: MerchantId;
  type: StatementRow['type'];
  reference: string;
  amount: Money;
  /** Minor units of the amount's currency. */
  fee?: bigint;
  /** `YYYY-MM-DD`; until a row says it there is none. */
  settledOn?: string;
  payoutId?: string;
  bankReference?: string;
  /** What a chargeback, its reversal, or what was not captured is of. */
  transaction?: Readonly<{ paymentId: PaymentId; id: TransactionId }>;
  /** Of a chargeback and of its reversal: what is charged back of the transaction from this line on. */
  chargebacks?: Chargebacks;
  /** The file that has it; absent while a record of the processor's alone does. */
  reconciliationId?: ReconciliationId;
  /** Where it stands in that file. */
  line?: number;
  /** The exception that its money was accepted as the difference of: that has posted it, and the line posts nothing. */
  exceptionId?: ExceptionId;
  version: number;
  createdAt: Instant;
  auditHash: string;
}>;

/** The lines of one transaction are numbered from 1; `amount` is what they charged back, less what they reversed. */
export type Chargebacks = Readonly<{ sequence: number; amount: bigint }>;

/** The unique key of a line among those that charge a transaction back or reverse it: two files at once never number alike. */
export const chargebackKey = (id: TransactionId, sequence: number): string => `chargebacks ${id} ${sequence}`;

/** What is charged back of a transaction once the row has taken effect; undefined for a row of any other type. */
export function chargebacksAfter(
  { type, amount }: StatementRow,
  before: Chargebacks | undefined,
): Chargebacks | undefined {
  if (type !== 'chargeback' && type !== 'chargeback_reversal') return undefined;
  const { sequence, amount: so } = before ?? { sequence: 0, amount: 0n };
  return { sequence: sequence + 1, amount: type === 'chargeback' ? so + amount : so - amount };
}

/** Every unique key that a line holds. */
export const keysOfLine = (line: StatementLine): readonly string[] => [
  keyOfLine(line),
  ...(line.chargebacks === undefined || line.transaction === undefined
    ? []
    : [chargebackKey(line.transaction.id, line.chargebacks.sequence)]),
];

/** A payout is named by the payout itself. */
const referenceOf = (row: StatementRow): string => (row.type === 'payout' ? row.payoutId : row.reference);

/**
 * The unique key by which the same line is known again, in whichever file. A payout is one for each currency (a batch of Adyen is
 * paid out in several); one that the bank sent back is below zero, under the name of the payout that it was.
 */
export const statementKey = (type: StatementRow['type'] | 'payout_reversal', reference: string): string =>
  `${type} ${reference}`;

export const keyOfRow = (row: StatementRow): string =>
  keyOf(row.type, money(row.amount, row.currency), referenceOf(row));
const keyOfLine = ({ type, amount, reference }: StatementLine): string => keyOf(type, amount, reference);

const keyOf = (type: StatementRow['type'], { minorUnits, currency }: Money, reference: string): string =>
  type === 'payout'
    ? statementKey(minorUnits < 0n ? 'payout_reversal' : type, `${reference} ${currency}`)
    : statementKey(type, reference);

/** Without a reconciliation it is announced, and a row will say the rest of it. */
export const openStatementLine = (
  row: StatementRow,
  transaction: Transaction | undefined,
  { reconciliationId, ...known }: Pick<StatementLine, 'id' | 'merchantId' | 'createdAt' | 'reconciliationId'>,
  chargebacks?: Chargebacks,
): StatementLine => ({
  kind: 'statement_line',
  ...known,
  type: row.type,
  reference: referenceOf(row),
  amount: money(row.amount, row.currency),
  ...(row.fee === undefined || row.fee === 0n ? {} : { fee: row.fee }),
  ...(transaction === undefined
    ? {}
    : { transaction: { paymentId: transaction.paymentId, id: transaction.id } }),
  ...present({ chargebacks }),
  ...(reconciliationId === undefined ? {} : placeOf(row, reconciliationId)),
  version: 1,
  auditHash: '',
});

const placeOf = (row: StatementRow, reconciliationId: ReconciliationId) => ({
  settledOn: row.settledOn,
  ...present({ payoutId: row.payoutId, bankReference: row.bankReference }),
  reconciliationId,
  line: row.line,
});

/** True until a file has the line. */
export const isAnnounced = ({ reconciliationId }: StatementLine): boolean => reconciliationId === undefined;

/** The line once a file has it. It posts nothing more. */
export const fileLine = (
  announced: StatementLine,
  row: StatementRow,
  reconciliationId: ReconciliationId,
): StatementLine => ({
  ...announced,
  ...placeOf(row, reconciliationId),
  version: announced.version + 1,
});

/** What a line of each type moves, above and below zero; what was not captured was in no balance, and moves nothing. */
const ENTRIES = {
  chargeback: ['chargeback', 'chargeback'],
  chargeback_reversal: ['chargeback_reversal', 'chargeback_reversal'],
  fee: ['fee', 'fee_refund'],
  adjustment: ['adjustment_credit', 'adjustment_debit'],
  payout: ['payout', 'payout_reversal'],
} as const satisfies Record<
  Exclude<StatementRow['type'], 'uncaptured'>,
  readonly [LedgerEntryType, LedgerEntryType]
>;

/** The ledger entries of a line that posts what it says: of its amount and of its fee, where they are not zero. */
export function statementLineEntries(
  line: StatementLine,
  nextId: () => LedgerEntryId,
): readonly LedgerEntry[] {
  const { id: statementLineId, merchantId, amount, createdAt } = line;
  const entriesOf = (units: bigint, [above, below]: readonly [LedgerEntryType, LedgerEntryType]) =>
    units === 0n
      ? []
      : [
          ledgerEntry({
            id: nextId(),
            merchantId,
            type: units > 0n ? above : below,
            amount: money(units < 0n ? -units : units, amount.currency),
            createdAt,
            statementLineId,
          }),
        ];
  return [
    ...(line.type === 'uncaptured' ? [] : entriesOf(amount.minorUnits, ENTRIES[line.type])),
    ...entriesOf(line.fee ?? 0n, ENTRIES.fee),
  ];
}

/** As it is audited and stored. */
export type StatementLineRecord = Readonly<{
  id: StatementLineId;
  merchant_id: MerchantId;
  type: StatementRow['type'];
  reference: string;
  amount: Whole;
  currency: string;
  fee?: Whole;
  settled_on?: string;
  payout_id?: string;
  bank_reference?: string;
  payment_id?: PaymentId;
  transaction_id?: TransactionId;
  chargeback_sequence?: number;
  charged_back?: Whole;
  reconciliation_id?: ReconciliationId;
  line?: number;
  exception_id?: ExceptionId;
  version: number;
  created_at: string;
}>;

export const statementLineRecord = (line: StatementLine): StatementLineRecord => ({
  id: line.id,
  merchant_id: line.merchantId,
  type: line.type,
  reference: line.reference,
  amount: whole(line.amount.minorUnits),
  currency: line.amount.currency,
  ...(line.fee === undefined ? {} : { fee: whole(line.fee) }),
  ...present({
    settled_on: line.settledOn,
    payout_id: line.payoutId,
    bank_reference: line.bankReference,
    payment_id: line.transaction?.paymentId,
    transaction_id: line.transaction?.id,
    chargeback_sequence: line.chargebacks?.sequence,
    charged_back: line.chargebacks && whole(line.chargebacks.amount),
    reconciliation_id: line.reconciliationId,
    line: line.line,
    exception_id: line.exceptionId,
  }),
  version: line.version,
  created_at: rfc3339(line.createdAt),
});

/** Reads `statementLineRecord` back. */
export function restoreStatementLine(record: StatementLineRecord, auditHash: string): StatementLine {
  const { payment_id: paymentId, transaction_id: id, chargeback_sequence: sequence, charged_back } = record;
  return {
    kind: 'statement_line',
    id: record.id,
    merchantId: record.merchant_id,
    type: record.type,
    reference: record.reference,
    amount: money(BigInt(record.amount), storedCurrency(record.currency)),
    ...(record.fee === undefined ? {} : { fee: BigInt(record.fee) }),
    ...present({
      settledOn: record.settled_on,
      payoutId: record.payout_id,
      bankReference: record.bank_reference,
      reconciliationId: record.reconciliation_id,
      line: record.line,
      exceptionId: record.exception_id,
    }),
    ...(paymentId === undefined || id === undefined ? {} : { transaction: { paymentId, id } }),
    ...(sequence === undefined || charged_back === undefined
      ? {}
      : { chargebacks: { sequence, amount: BigInt(charged_back) } }),
    version: record.version,
    createdAt: fromRfc3339(record.created_at),
    auditHash,
  };
}
