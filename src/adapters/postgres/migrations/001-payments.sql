-- Rows that are updated leave room on their page (fillfactor), so that a payment's outcome is a heap-only update. Keys
-- collate "C": ids sort by byte, whatever the database's own collation.

CREATE TABLE payment (
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
) WITH (fillfactor = 80);

CREATE INDEX payment_customer ON payment (merchant_id, customer_id, id) WHERE customer_id IS NOT NULL;

CREATE TABLE transaction (
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
);

CREATE TABLE claim (
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
) WITH (fillfactor = 80);

CREATE INDEX claim_due ON claim (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE outbox (
  id uuid PRIMARY KEY,
  type text NOT NULL,
  merchant_id text NOT NULL,
  payment_id uuid,
  created_at timestamptz NOT NULL,
  data json NOT NULL
);

CREATE TABLE audit_entry (
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
);

-- Aggregates are rows of their own under each tenant that may read them.
CREATE TABLE aggregate (
  owner text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  change_id uuid NOT NULL,
  version integer NOT NULL,
  audit_hash text NOT NULL,
  record json NOT NULL,
  PRIMARY KEY (owner, kind, id)
) WITH (fillfactor = 80);

CREATE INDEX aggregate_merchant ON aggregate (id) WHERE kind = 'merchant';

CREATE TABLE unique_key (
  merchant_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  PRIMARY KEY (merchant_id, kind, key)
);

CREATE TABLE ledger_entry (
  merchant_id text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  type text NOT NULL,
  debit text NOT NULL,
  credit text NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  currency text COLLATE "C" NOT NULL,
  payment_id uuid,
  transaction_id uuid,
  transfer_id uuid,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, id),
  CHECK (debit <> credit
    AND debit IN ('available', 'pending', 'processor', 'fees', 'transfers')
    AND credit IN ('available', 'pending', 'processor', 'fees', 'transfers')),
  CHECK (num_nonnulls(payment_id, transfer_id) = 1 AND num_nonnulls(payment_id, transaction_id) <> 1)
);

-- Sums (`balance`, `tally`) are spread over slots: each connection of a pool adds to its own, so that commits do not wait
-- for each other. A sum is read over all slots; one slot alone may be below zero. Sums are numeric, for bigints add up to
-- more than a bigint. Slots are updated over and over, so their pages leave half their room to heap-only updates.
CREATE TABLE balance (
  merchant_id text COLLATE "C" NOT NULL,
  currency text COLLATE "C" NOT NULL,
  slot integer NOT NULL,
  available numeric NOT NULL,
  pending numeric NOT NULL,
  processor numeric NOT NULL,
  fees numeric NOT NULL,
  transfers numeric NOT NULL,
  PRIMARY KEY (merchant_id, currency, slot),
  CHECK (available + pending + processor + fees + transfers = 0)
) WITH (fillfactor = 50);

CREATE TABLE spending (
  merchant_id text COLLATE "C" NOT NULL,
  currency text COLLATE "C" NOT NULL,
  spendings integer NOT NULL CHECK (spendings > 0),
  PRIMARY KEY (merchant_id, currency)
) WITH (fillfactor = 50);

CREATE TABLE tally (
  merchant_id text COLLATE "C" NOT NULL,
  day date NOT NULL,
  currency text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  slot integer NOT NULL,
  count bigint NOT NULL,
  amount numeric NOT NULL,
  captured numeric NOT NULL,
  refunded numeric NOT NULL,
  PRIMARY KEY (merchant_id, day, currency, status, slot)
) WITH (fillfactor = 50);
