import type { ExportFormat } from '../../../domain/files/export.ts';
import { storedCurrency } from '../../../domain/kernel/currency.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { decimalText, money } from '../../../domain/kernel/money.ts';
import type { Payment } from '../../../domain/payments/payment.ts';
import { type PaymentRecord, paymentRecord } from '../../../domain/payments/payment-record.ts';
import { type Cell, csvLine } from './csv.ts';

/** How a format is written: what comes before all payments, then a line for each. */
export type FileFormat = Readonly<{
  type: string;
  extension: string;
  head: string;
  line: (payment: Payment) => string;
}>;

/** Text and numbers differ here: only numbers may begin with a minus and stay as they are. */
const COLUMNS = {
  id: ({ id }) => id,
  merchant_id: ({ merchant_id }) => merchant_id,
  idempotency_key: ({ idempotency_key }) => idempotency_key,
  amount: ({ amount }) => amount,
  amount_decimal: ({ amount, currency }) => decimalText(money(BigInt(amount), storedCurrency(currency))),
  currency: ({ currency }) => currency,
  status: ({ status }) => status,
  payment_method: ({ payment_method }) => payment_method,
  customer_id: ({ customer_id }) => customer_id,
  description: ({ description }) => description,
  metadata: ({ metadata }) => (metadata === undefined ? undefined : jsonText(metadata)),
  capture_method: ({ capture_method }) => capture_method,
  authorized_amount: ({ authorized_amount }) => authorized_amount,
  captured_amount: ({ captured_amount }) => captured_amount,
  refunded_amount: ({ refunded_amount }) => refunded_amount,
  failure_code: ({ failure }) => failure?.code,
  failure_message: ({ failure }) => failure?.message,
  version: ({ version }) => version,
  created_at: ({ created_at }) => created_at,
  updated_at: ({ updated_at }) => updated_at,
} satisfies Record<string, (record: PaymentRecord) => Cell>;

const cellsOf = Object.values(COLUMNS);

export const FILE_FORMATS: Readonly<Record<ExportFormat, FileFormat>> = {
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    extension: 'csv',
    head: csvLine(Object.keys(COLUMNS)),
    line(payment) {
      const record = paymentRecord(payment);
      return csvLine(cellsOf.map((cellOf) => cellOf(record)));
    },
  },
  json: {
    type: 'application/x-ndjson; charset=utf-8',
    extension: 'jsonl',
    head: '',
    line: (payment) => `${jsonText(paymentRecord(payment))}\n`,
  },
};
