import type { ColumnType, Selectable } from 'kysely';
import type { Role } from '../../../domain/approvals/approver.ts';
import type { FraudStatus } from '../../../domain/approvals/fraud.ts';
import type { PayerType, VendorPaymentStatus } from '../../../domain/approvals/vendor-payment.ts';
import type { Instant } from '../../../domain/kernel/instant.ts';

/** Written and compared as Date, read as epoch milliseconds (see `postgresPool`). */
type Time = ColumnType<Instant, Date, Date>;
type TimeOrNull = ColumnType<Instant | null, Date | null, Date | null>;

/** The tables of the schema that are read, for kysely; `migrations/` makes them. JSON is to be read as text. */
export type ApprovalsDatabase = Readonly<{
  payments: PaymentsTable;
  payment_audit_log: AuditLogTable;
  outbox: OutboxTable;
}>;

export type ApprovalsRow<Table extends keyof ApprovalsDatabase> = Selectable<ApprovalsDatabase[Table]>;

/** `fraud_score` is numeric, which is read as text; `due_date` is to be read as text. */
type PaymentsTable = {
  payment_id: string;
  incident_id: string;
  vendor_id: string;
  payer_type: PayerType;
  payer_id: string | null;
  amount_cents: bigint;
  currency: string;
  status: VendorPaymentStatus;
  fraud_score: string | null;
  fraud_status: FraudStatus;
  fraud_reasons: string;
  fraud_rules: string | null;
  fraud_review: string | null;
  created_by: string;
  changed_by: string[];
  maker_identities: string[] | null;
  edition: number;
  terms_hash: string;
  approved_by: string | null;
  approved_at: TimeOrNull;
  rejected_by: string | null;
  rejected_at: TimeOrNull;
  rejected_reason: string | null;
  payout_attempt: number | null;
  payout_asks: number | null;
  payout_due_at: TimeOrNull;
  processed_at: TimeOrNull;
  processor_reference: string | null;
  failed_reason: string | null;
  metadata: string;
  due_date: string | null;
  version: number;
  change_id: string;
  audit_hash: string;
  created_at: Time;
  updated_at: Time;
};

type AuditLogTable = {
  payment_id: string;
  sequence: number;
  id: string;
  action: string;
  actor_id: string;
  actor_type: 'user' | 'system' | 'admin';
  actor_roles: Role[];
  ip_address: string | null;
  user_agent: string | null;
  request_id: string;
  before: string | null;
  after: string;
  written: string | null;
  created_at: Time;
  previous_hash: string;
  hash: string;
};

type OutboxTable = {
  id: string;
  type: string;
  payment_id: string;
  created_at: Time;
  data: string;
};
