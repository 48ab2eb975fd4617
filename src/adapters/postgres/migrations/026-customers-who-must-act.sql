-- A payment whose processor waits for the customer says what the customer has to do, and no other payment says that. A process of the
-- version before neither makes such payments nor moves them: it cannot read their status.

-- Old rows hold both as they are, so none is read again under the lock.
ALTER TABLE payment
  ADD COLUMN next_action text,
  DROP CONSTRAINT payment_status_check,
  ADD CONSTRAINT payment_status_check CHECK (status IN
    ('pending', 'processing', 'requires_action', 'authorized', 'succeeded', 'failed', 'canceled')) NOT VALID,
  ADD CONSTRAINT payment_action CHECK ((status = 'requires_action') = (next_action IS NOT NULL)) NOT VALID;

-- Replaces the function of 024 under the same signature.
CREATE OR REPLACE FUNCTION commit_changes(
  opened_claims json, opened_count integer, moved_claims json, moved_count integer, new_payments json,
  moved_payments json, new_transactions json, moved_transactions json, audit json, events json, tallies json,
  entries json, aggregates json, taken_keys json, released_keys json, spendings json
) RETURNS TABLE (n integer, refusal text, entity_id text)
LANGUAGE plpgsql
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  slot CONSTANT integer := pg_backend_pid() % 32;
  barriers commit_barrier[] := '{}';
  barred integer[] := '{}';
  opened uuid[];
  held integer[];
  bare integer[] := '{}';
  closed integer[] := '{}';
  overtaken boolean := false;
  found record;
