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
  rowReader,
  textOf,
  wordOf,
} from './file-cells.ts';
import { columnsOf, type FileRow, type RowSource, refused } from './file-row.ts';
import { fileRowOf } from './moved-money.ts';

const PAYMENT = 'payment_metadata[paywright_payment]';
const TRANSACTION = 'refund_metadata[paywright_transaction]';

const REQUIRED = ['reporting_category', 'balance_transaction_id', 'currency', 'gross', 'fee', 'net'] as const;
/** The first of them that says something is the day: when the payout is expected at the bank, or the money in the balance. */
const DAYS = [
  'automatic_payout_effective_at_utc',
  'automatic_payout_effective_at',
  'effective_at_utc',
  'effective_at',
  'available_on_utc',
  'available_on',
] as const satisfies readonly [string, ...string[]];
const OPTIONAL = [
  ...DAYS,
  'source_id',
  'charge_id',
  'payment_intent_id',
  'automatic_payout_id',
  'payout_id',
  'trace_id',
  'customer_facing_currency',
  PAYMENT,
  TRANSACTION,
] as const;
type Column = (typeof REQUIRED | typeof OPTIONAL)[number];

/** The columns that are read, of those that a report can have. */
export const STRIPE_READ: readonly Column[] = [...REQUIRED, ...OPTIONAL];

/** The columns of a sample, as the report's `columns` would ask for them. */
export const STRIPE_COLUMNS: readonly Column[] = [
  'automatic_payout_id',
  'automatic_payout_effective_at_utc',
  'balance_transaction_id',
  'currency',
  'gross',
  'fee',
  'net',
  'reporting_category',
  'source_id',
  'payment_intent_id',
  PAYMENT,
  TRANSACTION,
];

/**
 * What the words of `reporting_category` are to us (docs.stripe.com/reports/reporting-categories). Those that are not here, of
 * Issuing, Capital, Connect and others, are rejected. A charge or refund that failed afterwards gives its money back. A charge that
 * was captured in part is of all that was authorized, and `partial_capture_reversal` of what was not captured: only together are
 * they the capture.
 */
const CATEGORIES: ReadonlyMap<string, RowType | 'uncaptured'> = new Map([
  ['charge', 'payment'],
  ['refund', 'refund'],
  ['dispute', 'chargeback'],
  ['dispute_reversal', 'chargeback_reversal'],
  ['fee', 'fee'],
  ['network_cost', 'fee'],
  ['charge_failure', 'adjustment'],
  ['refund_failure', 'adjustment'],
  ['partial_capture_reversal', 'uncaptured'],
  ['other_adjustment', 'adjustment'],
  ['payout', 'payout'],
  ['payout_reversal', 'payout'],
]);

/** In major units of the currency, with a point; a report that was asked for with another `decimal_separator` is a mapped file. */
const AMOUNTS: AmountForm = { unit: 'decimal' };
const dayIn = daysOf('YYYY-MM-DD');

/**
 * Stripe's itemised reports, of payouts and of the balance (docs.stripe.com/reports/report-types/payout-reconciliation and
 * /balance): `gross`, `fee` and `net` are what a row adds to the balance, so a refund's are below zero, and `fee` is all that was
 * kept of it. Columns that are not used here are left out, as are times of day. A payment is found by the metadata
 * `paywright_payment` of its PaymentIntent, a refund by `paywright_transaction` of its own or else by `source_id`.
 */
export const stripeRows: RowSource = (header) =>
  columnsOf<Column>(header, { required: REQUIRED, optional: OPTIONAL, others: 'left out' }).andThen(
    (places) =>
      DAYS.some((day) => places.has(day))
        ? ok(rowReader(header, places, rowOf))
        : refused('column_missing', 'available_on_utc'),
  );

const rowOf = (cell: CellOf, line: number): Cell<FileRow> =>
  Result.combine([
    wordOf('reporting_category', cell('reporting_category'), CATEGORIES),
    currencyOf('currency', cell('currency').toUpperCase()),
    firstOf(cell, DAYS, (column, text) => dayOf(column, text, dayIn)),
    neededText('balance_transaction_id', cell('balance_transaction_id')),
    textOf('source_id', cell('source_id')),
    firstOf(cell, ['payment_intent_id', 'charge_id'], textOf),
    firstOf(cell, ['automatic_payout_id', 'payout_id'], textOf),
    textOf('trace_id', cell('trace_id')),
  ]).andThen(([type, currency, settledOn, entry, source, charge, payout, bankReference]) => {
    const isDispute = type === 'chargeback' || type === 'chargeback_reversal';
    return moneyOf(cell, currency).andThen((money) =>
      fileRowOf(
        {
          ...money,
          line,
          type,
          status: 'settled',
          settledOn,
          currency,
          bankReference,
          payment: cell(PAYMENT),
          ...(type === 'payment' ? { amountIs: 'authorized' as const } : {}),
          transaction: type === 'refund' ? cell(TRANSACTION) : '',
          processorReference: type === 'refund' ? source : charge,
          // The dispute, that its reversal names too; of other rows their entry in the balance.
          reference: isDispute ? source : entry,
          payoutId: type === 'payout' ? (payout ?? source) : payout,
        },
        { amount: 'gross', reference: 'source_id', payoutId: 'source_id' },
      ),
    );
  });

/** What the first column says that says anything. */
const firstOf = <Value>(
  cell: CellOf,
  columns: readonly [Column, ...Column[]],
  read: (column: string, text: string) => Cell<Value>,
): Cell<Value> => {
  const column = columns.find((each) => cell(each) !== '') ?? columns[0];
  return read(column, cell(column));
};

/** In the currency of the balance: money that was converted for it is not what the customer paid. */
function moneyOf(cell: CellOf, currency: CurrencyCode): Cell<Readonly<{ gross: bigint; fee: bigint }>> {
  const amountIn = (column: Column): Cell<bigint> =>
    amountOf(column, wholeIn(cell(column), currency), currency, AMOUNTS);
  const paidIn = cell('customer_facing_currency').toUpperCase();
  if (paidIn !== '' && paidIn !== currency) return bad('customer_facing_currency', 'converted');
  return Result.combine([amountIn('gross'), amountIn('fee'), amountIn('net')]).andThen(([gross, fee, net]) =>
    gross - fee === net ? ok({ gross, fee }) : bad('net', 'net_differs'),
  );
}

/**
 * Krónur and Ugandan shillings have no decimals, and two for Stripe all the same, which are always zero (docs.stripe.com/currencies): a
 * report may say 500.00. Any other decimals of theirs are refused, as of every currency those that it has not.
 */
const TWO_ZEROS: ReadonlySet<CurrencyCode> = new Set<CurrencyCode>(['ISK', 'UGX']);

const wholeIn = (text: string, currency: CurrencyCode): string =>
  TWO_ZEROS.has(currency) ? text.replace(/\.00$/, '') : text;
