import type { CurrencyCode } from '../kernel/currency.ts';
import type { JsonObject } from '../kernel/json.ts';
import { type Whole, whole } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';
import type { Transaction } from '../payments/transaction.ts';
import { type FileRow, isStatementRow, paymentNamedBy } from './file-row.ts';
import type { Books, MatchedRow } from './match-row.ts';
import type { SettlementAddition, SettlementGroup } from './settlement.ts';

/** Which settlement a row is of, and what it adds to it. */
export type SettlementRow = Readonly<{ group: SettlementGroup; addition: SettlementAddition }>;

/**
 * Which settlement a row may be of, before it is matched; undefined when neither it nor the books name a currency. All
 * transactions of a payment are of one.
 */
export function settlementGroup(row: FileRow, { transactionsOf }: Books): SettlementGroup | undefined {
  const payment = paymentNamedBy(row);
  const ours = payment === undefined ? undefined : transactionsOf(payment)[0]?.amount.currency;
  const currency = row.currency ?? ours;
  return currency === undefined ? undefined : groupOf(row, currency);
}

const groupOf = ({ settledOn: date, payoutId }: FileRow, currency: CurrencyCode): SettlementGroup =>
  payoutId === undefined ? { date, currency } : { date, currency, payoutId };

/**
 * Undefined for a row that is of none: one that is rejected, a duplicate that says what the row before it did, which is in the settlement of that
 * one, one of an unknown currency, and one of a transaction that failed on both sides. What took effect is counted by our
 * figures, as the ledger is; what did not, by the processor's.
 */
export function settlementRow({
  outcome,
  row,
  differences,
  settled,
  transaction,
  uncaptured = 0n,
}: MatchedRow): SettlementRow | undefined {
  if (row.isErr() || outcome === 'rejected') return undefined;
  if (outcome === 'duplicate' && differences.length === 0) return undefined;
  const said = row.value;
  const currency = said.currency ?? transaction?.amount.currency;
  if (currency === undefined) return undefined;
  const group = groupOf(said, currency);
  const theirs = moved(said.type ?? typeOf(transaction), said.amount ?? 0n, said.fee ?? 0n);
  if (outcome === 'mismatched' || outcome === 'missing_here' || outcome === 'duplicate') {
    const isPaid = isStatementRow(said) || said.status === 'settled';
    return { group, addition: { part: 'exception', ...(isPaid ? theirs : NOTHING) } };
  }
  // It takes back what the row of the payment said too much, and that row counts as what was captured.
  if (said.type === 'uncaptured')
    return { group, addition: { part: 'adjustment', amount: 0n, fee: said.fee ?? 0n } };
  if (isStatementRow(said))
    return {
      group,
      addition: { part: said.type, ...theirs, ...present({ bankReference: bankReferenceOf(said) }) },
    };
  if (settled === undefined || settled.next.status === 'pending') return undefined;
  const part = said.type ?? typeOf(transaction);
  const { amount, fee = 0n } = settled.next;
  const ours = moved(part, amount.minorUnits, fee);
  const asSaid = moved(part, (said.amount ?? amount.minorUnits + uncaptured) - uncaptured, said.fee ?? fee);
  const tolerated = asSaid.amount - asSaid.fee - (ours.amount - ours.fee);
  return { group, addition: tolerated === 0n ? { part, ...ours } : { part, ...ours, tolerated } };
}

const typeOf = (transaction: Transaction | undefined): 'payment' | 'refund' =>
  transaction?.type === 'refund' ? 'refund' : 'payment';

const NOTHING = { amount: 0n, fee: 0n };

const bankReferenceOf = (row: FileRow): string | undefined =>
  row.type === 'payout' ? row.bankReference : undefined;

/** With the sign that the merchant sees: a refund and a chargeback cost their amount, a fee costs itself and what was kept for it. */
function moved(
  part: Exclude<SettlementAddition['part'], 'exception'> | 'uncaptured',
  amount: bigint,
  fee: bigint,
): Readonly<{ amount: bigint; fee: bigint }> {
  switch (part) {
    case 'payment':
    case 'chargeback_reversal':
      return { amount, fee };
    case 'refund':
    case 'chargeback':
    case 'uncaptured':
      return { amount: -amount, fee };
    case 'fee':
      return { amount: 0n, fee: amount + fee };
    case 'adjustment':
    case 'payout':
      return { amount, fee };
  }
}

/** What the line of a row's outcome says of the settlement that the row is of. */
export type SettlementOfLine = Readonly<{
  id: string;
  part: SettlementAddition['part'];
  amount: Whole;
  fee: Whole;
  net_amount: Whole;
  tolerated_amount?: Whole;
}>;

export const settlementOfLine = (
  id: string,
  { part, amount, fee, tolerated }: SettlementAddition,
): SettlementOfLine => ({
  id,
  part,
  amount: whole(amount),
  fee: whole(fee),
  net_amount: whole(amount - fee),
  ...(tolerated === undefined ? {} : { tolerated_amount: whole(tolerated) }),
});

/** Reads it back from a line; undefined for a line of no settlement. */
export function additionIn(
  line: JsonObject,
): Readonly<{ id: string; addition: SettlementAddition }> | undefined {
  const said = line['settlement'] as SettlementOfLine | undefined;
  if (said === undefined) return undefined;
  const { id, part, amount, fee, tolerated_amount: tolerated } = said;
  const bankReference = part === 'payout' ? (line['bank_reference'] as string | undefined) : undefined;
  return {
    id,
    addition: {
      part,
      amount: BigInt(amount),
      fee: BigInt(fee),
      ...(tolerated === undefined ? {} : { tolerated: BigInt(tolerated) }),
      ...present({ bankReference }),
    },
  };
}

/** A row that its settlement counts, as it is published. */
export function settlementItem(line: JsonObject): JsonObject {
  const { part, tolerated_amount, ...said } = line['settlement'] as SettlementOfLine;
  const { fee } = said;
  // What was paid out is in the settlement's own: of the row only its fee is part of the net.
  const { amount, net_amount } = part === 'payout' ? { amount: 0, net_amount: whole(-BigInt(fee)) } : said;
  const { payment_id, transaction_id, reference } = line;
  return {
    line: line['line'],
    type: part,
    ...present({ payment_id, transaction_id, reference }),
    amount,
    fee,
    net_amount,
    ...present({ tolerated_amount }),
  };
}
