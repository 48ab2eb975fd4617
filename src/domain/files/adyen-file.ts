import { ok, Result } from 'neverthrow';
import type { CurrencyCode } from '../kernel/currency.ts';
import type { AmountForm, RowType } from '../merchants/settlement-mapping.ts';
import { daysOf } from './day-text.ts';
import {
  amountOf,
  bad,
  type Cell,
  type CellOf,
  currencyOf,
  dayOf,
  neededText,
  optional,
  rowReader,
  textOf,
  wordOf,
} from './file-cells.ts';
import { columnsOf, type FileRow, type RowSource } from './file-row.ts';
import { fileRowOf } from './moved-money.ts';

/** What is kept of a row, each part in a column of its own; a report has those that the contract charges by. */
const FEES = ['Commission (NC)', 'Markup (NC)', 'Scheme Fees (NC)', 'Interchange (NC)'] as const;
const REQUIRED = [
  'Psp Reference',
  'Merchant Reference',
  'Creation Date',
  'Type',
  'Modification Reference',
  'Gross Currency',
  'Gross Debit (GC)',
  'Gross Credit (GC)',
  'Net Currency',
  'Net Debit (NC)',
  'Net Credit (NC)',
  'Batch Number',
] as const;
const OPTIONAL = [...FEES, 'Booking Date', 'Modification Merchant Reference'] as const;
type Column = (typeof REQUIRED | typeof OPTIONAL)[number];

/** The columns that are read, of those that a report can have. */
export const ADYEN_READ: readonly Column[] = [...REQUIRED, ...OPTIONAL];

/** The columns of a sample, in the report's own order. */
export const ADYEN_COLUMNS: readonly Column[] = [
  ...REQUIRED.slice(0, -1),
  ...FEES,
  'Modification Merchant Reference',
  'Batch Number',
];

/** `transaction`: of a payment, with its gross amount and fees; `balance`: of the account, net alone. */
type Kind = Readonly<{ type: RowType; of: 'transaction' | 'balance' }>;

const transaction = (type: RowType): Kind => ({ type, of: 'transaction' });
const balance = (type: RowType): Kind => ({ type, of: 'balance' });

/**
 * What the words of `Type` are to us (docs.adyen.com, "Journal types" of the settlement detail report). Others are rejected, among
 * them `PaidOut` and `EpaPaid`; a payout that the account made to another one of the company is an adjustment, as the bank has no part in
 * it, and what a payment cost beside its fees is a fee. A
 * payout that the bank sent back is one below zero, a refund that came back no refund, but money in the merchant's favour.
 */
const TYPES: ReadonlyMap<string, Kind> = new Map([
  ['Settled', transaction('payment')],
  ['Refunded', transaction('refund')],
  ['Chargeback', transaction('chargeback')],
  ['SecondChargeback', transaction('chargeback')],
  ['ChargebackReversed', transaction('chargeback_reversal')],
  ['RefundedReversed', transaction('adjustment')],
  ['Fee', balance('fee')],
  ['MiscCosts', balance('fee')],
  ['AuthorisationSchemeFee', balance('fee')],
  ['InvoiceDeduction', balance('fee')],
  ['PaymentCost', balance('fee')],
  ['DepositCorrection', balance('adjustment')],
  ['Balancetransfer', balance('adjustment')],
  ['MatchedStatement', balance('adjustment')],
  ['ManualCorrected', balance('adjustment')],
  ['InternalCompanyPayout', balance('adjustment')],
  ['MerchantPayout', balance('payout')],
  ['BankInstructionReturned', balance('payout')],
]);

/** In major units with a point. */
const AMOUNTS: AmountForm = { unit: 'decimal' };
const dayIn = daysOf('YYYY-MM-DD');

/**
 * Adyen's settlement detail report (docs.adyen.com, "Settlement details report" and "Settlement detail report structure"): gross
 * amounts in the currency of the payment, net ones and fees in that of the settlement, debits and credits in columns of their
 * own. Columns that are not used here are left out, as is the time of day. Lines of the account have no reference of their own, and
 * their texts are the same from batch to batch: all that they say is their reference. `Merchant Reference` is the reference that the payment
 * was sent under, `Modification Merchant Reference` that of the capture or refund. The payout is the batch. The day is that
 * of booking where the report has it, else of the record's creation; a reconciliation takes that of the batch's payout.
 */
