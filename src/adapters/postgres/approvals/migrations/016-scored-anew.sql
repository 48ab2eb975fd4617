-- As in 015, but a payment that is changed may have lost its review, or be scored anew without rules. Each is then named as null; a process of a
-- version before does not name what it has not, and leaves it as it is.
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
        fraud_reasons = i.fraud_reasons, fraud_rules = CASE WHEN payment -> 'fraud_rules' IS NULL THEN p.fraud_rules ELSE i.fraud_rules END,
        fraud_review = CASE WHEN payment -> 'fraud_review' IS NULL THEN p.fraud_review ELSE i.fraud_review END, changed_by = i.changed_by, edition = i.edition, terms_hash = i.terms_hash,
        approved_by = i.approved_by, approved_at = i.approved_at, rejected_by = i.rejected_by,
        rejected_at = i.rejected_at, rejected_reason = i.rejected_reason, payout_attempt = i.payout_attempt,
        payout_asks = i.payout_asks, payout_due_at = i.payout_due_at, processed_at = i.processed_at,
        processor_reference = i.processor_reference, failed_reason = i.failed_reason, metadata = i.metadata,
        due_date = CASE WHEN payment -> 'due_date' IS NULL THEN p.due_date ELSE i.due_date END,
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
