import { storedCurrency } from '../../domain/kernel/currency.ts';
import { type Json, type JsonObject, jsonText, type Whole } from '../../domain/kernel/json.ts';
import { type Money, money } from '../../domain/kernel/money.ts';
import type { ExportRowsOf } from '../../ports/export-encoder.ts';
import type { Cell } from './csv.ts';

type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>;

const decimal = (amount: Whole, currency: string): Money => money(BigInt(amount), storedCurrency(currency));

const decimalOf = (amount: Whole | undefined, currency: string): Money | undefined =>
  amount === undefined ? undefined : decimal(amount, currency);

const inCell = (value: Json | undefined): string | undefined =>
  value === undefined ? undefined : jsonText(value);

const payments: Columns<ExportRowsOf['payments'][number]> = {
  id: ({ id }) => id,
  merchant_id: ({ merchant_id }) => merchant_id,
  idempotency_key: ({ idempotency_key }) => idempotency_key,
  amount: ({ amount }) => amount,
  amount_decimal: ({ amount, currency }) => decimal(amount, currency),
  currency: ({ currency }) => currency,
  status: ({ status }) => status,
  payment_method: ({ payment_method }) => payment_method,
  customer_id: ({ customer_id }) => customer_id,
  description: ({ description }) => description,
  metadata: ({ metadata }) => inCell(metadata),
  capture_method: ({ capture_method }) => capture_method,
  authorized_amount: ({ authorized_amount }) => authorized_amount,
  captured_amount: ({ captured_amount }) => captured_amount,
  refunded_amount: ({ refunded_amount }) => refunded_amount,
  processor: ({ processor }) => processor,
  processor_id: ({ processor_id }) => processor_id,
  failure_code: ({ failure }) => failure?.code,
  failure_message: ({ failure }) => failure?.message,
  version: ({ version }) => version,
  created_at: ({ created_at }) => created_at,
  updated_at: ({ updated_at }) => updated_at,
  authorized_decimal: ({ authorized_amount, currency }) => decimalOf(authorized_amount, currency),
  captured_decimal: ({ captured_amount, currency }) => decimalOf(captured_amount, currency),
  refunded_decimal: ({ refunded_amount, currency }) => decimalOf(refunded_amount, currency),
};

const transactions: Columns<ExportRowsOf['transactions'][number]> = {
  id: ({ id }) => id,
  payment_id: ({ payment_id }) => payment_id,
  type: ({ type }) => type,
  amount: ({ amount }) => amount,
  amount_decimal: ({ amount, currency }) => decimal(amount, currency),
  currency: ({ currency }) => currency,
  status: ({ status }) => status,
  processor_id: ({ processor_id }) => processor_id,
  response_code: ({ response_code }) => response_code,
  response_text: ({ response_text }) => response_text,
  fee_amount: ({ fee_amount }) => fee_amount,
  reason: ({ reason }) => reason,
  processed_at: ({ processed_at }) => processed_at,
  version: ({ version }) => version,
  created_at: ({ created_at }) => created_at,
  updated_at: ({ updated_at }) => updated_at,
  fee_decimal: ({ fee_amount, currency }) => decimalOf(fee_amount, currency),
};

const ledger_entries: Columns<ExportRowsOf['ledger_entries'][number]> = {
  id: ({ id }) => id,
  merchant_id: ({ merchant_id }) => merchant_id,
  type: ({ type }) => type,
  debit: ({ debit }) => debit,
  credit: ({ credit }) => credit,
  amount: ({ amount }) => amount,
  amount_decimal: ({ amount, currency }) => decimal(amount, currency),
  currency: ({ currency }) => currency,
  payment_id: ({ payment_id }) => payment_id,
  transaction_id: ({ transaction_id }) => transaction_id,
  transfer_id: ({ transfer_id }) => transfer_id,
  statement_line_id: ({ statement_line_id }) => statement_line_id,
  exception_id: ({ exception_id }) => exception_id,
  created_at: ({ created_at }) => created_at,
};

const audit: Columns<ExportRowsOf['audit'][number]> = {
  id: ({ id }) => id,
  merchant_id: ({ merchant_id }) => merchant_id,
  entity_type: ({ entity_type }) => entity_type,
  entity_id: ({ entity_id }) => entity_id,
  sequence: ({ sequence }) => sequence,
  action: ({ action }) => action,
  actor_id: ({ actor }) => actor.id,
  actor_type: ({ actor }) => actor.type,
  ip_address: ({ ip_address }) => ip_address,
  user_agent: ({ user_agent }) => user_agent,
  before: ({ before }) => inCell(before),
  after: ({ after }) => inCell(after),
  metadata: ({ metadata }) => inCell(metadata),
  timestamp: ({ timestamp }) => timestamp,
  previous_hash: ({ previous_hash }) => previous_hash,
  hash: ({ hash }) => hash,
  withheld: ({ withheld }) => withheld?.join(' '),
};

