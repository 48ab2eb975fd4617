-- A person is not one spelling of one claim. Payments keep what their makers are known by, approvals what their givers are,
-- and one identity counts once for a payment and edition. The arrays are null in what processes before this migration write
-- and wrote: there a person is known by the subject, in lower case as `identity.ts` folds it (subjects are ASCII).

ALTER TABLE approvals.payments ADD COLUMN maker_identities text[];

ALTER TABLE approvals.payment_approvals ADD COLUMN identities text[], ADD COLUMN vendor_id uuid;

CREATE FUNCTION approvals.subject_identity(subject text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN 'sub:' || lower(subject COLLATE "C");

-- Written by the trigger below, and by nothing else.
CREATE TABLE approvals.payment_approval_identity (
  payment_id uuid NOT NULL,
  edition integer NOT NULL,
  identity text COLLATE "C" NOT NULL,
  approved_by text NOT NULL,
  CONSTRAINT payment_approval_identity_once PRIMARY KEY (payment_id, edition, identity),
  FOREIGN KEY (payment_id, edition, approved_by)
    REFERENCES approvals.payment_approvals (payment_id, edition, approved_by) ON UPDATE CASCADE ON DELETE CASCADE
);

INSERT INTO approvals.payment_approval_identity (payment_id, edition, identity, approved_by)
SELECT a.payment_id, a.edition, approvals.subject_identity(a.approved_by), a.approved_by
FROM approvals.payment_approvals AS a
ON CONFLICT DO NOTHING;

CREATE FUNCTION approvals.keep_approval_identities() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'UPDATE' THEN
      DELETE FROM approvals.payment_approval_identity AS i
      WHERE i.payment_id = NEW.payment_id AND i.edition = NEW.edition AND i.approved_by = NEW.approved_by;
    END IF;
    INSERT INTO approvals.payment_approval_identity (payment_id, edition, identity, approved_by)
    SELECT DISTINCT NEW.payment_id, NEW.edition, known.identity, NEW.approved_by
    FROM unnest(NEW.identities || approvals.subject_identity(NEW.approved_by)) AS known(identity);
    RETURN NULL;
  END
  $$;

CREATE TRIGGER payment_approvals_identities AFTER INSERT OR UPDATE ON approvals.payment_approvals
  FOR EACH ROW EXECUTE FUNCTION approvals.keep_approval_identities();

-- The payment is locked, so that its makers cannot change between the look and the approval. As `maker-checker.ts` has it:
-- makers are barred, and vendor and payer, each as a vendor's id, a subject or the person claim.
CREATE OR REPLACE FUNCTION approvals.refuse_own_approval() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM FROM approvals.payments AS p WHERE p.payment_id = NEW.payment_id FOR UPDATE;
    PERFORM FROM approvals.payments AS p
    WHERE p.payment_id = NEW.payment_id
      AND (NEW.identities || approvals.subject_identity(NEW.approved_by) || ('vendor:' || NEW.vendor_id)) && (
        p.maker_identities
        || ARRAY(SELECT approvals.subject_identity(m.subject) FROM unnest(p.created_by || p.changed_by) AS m(subject))
        || ARRAY(SELECT k.kind || party.id
          FROM unnest(ARRAY['vendor:', 'sub:', 'person:']) AS k(kind),
            unnest(ARRAY[p.vendor_id, p.payer_id]) AS party(id)
          WHERE party.id IS NOT NULL));
    IF FOUND THEN
      RAISE EXCEPTION 'neither a maker nor a party approves' USING ERRCODE = 'check_violation', SCHEMA = 'approvals',
        TABLE = 'payment_approvals', CONSTRAINT = 'payment_approvals_not_by_maker';
    END IF;
    RETURN NEW;
  END
  $$;

-- As in 002, but that what makers are known by only grows, and that an identity counts once.
CREATE OR REPLACE FUNCTION approvals.commit_change(
  expected integer, payment json, lines json, approval json, entry json, events json, event_key text
) RETURNS text
LANGUAGE plpgsql
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  id CONSTANT uuid := payment ->> 'payment_id';
  change CONSTANT text := payment ->> 'change_id';
  stored record;
  broken text;
BEGIN
  SELECT p.version, p.change_id INTO stored FROM approvals.payments AS p WHERE p.payment_id = id FOR UPDATE;
  IF stored.change_id = change THEN
    RETURN NULL;
  ELSIF coalesce(stored.version, 0) <> expected THEN
    RETURN 'stale';
  END IF;
  PERFORM FROM approvals.payment_line_items AS l WHERE l.payment_id = id ORDER BY l.line_item_id FOR UPDATE;

  BEGIN
    IF event_key IS NOT NULL THEN
      INSERT INTO approvals.event_taken VALUES (event_key, id, (payment ->> 'updated_at')::timestamptz);
    END IF;

    IF expected = 0 THEN
      INSERT INTO approvals.payments SELECT * FROM json_populate_record(NULL::approvals.payments, payment);
    ELSE
      UPDATE approvals.payments AS p SET
        payer_type = i.payer_type, payer_id = i.payer_id, amount_cents = i.amount_cents, currency = i.currency,
        status = i.status, fraud_score = i.fraud_score, fraud_status = i.fraud_status,
        fraud_reasons = i.fraud_reasons, changed_by = i.changed_by, edition = i.edition, terms_hash = i.terms_hash,
        approved_by = i.approved_by, approved_at = i.approved_at, rejected_by = i.rejected_by,
        rejected_at = i.rejected_at, rejected_reason = i.rejected_reason, payout_attempt = i.payout_attempt,
        payout_asks = i.payout_asks, payout_due_at = i.payout_due_at, processed_at = i.processed_at,
        processor_reference = i.processor_reference, failed_reason = i.failed_reason, metadata = i.metadata,
        version = i.version, change_id = i.change_id, audit_hash = i.audit_hash, updated_at = i.updated_at,
        maker_identities = CASE
          WHEN p.maker_identities IS NULL OR p.maker_identities <@ i.maker_identities THEN i.maker_identities
          ELSE i.maker_identities || ARRAY(
            SELECT known FROM unnest(p.maker_identities) AS known
            WHERE i.maker_identities IS NULL OR known <> ALL (i.maker_identities)) END
      FROM json_populate_record(NULL::approvals.payments, payment) AS i
      WHERE p.payment_id = id;
      DELETE FROM approvals.payment_line_items AS l
      WHERE l.payment_id = id AND l.line_item_id NOT IN (
        SELECT i.line_item_id FROM json_populate_recordset(NULL::approvals.payment_line_items, lines) AS i);
    END IF;

    INSERT INTO approvals.payment_line_items AS l
    SELECT * FROM json_populate_recordset(NULL::approvals.payment_line_items, lines)
    ON CONFLICT (payment_id, line_item_id) DO UPDATE SET
      position = excluded.position, description = excluded.description, quantity = excluded.quantity,
      unit_price_cents = excluded.unit_price_cents, total_cents = excluded.total_cents
    WHERE l IS DISTINCT FROM excluded;

    IF approval IS NOT NULL THEN
      INSERT INTO approvals.payment_approvals
      SELECT * FROM json_populate_record(NULL::approvals.payment_approvals, approval);
    END IF;

    INSERT INTO approvals.payment_audit_log
    SELECT * FROM json_populate_record(NULL::approvals.payment_audit_log, entry);

    INSERT INTO approvals.outbox (id, type, payment_id, created_at, data)
    SELECT i.id, i.type, i.payment_id, i.created_at, i.data
    FROM json_populate_recordset(NULL::approvals.outbox, events) AS i;
    RETURN NULL;
  EXCEPTION WHEN unique_violation OR check_violation THEN
    GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
    IF broken NOT IN ('payments_pkey', 'event_taken_once', 'payments_one_live', 'payments_maker_never_approves',
      'payment_approvals_not_by_maker', 'payment_approvals_once', 'payment_approval_identity_once') THEN
      RAISE;
    END IF;
  END;

  SELECT p.version, p.change_id INTO stored FROM approvals.payments AS p WHERE p.payment_id = id;
  IF stored.change_id = change THEN
    RETURN NULL;
  ELSIF coalesce(stored.version, 0) <> expected THEN
    RETURN 'stale';
  END IF;
  RETURN broken;
END
$$;