export const adyenRows: RowSource = (header) =>
  columnsOf<Column>(header, { required: REQUIRED, optional: OPTIONAL, others: 'left out' }).map((places) =>
    rowReader(header, places, rowOf),
  );

const rowOf = (cell: CellOf, line: number): Cell<FileRow> =>
  Result.combine([
    wordOf('Type', cell('Type'), TYPES),
    currencyOf('Net Currency', cell('Net Currency')),
    bookedOn(cell),
    textOf('Psp Reference', cell('Psp Reference')),
    textOf('Modification Reference', cell('Modification Reference')),
    neededText('Batch Number', cell('Batch Number')),
    textOf('Creation Date', cell('Creation Date')),
  ]).andThen(([{ type, of }, currency, settledOn, payment, modification, batch, createdAt]) => {
    const isPayout = type === 'payout';
    const money = of === 'balance' ? netOf(cell, currency) : grossOf(cell, currency);
    return money.andThen(({ gross, fee }) =>
      fileRowOf(
        {
          line,
          type,
          status: 'settled',
          settledOn,
          currency,
          gross,
          fee,
          payoutId: batch,
          payment: cell('Merchant Reference'),
          transaction: cell('Modification Merchant Reference'),
          processorReference: type === 'refund' ? modification : payment,
          reference:
            of === 'balance'
              ? [batch, cell('Type'), createdAt, currency, `${gross}`, modification, ...costOf(cell)].join(
                  ' ',
                )
              : referenceOf(cell('Type'), modification ?? payment),
          bankReference: isPayout ? modification : undefined,
        },
        { amount: 'Gross Debit (GC)', reference: 'Modification Reference', payoutId: 'Batch Number' },
      ),
    );
  });

/** Two payments may have cost the same in the same second. */
const costOf = (cell: CellOf): readonly string[] =>
  cell('Type') === 'PaymentCost' ? [cell('Psp Reference')] : [];

/** A second chargeback is of the same dispute as the first, and no repetition of it. */
const referenceOf = (word: string, reference: string | undefined): string | undefined =>
  reference !== undefined && word === 'SecondChargeback' ? `${reference} second` : reference;

function bookedOn(cell: CellOf): Cell<string> {
  const column: Column = cell('Booking Date') === '' ? 'Creation Date' : 'Booking Date';
  return dayOf(column, cell(column), dayIn);
}

type Money = Readonly<{ gross: bigint; fee: bigint | undefined }>;

/** Of a line of the account. */
const netOf = (cell: CellOf, currency: CurrencyCode): Cell<Money> =>
  moved(cell, ['Net Debit (NC)', 'Net Credit (NC)'], currency).map((gross) => ({ gross, fee: undefined }));

/** Of a payment, that was settled in its own currency: what is left is its gross amount less every fee. */
function grossOf(cell: CellOf, currency: CurrencyCode): Cell<Money> {
  if (cell('Gross Currency') !== currency) return bad('Gross Currency', 'converted');
  return Result.combine([
    moved(cell, ['Gross Debit (GC)', 'Gross Credit (GC)'], currency),
    moved(cell, ['Net Debit (NC)', 'Net Credit (NC)'], currency),
    Result.combine(
      FEES.map((column) => optional(cell(column), (text) => amountOf(column, text, currency, AMOUNTS))),
    ),
  ]).andThen(([gross, net, fees]) => {
    const fee = fees.reduce<bigint>((sum, each) => sum + (each ?? 0n), 0n);
    return gross - fee === net ? ok({ gross, fee }) : bad('Net Credit (NC)', 'net_differs');
  });
}

/** Exactly one of both says an amount; a debit takes it from the balance. */
function moved(
  cell: CellOf,
  [debit, credit]: readonly [Column, Column],
  currency: CurrencyCode,
): Cell<bigint> {
  const [taken, given] = [cell(debit), cell(credit)];
  if (taken !== '' && given !== '') return bad(debit, 'not_an_amount');
  return taken === ''
    ? amountOf(credit, given, currency, AMOUNTS)
    : amountOf(debit, taken, currency, AMOUNTS).map((amount) => -amount);
}