const journal: Columns<ExportRowsOf['journal'][number]> = {
  date: ({ date }) => date,
  account: ({ account }) => account,
  type: ({ type }) => type,
  currency: ({ currency }) => currency,
  debit: ({ debit }) => debit,
  credit: ({ credit }) => credit,
  debit_decimal: ({ debit, currency }) => decimal(debit, currency),
  credit_decimal: ({ credit, currency }) => decimal(credit, currency),
  entries: ({ entries }) => entries,
};

const settlements: Columns<ExportRowsOf['settlements'][number]> = {
  id: ({ id }) => id,
  merchant_id: ({ merchant_id }) => merchant_id,
  date: ({ date }) => date,
  currency: ({ currency }) => currency,
  payout_id: ({ payout_id }) => payout_id,
  sequence: ({ sequence }) => sequence,
  status: ({ status }) => status,
  batch_id: ({ batch_id }) => batch_id,
  payment_amount: ({ payment_amount }) => payment_amount,
  refund_amount: ({ refund_amount }) => refund_amount,
  gross_amount: ({ gross_amount }) => gross_amount,
  fee_amount: ({ fee_amount }) => fee_amount,
  chargeback_amount: ({ chargeback_amount }) => chargeback_amount,
  adjustment_amount: ({ adjustment_amount }) => adjustment_amount,
  net_amount: ({ net_amount }) => net_amount,
  net_decimal: ({ net_amount, currency }) => decimal(net_amount, currency),
  tolerated_amount: ({ tolerated_amount }) => tolerated_amount,
  transaction_count: ({ transaction_count }) => transaction_count,
  item_count: ({ item_count }) => item_count,
  exception_count: ({ exception_count }) => exception_count,
  exception_amount: ({ exception_amount }) => exception_amount,
  payout_amount: ({ payout }) => payout?.amount,
  payout_difference: ({ payout }) => payout?.difference,
  bank_reference: ({ payout }) => payout?.bank_reference,
  error: ({ error }) => error?.code,
  version: ({ version }) => version,
  processed_at: ({ processed_at }) => processed_at,
  created_at: ({ created_at }) => created_at,
  updated_at: ({ updated_at }) => updated_at,
  payment_decimal: ({ payment_amount, currency }) => decimalOf(payment_amount, currency),
  refund_decimal: ({ refund_amount, currency }) => decimalOf(refund_amount, currency),
  gross_decimal: ({ gross_amount, currency }) => decimalOf(gross_amount, currency),
  fee_decimal: ({ fee_amount, currency }) => decimalOf(fee_amount, currency),
  chargeback_decimal: ({ chargeback_amount, currency }) => decimalOf(chargeback_amount, currency),
  adjustment_decimal: ({ adjustment_amount, currency }) => decimalOf(adjustment_amount, currency),
  tolerated_decimal: ({ tolerated_amount, currency }) => decimalOf(tolerated_amount, currency),
  exception_decimal: ({ exception_amount, currency }) => decimalOf(exception_amount, currency),
  payout_decimal: ({ payout, currency }) => decimalOf(payout?.amount, currency),
  payout_difference_decimal: ({ payout, currency }) => decimalOf(payout?.difference, currency),
};

const written = (value: Json | undefined): Cell =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? value : inCell(value);

const RECONCILED = [
  'line',
  'outcome',
  'type',
  'payment_id',
  'transaction_id',
  'processor_reference',
  'status',
  'amount',
  'fee',
  'currency',
  'settlement_date',
  'reference',
  'payout_id',
  'bank_reference',
  'differences',
  'column',
  'reason',
  'processed_at',
  'exception_id',
];

/** In the currency of the row; one that was rejected has no amount that could be read. */
const decimalIn = (row: JsonObject, name: string): Money | undefined =>
  typeof row['currency'] === 'string'
    ? decimalOf(row[name] as Whole | undefined, row['currency'])
    : undefined;

const reconciled_rows: Columns<JsonObject> = {
  ...Object.fromEntries(RECONCILED.map((name) => [name, (row: JsonObject) => written(row[name])])),
  amount_decimal: (row) => decimalIn(row, 'amount'),
  fee_decimal: (row) => decimalIn(row, 'fee'),
};

/**
 * The columns of each kind in a CSV, in their order. Text and numbers differ here: only numbers may begin with a minus and
 * stay as they are.
 */
export const EXPORT_COLUMNS: {
  readonly [Source in keyof ExportRowsOf]: Columns<ExportRowsOf[Source][number]>;
} = { payments, transactions, ledger_entries, audit, journal, settlements, reconciled_rows };