BEGIN
  -- Checks. Old rows are locked here; rows that are not there yet cannot be, so writing them checks again. A change without a
  -- claim is known again by its first aggregate (`bare`), or else refused here.

  IF moved_payments IS NOT NULL THEN
    barriers := barriers || ARRAY(
      SELECT (i.n, 'stale', 'pay_' || replace(i.id::text, '-', ''))::commit_barrier
      FROM json_to_recordset(moved_payments) AS i(n integer, expected integer, merchant_id text, id uuid)
      LEFT JOIN LATERAL (
        SELECT p.version FROM payment p WHERE p.merchant_id = i.merchant_id AND p.id = i.id FOR UPDATE
      ) AS stored ON true
      WHERE stored.version IS DISTINCT FROM i.expected);
  END IF;

  IF moved_transactions IS NOT NULL THEN
    barriers := barriers || ARRAY(
      SELECT (i.n, 'stale', 'txn_' || replace(i.id::text, '-', ''))::commit_barrier
      FROM json_to_recordset(moved_transactions) AS i(n integer, expected integer, payment_id uuid, id uuid)
      LEFT JOIN LATERAL (
        SELECT t.version FROM transaction t WHERE t.payment_id = i.payment_id AND t.id = i.id FOR UPDATE
      ) AS stored ON true
      WHERE stored.version IS DISTINCT FROM i.expected);
  END IF;

  IF aggregates IS NOT NULL THEN
    FOR found IN
      SELECT i.n, i.id, i.bare, stored.version IS DISTINCT FROM nullif(i.expected, 0) AS stale,
        i.bare AND stored.change_id IS NOT DISTINCT FROM i.change_id AS repeated
      FROM json_to_recordset(aggregates) AS i(
        n integer, expected integer, merchant_id text, owner text, kind text, id text, change_id uuid, bare boolean)
      LEFT JOIN LATERAL (
        SELECT a.version, a.change_id FROM aggregate a
        WHERE a.owner = i.owner AND a.kind = i.kind AND a.id = i.id FOR UPDATE
      ) AS stored ON true
      WHERE i.owner = i.merchant_id
    LOOP
      IF found.bare THEN
        bare := bare || found.n;
      END IF;
      IF found.repeated THEN
        closed := closed || found.n;
      ELSIF found.stale THEN
        barriers := barriers || (found.n, 'stale', found.id)::commit_barrier;
      END IF;
    END LOOP;
  END IF;

  IF spendings IS NOT NULL THEN
    barriers := barriers || ARRAY(
      SELECT (i.n, 'stale', i.currency)::commit_barrier
      FROM json_to_recordset(spendings) AS i(n integer, expected integer, merchant_id text, currency text)
      LEFT JOIN LATERAL (
        SELECT s.spendings FROM spending s
        WHERE s.merchant_id = i.merchant_id AND s.currency = i.currency FOR UPDATE
      ) AS stored ON true
      WHERE stored.spendings IS DISTINCT FROM nullif(i.expected, 0));
  END IF;

  IF taken_keys IS NOT NULL OR released_keys IS NOT NULL THEN
    barriers := barriers || ARRAY(
      SELECT (i.n, 'key', i.key)::commit_barrier
      FROM (
        SELECT * FROM json_to_recordset(taken_keys) AS t(n integer, merchant_id text, kind text, key text, id text)
        UNION ALL
        SELECT * FROM json_to_recordset(released_keys) AS r(n integer, merchant_id text, kind text, key text, id text)
      ) AS i
      JOIN unique_key u ON u.merchant_id = i.merchant_id AND u.kind = i.kind AND u.key = i.key
      WHERE u.id <> i.id);
  END IF;

  IF cardinality(barriers) > 0 THEN
    barred := ARRAY(SELECT b.n FROM unnest(barriers) AS b);
    FOR found IN
      SELECT DISTINCT b.n FROM unnest(bare) AS b(n) WHERE b.n = ANY (barred) AND b.n <> ALL (closed)
    LOOP
      closed := closed || found.n;
      RETURN QUERY SELECT * FROM commit_refusal(barriers, found.n);
    END LOOP;
  END IF;

  -- Claims: new ones, then lapsed ones, then held ones. A change that does not get its claim is refused here, and so is one
  -- that was barred; a change that is known again by its claim is closed, and not returned.

  IF opened_claims IS NOT NULL THEN
    WITH written AS (
      INSERT INTO claim AS c
      SELECT i.merchant_id, i.operation, i.key, i.fingerprint, i.payment_id, i.transaction_id,
        i.transfer_id, i.request_id, i.fence, i.change_id, i.created_at, i.state, i.due_at, i.attempts, i.answer,
        i.answer_expires_at, decode(i.seal, 'hex')
      FROM json_to_recordset(opened_claims) AS i(
        n integer, merchant_id text, operation text, key text, fingerprint text, payment_id uuid, transaction_id uuid,
        transfer_id uuid, request_id text, fence integer, change_id uuid, created_at timestamptz, state text,
        due_at timestamptz, attempts integer, answer text, answer_expires_at timestamptz, seal text)
      WHERE i.n <> ALL (barred)
      ON CONFLICT (merchant_id, operation, key) DO NOTHING
      RETURNING c.change_id
    )
    SELECT coalesce(array_agg(change_id), '{}') FROM written INTO opened;

    IF cardinality(opened) < opened_count THEN
      WITH written AS (
        UPDATE claim AS c SET
          fingerprint = i.fingerprint, payment_id = i.payment_id, transaction_id = i.transaction_id,
          transfer_id = i.transfer_id, request_id = i.request_id, fence = i.fence, change_id = i.change_id,
          created_at = i.created_at, state = i.state, due_at = i.due_at, attempts = i.attempts, answer = i.answer,
          answer_expires_at = i.answer_expires_at, seal = decode(i.seal, 'hex')
        FROM json_to_recordset(opened_claims) AS i(
          n integer, merchant_id text, operation text, key text, fingerprint text, payment_id uuid, transaction_id uuid,
          transfer_id uuid, request_id text, fence integer, change_id uuid, created_at timestamptz, state text,
          due_at timestamptz, attempts integer, answer text, answer_expires_at timestamptz, seal text, at timestamptz)
        WHERE c.merchant_id = i.merchant_id AND c.operation = i.operation AND c.key = i.key
          AND i.n <> ALL (barred) AND i.change_id <> ALL (opened)
          AND has_lapsed(c, i.at)
          AND c.change_id <> i.change_id
        RETURNING c.change_id
      )
      SELECT opened || coalesce(array_agg(change_id), '{}') FROM written INTO opened;
    END IF;

    IF cardinality(opened) < opened_count THEN
      FOR found IN
        SELECT i.n, c.change_id = i.change_id AS repeated, c.change_id IS NOT NULL AS taken
        FROM json_to_recordset(opened_claims) AS i(
          n integer, merchant_id text, operation text, key text, change_id uuid, at timestamptz)
        LEFT JOIN LATERAL (
          SELECT c.change_id FROM claim c
          WHERE c.merchant_id = i.merchant_id AND c.operation = i.operation AND c.key = i.key
            AND NOT has_lapsed(c, i.at)
        ) AS c ON true
        WHERE i.change_id <> ALL (opened)
      LOOP
        closed := closed || found.n;
        IF NOT coalesce(found.repeated, false) THEN
          RETURN QUERY SELECT * FROM commit_refusal(barriers, found.n, CASE WHEN found.taken THEN 'taken' END);
        END IF;
      END LOOP;
    END IF;
  END IF;

  IF moved_claims IS NOT NULL THEN
    WITH written AS (
      UPDATE claim AS c SET
        fence = i.fence, change_id = i.change_id, state = i.state, due_at = i.due_at, attempts = i.attempts,
        answer = i.answer, answer_expires_at = i.answer_expires_at, seal = decode(i.seal, 'hex')
      FROM json_to_recordset(moved_claims) AS i(
        n integer, expected integer, merchant_id text, operation text, key text, fence integer, change_id uuid,
        state text, due_at timestamptz, attempts integer, answer text, answer_expires_at timestamptz, seal text,
        at timestamptz)
      WHERE c.merchant_id = i.merchant_id AND c.operation = i.operation AND c.key = i.key
        AND c.fence = i.expected AND c.change_id <> i.change_id AND i.n <> ALL (barred)
        AND NOT has_lapsed(c, i.at)
      RETURNING i.n
    )
    SELECT coalesce(array_agg(n), '{}') FROM written INTO held;

    IF cardinality(held) < moved_count THEN
      FOR found IN
        SELECT i.n, c.change_id = i.change_id AS repeated, c.fence = i.expected AS held
        FROM json_to_recordset(moved_claims) AS i(
          n integer, expected integer, merchant_id text, operation text, key text, change_id uuid, at timestamptz)
        LEFT JOIN LATERAL (
          SELECT c.change_id, c.fence FROM claim c
          WHERE c.merchant_id = i.merchant_id AND c.operation = i.operation AND c.key = i.key
            AND NOT has_lapsed(c, i.at)
        ) AS c ON true
        WHERE i.n <> ALL (held)
      LOOP
        closed := closed || found.n;
        IF NOT coalesce(found.repeated, false) THEN
          RETURN QUERY SELECT * FROM
            commit_refusal(barriers, found.n, CASE WHEN coalesce(found.held, false) THEN NULL ELSE 'fence' END);
        END IF;
      END LOOP;
    END IF;
  END IF;

  -- Writes of the changes that were not closed: aggregates, their unique keys and what was spent of balances. A row that
  -- another call made since it was looked for fails the call as a whole, to be tried again: then it is there to be looked at.

  IF aggregates IS NOT NULL THEN
    WITH due AS MATERIALIZED (
      SELECT i.* FROM json_to_recordset(aggregates) AS i(
        n integer, expected integer, owner text, kind text, id text, change_id uuid, version integer, audit_hash text,
        record json, seal text)
      WHERE i.n <> ALL (closed)
    ), written AS (
      INSERT INTO aggregate AS a
      SELECT owner, kind, id, change_id, version, audit_hash, record, decode(seal, 'hex') FROM due
      ON CONFLICT (owner, kind, id) DO UPDATE SET
        change_id = excluded.change_id, version = excluded.version, audit_hash = excluded.audit_hash,
        record = excluded.record, seal = excluded.seal
      WHERE a.version = (SELECT d.expected FROM due d WHERE d.owner = a.owner AND d.kind = a.kind AND d.id = a.id)
      RETURNING 1
    )
    SELECT overtaken OR (SELECT count(*) FROM written) < (SELECT count(*) FROM due) INTO overtaken;
  END IF;

  IF released_keys IS NOT NULL THEN
    DELETE FROM unique_key AS u
    USING json_to_recordset(released_keys) AS i(n integer, merchant_id text, kind text, key text, id text)
    WHERE u.merchant_id = i.merchant_id AND u.kind = i.kind AND u.key = i.key AND u.id = i.id AND i.n <> ALL (closed);
  END IF;

  IF taken_keys IS NOT NULL THEN
    WITH due AS MATERIALIZED (
      SELECT i.* FROM json_to_recordset(taken_keys) AS i(n integer, merchant_id text, kind text, key text, id text)
      WHERE i.n <> ALL (closed)
    ), written AS (
      INSERT INTO unique_key AS u SELECT merchant_id, kind, key, id FROM due
      ON CONFLICT (merchant_id, kind, key) DO UPDATE SET id = excluded.id WHERE u.id = excluded.id
      RETURNING 1
    )
    SELECT overtaken OR (SELECT count(*) FROM written) < (SELECT count(*) FROM due) INTO overtaken;
  END IF;

  IF spendings IS NOT NULL THEN
    WITH due AS MATERIALIZED (
      SELECT i.* FROM json_to_recordset(spendings) AS i(n integer, expected integer, merchant_id text, currency text)
      WHERE i.n <> ALL (closed)
    ), written AS (
      INSERT INTO spending AS s SELECT merchant_id, currency, expected + 1 FROM due
      ON CONFLICT (merchant_id, currency) DO UPDATE SET spendings = excluded.spendings
      WHERE s.spendings = excluded.spendings - 1
      RETURNING 1
    )
    SELECT overtaken OR (SELECT count(*) FROM written) < (SELECT count(*) FROM due) INTO overtaken;
  END IF;

  IF overtaken THEN
    RAISE EXCEPTION 'an aggregate, a unique key or a balance was written meanwhile' USING ERRCODE = 'serialization_failure';
  END IF;

  -- Writes: payments and what belongs to them.

  IF new_payments IS NOT NULL THEN
    INSERT INTO payment
    SELECT i.merchant_id, i.id, i.idempotency_key, i.amount, i.currency, i.status, i.payment_method, i.customer_id,
      i.description, i.metadata, i.capture_method, i.authorized_amount, i.captured_amount, i.refunded_amount,
      i.reserved_amount, i.closing, i.failure_code, i.failure_message, i.version, i.audit_hash, i.created_at,
      i.updated_at, coalesce(i.reserved_refund_amount, 0), i.processor_id, i.authorized_until, i.processor,
      i.processor_account, i.attention_since, i.attention, i.next_action
    FROM json_to_recordset(new_payments) AS i(
      n integer, merchant_id text, id uuid, idempotency_key text, amount bigint, currency text, status text,
      payment_method text, customer_id uuid, description text, metadata json, capture_method text,
      authorized_amount bigint, captured_amount bigint, refunded_amount bigint, reserved_amount bigint,
      reserved_refund_amount bigint, closing boolean, failure_code text, failure_message text, processor text, processor_account text,
      processor_id text,
      authorized_until timestamptz, attention_since timestamptz, attention text, next_action text,
      version integer, audit_hash text, created_at timestamptz, updated_at timestamptz)
    WHERE i.n <> ALL (closed);
  END IF;

  IF moved_payments IS NOT NULL THEN
    UPDATE payment AS p SET
      status = i.status, authorized_amount = i.authorized_amount, captured_amount = i.captured_amount,
      refunded_amount = i.refunded_amount, reserved_amount = i.reserved_amount,
      reserved_refund_amount = coalesce(i.reserved_refund_amount, 0), closing = i.closing,
      failure_code = i.failure_code, failure_message = i.failure_message, processor = i.processor,
      processor_account = i.processor_account, processor_id = i.processor_id,
      authorized_until = i.authorized_until, attention_since = i.attention_since, attention = i.attention,
      next_action = i.next_action,
      version = i.version, audit_hash = i.audit_hash, updated_at = i.updated_at
    FROM json_to_recordset(moved_payments) AS i(
      n integer, merchant_id text, id uuid, status text, authorized_amount bigint, captured_amount bigint,
      refunded_amount bigint, reserved_amount bigint, reserved_refund_amount bigint, closing boolean,
      failure_code text, failure_message text, processor text, processor_account text,
      processor_id text, authorized_until timestamptz, attention_since timestamptz, attention text, next_action text, version integer, audit_hash text,
      updated_at timestamptz)
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
    INSERT INTO outbox (id, type, merchant_id, payment_id, created_at, data, seal)
    SELECT i.id, i.type, i.merchant_id, i.payment_id, i.created_at, i.data, decode(i.seal, 'hex')
    FROM json_to_recordset(events) AS i(
      n integer, id uuid, type text, merchant_id text, payment_id uuid, created_at timestamptz, data json,
      seal text)
    WHERE i.n <> ALL (closed);
  END IF;

  -- Sums: ledger entries, and the summaries. Rows come by ascending key.

  IF entries IS NOT NULL THEN
    WITH written AS (
      INSERT INTO ledger_entry AS e (merchant_id, id, type, debit, credit, amount, currency, payment_id, transaction_id,
        transfer_id, statement_line_id, exception_id, created_at, seal)
      SELECT i.merchant_id, i.id, i.type, i.debit, i.credit, i.amount, i.currency, i.payment_id, i.transaction_id,
        i.transfer_id, i.statement_line_id, i.exception_id, i.created_at, decode(i.seal, 'hex')
      FROM json_to_recordset(entries) AS i(
        n integer, merchant_id text, id uuid, type text, debit text, credit text, amount bigint, currency text,
        payment_id uuid, transaction_id uuid, transfer_id uuid, statement_line_id uuid, exception_id uuid,
        created_at timestamptz, seal text)
      WHERE i.n <> ALL (closed)
      RETURNING e.merchant_id, e.currency, e.debit, e.credit, e.amount
    ), posted AS (
      SELECT merchant_id, currency, credit AS account, amount FROM written
      UNION ALL SELECT merchant_id, currency, debit, -amount FROM written
    )
    INSERT INTO balance AS b (merchant_id, currency, slot, available, pending, processor, fees, transfers, bank, differences)
    SELECT merchant_id, currency, slot,
      coalesce(sum(amount) FILTER (WHERE account = 'available'), 0),
      coalesce(sum(amount) FILTER (WHERE account = 'pending'), 0),
      coalesce(sum(amount) FILTER (WHERE account = 'processor'), 0),
      coalesce(sum(amount) FILTER (WHERE account = 'fees'), 0),
      coalesce(sum(amount) FILTER (WHERE account = 'transfers'), 0),
      coalesce(sum(amount) FILTER (WHERE account = 'bank'), 0),
      coalesce(sum(amount) FILTER (WHERE account = 'differences'), 0)
    FROM posted GROUP BY merchant_id, currency ORDER BY merchant_id, currency
    ON CONFLICT (merchant_id, currency, slot) DO UPDATE SET
      available = b.available + excluded.available, pending = b.pending + excluded.pending,
      processor = b.processor + excluded.processor, fees = b.fees + excluded.fees,
      transfers = b.transfers + excluded.transfers, bank = b.bank + excluded.bank,
      differences = b.differences + excluded.differences;
  END IF;

  IF tallies IS NOT NULL THEN
    INSERT INTO tally AS t
    SELECT i.merchant_id, i.day, i.currency, i.status, slot, sum(i.count), sum(i.amount), sum(i.captured),
      sum(i.refunded)
    FROM json_to_recordset(tallies) AS i(
      n integer, merchant_id text, day date, currency text, status text, count integer, amount bigint, captured bigint,
      refunded bigint)
    WHERE i.n <> ALL (closed)
    GROUP BY i.merchant_id, i.day, i.currency, i.status ORDER BY i.merchant_id, i.day, i.currency, i.status
    ON CONFLICT (merchant_id, day, currency, status, slot) DO UPDATE SET
      count = t.count + excluded.count, amount = t.amount + excluded.amount,
      captured = t.captured + excluded.captured, refunded = t.refunded + excluded.refunded;
  END IF;

END
$$;
