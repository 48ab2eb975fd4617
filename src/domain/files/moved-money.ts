import { ok } from 'neverthrow';
import type { CurrencyCode } from '../kernel/currency.ts';
import { parseId } from '../kernel/ids.ts';
import { present } from '../kernel/present.ts';
import type { RowType } from '../merchants/settlement-mapping.ts';
import { bad, type Cell } from './file-cells.ts';
import type { FileRow } from './file-row.ts';

/** What a foreign row says, in one form for every source. Texts are empty where it says nothing. */
export type ForeignRow = Readonly<{
  line: number;
  type: RowType | 'uncaptured';
  amountIs?: 'authorized';
  status: 'settled' | 'failed';
  settledOn: string;
  currency: CurrencyCode;
  /** What it adds to the merchant's balance before fees: below zero for a refund, a chargeback, a payout. */
  gross: bigint;
  /** What the processor kept beside it, below zero what it gave back; undefined where no column says it. */
  fee: bigint | undefined;
  /** References that a payment and its transaction were sent under, as the processor repeats them. */
  payment: string;
  transaction: string;
  /** The processor's own for the transaction. */
  processorReference: string | undefined;
  reference: string | undefined;
  payoutId: string | undefined;
  bankReference: string | undefined;
}>;

/** Columns that a row of some type must have a value in, for its rejection to name. */
export type NeededColumns = Readonly<{ amount: string; reference: string; payoutId: string }>;

const INWARD: ReadonlySet<ForeignRow['type']> = new Set(['payment', 'chargeback_reversal']);

/**
 * The row as it is held against our own: without the sign that its type has anyhow. A payment or reversal that takes money, and
 * a refund or chargeback that gives some, contradicts its type and is rejected. A charge without a transaction is what moved in
 * all, its fee included.
 */
export function fileRowOf(said: ForeignRow, columns: NeededColumns): Cell<FileRow> {
  const { line, type, status, settledOn, currency, gross, fee, reference, payoutId, bankReference } = said;
  const all = present({ reference, payoutId, bankReference });
  const known = { line, settledOn, ...all };
  if (type === 'payout') {
    if (payoutId === undefined) return bad(columns.payoutId, 'missing');
    return ok({ ...known, ...present({ fee }), type, payoutId, amount: -gross, currency });
  }
  if (type === 'fee' || type === 'adjustment') {
    if (reference === undefined) return bad(columns.reference, 'missing');
    const moved = gross - (fee ?? 0n);
    return ok({ ...known, type, reference, amount: type === 'fee' ? -moved : moved, currency });
  }
  const amount = INWARD.has(type) ? gross : -gross;
  if (amount < 0n) return bad(columns.amount, 'wrong_sign');
  const named = { ...nameOf(said), ...present({ fee }), amount, currency };
  if (type === 'payment' || type === 'refund')
    return ok({ ...known, ...named, ...present({ amountIs: said.amountIs }), type, status });
  if (reference === undefined) return bad(columns.reference, 'missing');
  return type === 'uncaptured'
    ? ok({ ...known, ...named, type, reference })
    : ok({ ...known, ...named, type, reference });
}

/** Beside our own reference of a transaction, the processor's says nothing more. */
function nameOf({ payment, transaction, processorReference }: ForeignRow) {
  const paymentId = parseId('pay', payment);
  const transactionId = parseId('txn', transaction);
  return {
    ...present({ paymentId, transactionId }),
    ...(transactionId === undefined ? present({ processorReference }) : {}),
  };
}
