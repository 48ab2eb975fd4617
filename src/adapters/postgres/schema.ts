import type { ColumnType, Selectable } from 'kysely';
import type { Claim, Operation } from '../../domain/claim.ts';
import type { Instant } from '../../domain/instant.ts';
import type { CaptureMethod, PaymentStatus } from '../../domain/payment.ts';
import type { TransactionStatus, TransactionType } from '../../domain/transaction.ts';

/** Written and compared as Date, read as epoch milliseconds (see `postgresPool`). */
type Time = ColumnType<Instant, Date, Date>;

/** The tables, for kysely; `migrations/` makes them. Ids are stored as the UUID behind their prefix. */
export type Database = Readonly<{
  merchant: MerchantTable;
  payment: PaymentTable;
  transaction: TransactionTable;
  claim: ClaimTable;
  outbox: OutboxTable;
  audit_entry: AuditEntryTable;
  failed_authentication: FailedAuthenticationTable;
}>;

export type Row<Table extends keyof Database> = Selectable<Database[Table]>;

type MerchantTable = {
  id: string;
  name: string;
  email: string;
  status: 'active' | 'suspended';
  max_payment_amount: bigint;
  version: number;
};

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
  failure_code: string | null;
  failure_message: string | null;
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

type OutboxTable = {
  id: string;
  type: string;
  merchant_id: string;
  payment_id: string;
  created_at: Time;
  data: string;
};

type AuditEntryTable = {
  entity_id: string;
  sequence: number;
  id: string;
  entity_type: string;
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
