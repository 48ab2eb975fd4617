import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { LEDGER_TABLES } from './ledger-tables.ts';

/**
 * Rows that are updated leave room on their page (fillfactor), so that a payment's outcome is a heap-only update. Keys
 * collate "C": ids sort by byte, whatever the database's own collation.
 */
const TABLES = [
  sql`CREATE TABLE payment (
    merchant_id text COLLATE "C" NOT NULL,
    id uuid NOT NULL,
    idempotency_key text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    status text NOT NULL
      CHECK (status IN ('pending', 'processing', 'authorized', 'succeeded', 'failed', 'canceled')),
    payment_method text NOT NULL,
    customer_id uuid,
    description text,
    metadata json,
    capture_method text NOT NULL CHECK (capture_method IN ('automatic', 'manual')),
    authorized_amount bigint NOT NULL,
    captured_amount bigint NOT NULL,
    refunded_amount bigint NOT NULL,
    reserved_amount bigint NOT NULL,
    closing boolean NOT NULL,
    failure_code text,
    failure_message text,
    version integer NOT NULL,
    audit_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    CHECK (0 <= refunded_amount AND 0 <= reserved_amount AND refunded_amount <= captured_amount
      AND captured_amount <= authorized_amount AND authorized_amount <= amount),
    CHECK (CASE status
      WHEN 'authorized' THEN captured_amount + reserved_amount <= authorized_amount
      WHEN 'succeeded' THEN refunded_amount + reserved_amount <= captured_amount
      ELSE reserved_amount = 0 END),
    CHECK (status = 'authorized' OR NOT closing)
  ) WITH (fillfactor = 80)`,
  sql`CREATE INDEX payment_customer ON payment (merchant_id, customer_id, id) WHERE customer_id IS NOT NULL`,
  sql`CREATE TABLE transaction (
    merchant_id text COLLATE "C" NOT NULL,
    payment_id uuid NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL CHECK (type IN ('authorization', 'capture', 'refund', 'void')),
    amount bigint NOT NULL,
    currency text NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed', 'settled')),
    processor_id text,
    response_code text,
    response_text text,
    fee_amount bigint CHECK (fee_amount >= 0),
    reason text,
    processed_at timestamptz,
    version integer NOT NULL,
    audit_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (payment_id, id)
  )`,
  sql`CREATE TABLE claim (
    merchant_id text COLLATE "C" NOT NULL,
    operation text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    fingerprint text NOT NULL,
    payment_id uuid,
    transaction_id uuid,
    transfer_id uuid,
    request_id text NOT NULL,
    fence integer NOT NULL,
    change_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('calling', 'unknown', 'retryable', 'completed')),
    due_at timestamptz,
    attempts integer NOT NULL,
    answer text,
    answer_expires_at timestamptz,
    PRIMARY KEY (merchant_id, operation, key),
    CHECK ((state = 'completed') = (due_at IS NULL))
  ) WITH (fillfactor = 80)`,
  sql`CREATE INDEX claim_due ON claim (due_at) WHERE due_at IS NOT NULL`,
  sql`CREATE TABLE outbox (
    id uuid PRIMARY KEY,
    type text NOT NULL,
    merchant_id text NOT NULL,
    payment_id uuid,
    created_at timestamptz NOT NULL,
    data json NOT NULL
  )`,
  sql`CREATE TABLE audit_entry (
    entity_id text COLLATE "C" NOT NULL,
    entity_type text COLLATE "C" NOT NULL,
    sequence integer NOT NULL,
    id uuid NOT NULL,
    merchant_id text NOT NULL,
    action text NOT NULL,
    actor_id text NOT NULL,
    actor_type text NOT NULL CHECK (actor_type IN ('user', 'system', 'admin')),
    ip_address text,
    user_agent text,
    before json,
    after json,
    metadata json,
    created_at timestamptz NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (entity_id, entity_type, sequence)
  )`,
];

export const payments: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of [...TABLES, ...LEDGER_TABLES]) await table.execute(db);
  },
};
