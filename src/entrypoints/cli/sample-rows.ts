import { ADYEN_COLUMNS } from '../../domain/files/adyen-file.ts';
import { NATIVE_COLUMNS } from '../../domain/files/native-file.ts';
import { STRIPE_COLUMNS } from '../../domain/files/stripe-file.ts';
import { lastIdAt, type PaymentId, type TransactionId } from '../../domain/kernel/ids.ts';
import { rfc3339 } from '../../domain/kernel/instant.ts';
import { decimalText, type Money, money } from '../../domain/kernel/money.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';

/** Whose columns a sample can have. */
export const SAMPLE_SOURCES = ['native', 'stripe', 'adyen'] as const;
export type SampleSource = (typeof SAMPLE_SOURCES)[number];

/** What a row of a sample says, before it is in anyone's columns. */
type SampleRow = Readonly<{
  paymentId: PaymentId;
  transactionId: TransactionId;
  processorId: string;
  amount: Money;
  fee: bigint;
  day: string;
}>;

type Cells = Readonly<Record<string, string>>;

/**
 * A file about transactions: each as it is here, but the second with a fee and the third with another amount, and a row of a
 * payment that there is not.
 */
export function sampleOf(source: SampleSource, transactions: readonly Transaction[]): string {
  const rows = transactions.map((transaction, index): SampleRow => {
    const { paymentId, id, amount, createdAt } = transaction;
    return {
      paymentId,
      transactionId: id,
      processorId: 'processorId' in transaction ? transaction.processorId : '',
      amount: index === 2 ? money(amount.minorUnits - 100n, amount.currency) : amount,
      fee: index === 1 ? 172n : 0n,
      day: rfc3339(createdAt).slice(0, 'YYYY-MM-DD'.length),
    };
  });
  const [first] = rows;
  const missing = first && { ...first, paymentId: lastIdAt('pay', 0), transactionId: lastIdAt('txn', 0) };
  const { columns, cellsOf } = FORMS[source];
  const cells = [...rows, ...(missing ? [missing] : [])].map(cellsOf);
  return [columns, ...cells.map((row) => columns.map((column) => row[column] ?? ''))]
    .map((line) => `${line.join(',')}\n`)
    .join('');
}

type Form = Readonly<{ columns: readonly string[]; cellsOf: (row: SampleRow, index: number) => Cells }>;

const less = ({ minorUnits, currency }: Money, fee: bigint): string =>
  decimalText(money(minorUnits - fee, currency));

const FORMS: Readonly<Record<SampleSource, Form>> = {
  native: {
    columns: NATIVE_COLUMNS,
    cellsOf: ({ paymentId, transactionId, amount, fee, day }) => ({
      payment_id: paymentId,
      transaction_id: transactionId,
      status: 'settled',
      fee: `${fee}`,
      processed_date: day,
      settlement_date: day,
      type: 'payment',
      amount: `${amount.minorUnits}`,
      currency: amount.currency,
    }),
  },
  stripe: {
    columns: STRIPE_COLUMNS,
    cellsOf: ({ paymentId, processorId, amount, fee, day }, index) => ({
      automatic_payout_id: 'po_sample',
      automatic_payout_effective_at_utc: `${day} 00:00:00`,
      balance_transaction_id: `txn_sample_${index + 1}`,
      currency: amount.currency.toLowerCase(),
      gross: decimalText(amount),
      fee: decimalText(money(fee, amount.currency)),
      net: less(amount, fee),
      reporting_category: 'charge',
      source_id: processorId,
      payment_intent_id: processorId,
      'payment_metadata[paywright_payment]': paymentId,
    }),
  },
  adyen: {
    columns: ADYEN_COLUMNS,
    cellsOf: ({ paymentId, processorId, amount, fee, day }, index) => ({
      'Psp Reference': processorId,
      'Merchant Reference': paymentId,
      'Creation Date': `${day} 12:00:00`,
      Type: 'Settled',
      'Modification Reference': `SAMPLE${index + 1}`,
      'Gross Currency': amount.currency,
      'Gross Credit (GC)': decimalText(amount),
      'Net Currency': amount.currency,
      'Net Credit (NC)': less(amount, fee),
      'Commission (NC)': decimalText(money(fee, amount.currency)),
      'Batch Number': '1',
    }),
  },
};
