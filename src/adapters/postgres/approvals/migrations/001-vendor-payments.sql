-- Constraints that refuse a commit have names, by which `approval-commits.ts` knows them. Lines and approvals belong to
-- their payment and are deleted with it; the log refers to no table, so that it outlives the rows it is about. A UUIDv7's
-- order is that of its time, so every list is a range of an index.
--
-- `fraud_score` is refused rather than rounded: a score never gains what it lacks to a threshold.

CREATE TABLE approvals.payments (
  payment_id uuid CONSTRAINT payments_pkey PRIMARY KEY,
  incident_id uuid NOT NULL,
  vendor_id uuid NOT NULL,
  payer_type text NOT NULL CHECK (payer_type IN ('back_office', 'driver_ic')),
  payer_id uuid,
  amount_cents bigint NOT NULL CHECK (amount_cents BETWEEN 1 AND 9007199254740991),
  currency text NOT NULL CHECK (currency = 'USD'),
  status text NOT NULL
    CHECK (status IN ('pending_approval', 'approved', 'processing', 'completed', 'failed', 'cancelled')),
  fraud_score numeric CHECK (fraud_score BETWEEN 0 AND 1 AND fraud_score = trunc(fraud_score, 3)),
  fraud_status text NOT NULL CHECK (fraud_status IN ('low_risk', 'medium_risk', 'high_risk', 'flagged')),
  fraud_reasons json NOT NULL,
  created_by text NOT NULL,
  changed_by text[] NOT NULL,
  edition integer NOT NULL CHECK (edition >= 1),
  terms_hash text NOT NULL,
  approved_by text,
  approved_at timestamptz,
  rejected_by text,
  rejected_at timestamptz,
  rejected_reason text,
  payout_attempt integer CHECK (payout_attempt >= 1),
  payout_asks integer CHECK (payout_asks >= 0),
  payout_due_at timestamptz,
  processed_at timestamptz,
  processor_reference text,
  failed_reason text,
  metadata json NOT NULL,
  version integer NOT NULL CHECK (version >= 1),
  change_id text NOT NULL,
  audit_hash text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT payments_maker_never_approves
    CHECK (approved_by <> created_by AND approved_by <> ALL (changed_by)),
  CONSTRAINT payments_decided CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
  CONSTRAINT payments_whole CHECK (CASE status
    WHEN 'pending_approval' THEN approved_by IS NULL
    WHEN 'cancelled' THEN
      rejected_by IS NOT NULL AND rejected_at IS NOT NULL AND rejected_reason IS NOT NULL
    ELSE approved_by IS NOT NULL END),
  CONSTRAINT payments_paying CHECK (CASE status
    WHEN 'processing' THEN payout_attempt IS NOT NULL AND payout_asks IS NOT NULL AND payout_due_at IS NOT NULL
    WHEN 'completed' THEN
      payout_attempt IS NOT NULL AND processed_at IS NOT NULL AND processor_reference IS NOT NULL
    WHEN 'failed' THEN
      payout_attempt IS NOT NULL AND processed_at IS NOT NULL AND processor_reference IS NOT NULL
      AND failed_reason IS NOT NULL
    ELSE payout_attempt IS NULL END)
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX payments_one_live ON approvals.payments (incident_id, vendor_id)
  WHERE status <> 'cancelled';

CREATE INDEX payments_status ON approvals.payments (status, payment_id);

CREATE INDEX payments_incident ON approvals.payments (incident_id, payment_id);

CREATE INDEX payments_vendor ON approvals.payments (vendor_id, payment_id);

CREATE INDEX payments_created ON approvals.payments (created_at);

CREATE INDEX payments_payer ON approvals.payments (payer_type, payer_id);

CREATE INDEX payments_fraud ON approvals.payments (fraud_status, payment_id);

CREATE INDEX payments_due ON approvals.payments (payout_due_at) WHERE status = 'processing';

CREATE TABLE approvals.payment_line_items (
  payment_id uuid NOT NULL REFERENCES approvals.payments ON DELETE CASCADE,
  line_item_id uuid NOT NULL,
  position integer NOT NULL CHECK (position >= 1),
  description text NOT NULL CHECK (length(description) BETWEEN 1 AND 255),
  quantity bigint NOT NULL CHECK (quantity >= 1),
  unit_price_cents bigint NOT NULL CHECK (unit_price_cents >= 0),
  total_cents bigint NOT NULL,
  PRIMARY KEY (payment_id, line_item_id),
  CONSTRAINT payment_line_items_total CHECK (total_cents = quantity::numeric * unit_price_cents)
);

CREATE TABLE approvals.payment_approvals (
  payment_id uuid NOT NULL REFERENCES approvals.payments ON DELETE CASCADE,
  edition integer NOT NULL,
  approved_by text NOT NULL,
  roles text[] NOT NULL,
  notes text,
  terms_hash text NOT NULL,
  approved_at timestamptz NOT NULL,
  payment_version integer NOT NULL,
  CONSTRAINT payment_approvals_once PRIMARY KEY (payment_id, edition, approved_by)
);

CREATE TABLE approvals.payment_audit_log (
  payment_id uuid NOT NULL,
  sequence integer NOT NULL CHECK (sequence >= 1),
  id uuid NOT NULL,
  action text NOT NULL,
  actor_id text NOT NULL,
  actor_type text NOT NULL CHECK (actor_type IN ('user', 'system', 'admin')),
  actor_roles text[] NOT NULL,
  ip_address text,
  user_agent text,
  request_id text NOT NULL,
  before json,
  after json NOT NULL,
  created_at timestamptz NOT NULL,
  previous_hash text NOT NULL,
  hash text NOT NULL,
  PRIMARY KEY (payment_id, sequence)
);

CREATE INDEX payment_audit_log_created ON approvals.payment_audit_log (created_at);

CREATE TABLE approvals.event_taken (
  event_key text COLLATE "C" CONSTRAINT event_taken_once PRIMARY KEY,
  payment_id uuid NOT NULL,
  taken_at timestamptz NOT NULL
);

-- A change of state writes its own time, for its audit link is hashed with it; any other update is timed by the server.
CREATE FUNCTION approvals.touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.updated_at := date_trunc('milliseconds', clock_timestamp());
    RETURN NEW;
  END
  $$;

CREATE TRIGGER payments_updated_at BEFORE UPDATE ON approvals.payments
  FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION approvals.touch_updated_at();

-- The payment is locked, so that its makers cannot change between the look and the approval.
CREATE FUNCTION approvals.refuse_own_approval() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM FROM approvals.payments AS p WHERE p.payment_id = NEW.payment_id FOR UPDATE;
    PERFORM FROM approvals.payments AS p
      WHERE p.payment_id = NEW.payment_id AND (p.created_by = NEW.approved_by OR NEW.approved_by = ANY (p.changed_by));
    IF FOUND THEN
      RAISE EXCEPTION 'a maker never approves' USING ERRCODE = 'check_violation', SCHEMA = 'approvals',
        TABLE = 'payment_approvals', CONSTRAINT = 'payment_approvals_not_by_maker';
    END IF;
    RETURN NEW;
  END
  $$;

CREATE TRIGGER payment_approvals_not_by_maker BEFORE INSERT OR UPDATE ON approvals.payment_approvals
  FOR EACH ROW EXECUTE FUNCTION approvals.refuse_own_approval();

-- Each count is a query of its own: joined, lines would multiply log entries.
CREATE VIEW approvals.pending_approvals AS
  SELECT p.payment_id, p.incident_id, p.vendor_id, p.payer_type, p.payer_id, p.amount_cents, p.currency,
    p.fraud_score, p.fraud_status, p.created_by, p.created_at, p.updated_at,
    (SELECT count(*) FROM approvals.payment_line_items AS l WHERE l.payment_id = p.payment_id) AS line_item_count,
    (SELECT count(*) FROM approvals.payment_approvals AS a
      WHERE a.payment_id = p.payment_id AND a.edition = p.edition) AS approval_count
  FROM approvals.payments AS p
  WHERE p.status = 'pending_approval'
  ORDER BY p.payment_id;

CREATE VIEW approvals.payment_summary AS
  SELECT p.payment_id, p.incident_id, p.vendor_id, p.payer_type, p.payer_id, p.amount_cents, p.currency, p.status,
    p.fraud_score, p.fraud_status, p.approved_by, p.approved_at, p.processed_at, p.version, p.created_at,
    p.updated_at,
    (SELECT count(*) FROM approvals.payment_line_items AS l WHERE l.payment_id = p.payment_id) AS line_item_count,
    (SELECT count(*) FROM approvals.payment_approvals AS a
      WHERE a.payment_id = p.payment_id AND a.edition = p.edition) AS approval_count,
    (SELECT count(*) FROM approvals.payment_audit_log AS e WHERE e.payment_id = p.payment_id) AS audit_log_count
  FROM approvals.payments AS p;
