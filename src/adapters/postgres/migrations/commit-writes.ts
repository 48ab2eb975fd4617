/** What a call to `commit_changes` writes of the changes that were not closed: payments and what belongs to them. */
export const WRITES = `
  IF new_payments IS NOT NULL THEN
    INSERT INTO payment
    SELECT i.merchant_id, i.id, i.idempotency_key, i.amount, i.currency, i.status, i.payment_method, i.customer_id,
      i.description, i.metadata, i.capture_method, i.authorized_amount, i.captured_amount, i.refunded_amount,
      i.reserved_amount, i.closing, i.failure_code, i.failure_message, i.version, i.audit_hash, i.created_at,
      i.updated_at
    FROM json_to_recordset(new_payments) AS i(
      n integer, merchant_id text, id uuid, idempotency_key text, amount bigint, currency text, status text,
      payment_method text, customer_id uuid, description text, metadata json, capture_method text,
      authorized_amount bigint, captured_amount bigint, refunded_amount bigint, reserved_amount bigint, closing boolean,
      failure_code text, failure_message text, version integer, audit_hash text, created_at timestamptz,
      updated_at timestamptz)
    WHERE i.n <> ALL (closed);
  END IF;

  IF moved_payments IS NOT NULL THEN
    UPDATE payment AS p SET
      status = i.status, authorized_amount = i.authorized_amount, captured_amount = i.captured_amount,
      refunded_amount = i.refunded_amount, reserved_amount = i.reserved_amount, closing = i.closing,
      failure_code = i.failure_code, failure_message = i.failure_message, version = i.version,
      audit_hash = i.audit_hash, updated_at = i.updated_at
    FROM json_to_recordset(moved_payments) AS i(
      n integer, merchant_id text, id uuid, status text, authorized_amount bigint, captured_amount bigint,
      refunded_amount bigint, reserved_amount bigint, closing boolean, failure_code text, failure_message text,
      version integer, audit_hash text, updated_at timestamptz)
    WHERE p.merchant_id = i.merchant_id AND p.id = i.id AND i.n <> ALL (closed);
  END IF;

  IF new_transactions IS NOT NULL THEN
    INSERT INTO transaction
    SELECT i.merchant_id, i.payment_id, i.id, i.type, i.amount, i.currency, i.status, i.processor_id,
      i.response_code, i.response_text, i.fee_amount, i.reason, i.processed_at, i.version, i.audit_hash,
      i.created_at, i.updated_at
    FROM json_to_recordset(new_transactions) AS i(
      n integer, merchant_id text, payment_id uuid, id uuid, type text, amount bigint, currency text, status text,
      processor_id text, response_code text, response_text text, fee_amount bigint, reason text,
      processed_at timestamptz, version integer, audit_hash text, created_at timestamptz, updated_at timestamptz)
    WHERE i.n <> ALL (closed);
  END IF;

  IF moved_transactions IS NOT NULL THEN
    UPDATE transaction AS t SET
      status = i.status, processor_id = i.processor_id, response_code = i.response_code,
      response_text = i.response_text, fee_amount = i.fee_amount, processed_at = i.processed_at, version = i.version,
      audit_hash = i.audit_hash, updated_at = i.updated_at
    FROM json_to_recordset(moved_transactions) AS i(
      n integer, payment_id uuid, id uuid, status text, processor_id text, response_code text, response_text text,
      fee_amount bigint, processed_at timestamptz, version integer, audit_hash text, updated_at timestamptz)
    WHERE t.payment_id = i.payment_id AND t.id = i.id AND i.n <> ALL (closed);
  END IF;

  IF audit IS NOT NULL THEN
    INSERT INTO audit_entry
    SELECT i.entity_id, i.entity_type, i.sequence, i.id, i.merchant_id, i.action, i.actor_id, i.actor_type,
      i.ip_address, i.user_agent, i.before, i.after, i.metadata, i.created_at, i.previous_hash, i.hash
    FROM json_to_recordset(audit) AS i(
      n integer, entity_id text, entity_type text, sequence integer, id uuid, merchant_id text, action text,
      actor_id text, actor_type text, ip_address text, user_agent text, before json, after json, metadata json,
      created_at timestamptz, previous_hash text, hash text)
    WHERE i.n <> ALL (closed);
  END IF;

  IF events IS NOT NULL THEN
    INSERT INTO outbox
    SELECT i.id, i.type, i.merchant_id, i.payment_id, i.created_at, i.data
    FROM json_to_recordset(events) AS i(
      n integer, id uuid, type text, merchant_id text, payment_id uuid, created_at timestamptz, data json)
    WHERE i.n <> ALL (closed);
  END IF;
`;
