import type { ColumnType, Selectable } from 'kysely';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { Claim, Operation } from '../../domain/kernel/claim.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Account, LedgerEntryType } from '../../domain/ledger/ledger.ts';
import type { TalliedType } from '../../domain/ledger/ledger-tally.ts';
import type { CaptureMethod, PaymentStatus } from '../../domain/payments/payment.ts';
import type { TransactionStatus, TransactionType } from '../../domain/payments/transaction.ts';

/** Written and compared as Date, read as epoch milliseconds (see `postgresPool`). */
type Time = ColumnType<Instant, Date, Date>;

/** The tables, for kysely; `migrations/` makes them. Ids are stored as the UUID behind their prefix. */
export type Database = Readonly<{
  payment: PaymentTable;
  transaction: TransactionTable;
  claim: ClaimTable;
  claim_trace: ClaimTraceTable;
  outbox: OutboxTable;
  outbox_parked: OutboxTable;
  audit_entry: AuditEntryTable;
  aggregate: AggregateTable;
  unique_key: UniqueKeyTable;
  ledger_entry: LedgerEntryTable;
  balance: BalanceTable;
  spending: SpendingTable;
  tally: TallyTable;
  ledger_tally: LedgerTallyTable;
  failed_authentication: FailedAuthenticationTable;
}>;

export type Row<Table extends keyof Database> = Selectable<Database[Table]>;

type PaymentTable = {
  merchant_id: string;
  id: string;
  idempotency_key: string;
  amount: bigint;
  currency: string;
  status: PaymentStatus;
  payment_method: string;
  customer_id: string | null;
  description: string | null;
  metadata: Record<string, string> | null;
  capture_method: CaptureMethod;
  authorized_amount: bigint;
  captured_amount: bigint;
  refunded_amount: bigint;
  reserved_amount: bigint;
  reserved_refund_amount: bigint;
  closing: boolean;
  failure_code: string | null;
  failure_message: string | null;
  processor_id: string | null;
  authorized_until: ColumnType<Instant | null, Date | null, Date | null>;
  processor: string | null;
  processor_account: string | null;
  attention_since: ColumnType<Instant | null, Date | null, Date | null>;
  attention: string | null;
  next_action: string | null;
  version: number;
  audit_hash: string;
  created_at: Time;
  updated_at: Time;
};

type TransactionTable = {
  merchant_id: string;
  payment_id: string;
  id: string;
  type: TransactionType;
  amount: bigint;
  currency: string;
  status: TransactionStatus;
  processor_id: string | null;
  response_code: string | null;
  response_text: string | null;
  fee_amount: bigint | null;
  reason: string | null;
  processed_at: ColumnType<Instant | null, Date | null, Date | null>;
  version: number;
  audit_hash: string;
  created_at: Time;
  updated_at: Time;
};

type ClaimTable = {
  merchant_id: string;
  operation: Operation;
  key: string;
  fingerprint: string;
  payment_id: string | null;
  transaction_id: string | null;
  transfer_id: string | null;
  request_id: string;
  fence: number;
  change_id: string;
  created_at: Time;
  state: Claim['state'];
  due_at: ColumnType<Instant | null, Date | null, Date | null>;
  attempts: number;
  answer: string | null;
  answer_expires_at: ColumnType<Instant | null, Date | null, Date | null>;
};

type ClaimTraceTable = {
  merchant_id: string;
  operation: Operation;
  key: string;
  created_at: Time;
  expires_at: Time;
};

type OutboxTable = {
  id: string;
  type: string;
  merchant_id: string;
  payment_id: string | null;
  created_at: Time;
  data: string;
  tries: number;
  retry_at: ColumnType<Instant | null, Date | null, Date | null>;
  error: string | null;
};

type AuditEntryTable = {
  entity_id: string;
  entity_type: string;
  sequence: number;
  id: string;
  merchant_id: string;
  action: string;
  actor_id: string;
  actor_type: 'user' | 'system' | 'admin';
  ip_address: string | null;
  user_agent: string | null;
  before: string | null;
  after: string | null;
  metadata: string | null;
  created_at: Time;
  previous_hash: string;
  hash: string;
};

type FailedAuthenticationTable = { merchant_id: string; minute: Time; count: bigint };

type AggregateTable = {
  owner: string;
  kind: AggregateKind;
  id: string;
  change_id: string;
  version: number;
  audit_hash: string;
  record: string;
};

type UniqueKeyTable = { merchant_id: string; kind: AggregateKind; key: string; id: string };

type LedgerEntryTable = {
  merchant_id: string;
  id: string;
  type: LedgerEntryType;
  debit: Account;
  credit: Account;
  amount: bigint;
  currency: string;
  payment_id: string | null;
  transaction_id: string | null;
  transfer_id: string | null;
  statement_line_id: string | null;
  exception_id: string | null;
  created_at: Time;
};

/** One slot's part of a sum. Sums are numeric, which is read as text. */
type BalanceTable = { merchant_id: string; currency: string; slot: number; written_in: number } & Record<
  Account,
  string
>;

type SpendingTable = { merchant_id: string; currency: string; spendings: number };

/** `day` is to be read as text. */
type LedgerTallyTable = {
  merchant_id: string;
  day: string;
  currency: string;
  type: TalliedType;
  slot: number;
  written_in: number;
  count: bigint;
  amount: string;
};

/** `day` is to be read as text. */
type TallyTable = {
  merchant_id: string;
  day: string;
  currency: string;
  status: PaymentStatus;
  slot: number;
  written_in: number;
  count: bigint;
  amount: string;
  captured: string;
  refunded: string;
};
