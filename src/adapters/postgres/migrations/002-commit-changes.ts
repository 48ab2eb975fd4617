import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Many changes in one round trip, each all or nothing. `n` numbers a change within the call. Returned are only the
 * changes that were refused, by whom: `taken` or `fence` (the claim), `stale` (the entity in `entity_id`).
 *
 * Locks are taken in one order everywhere (payments, transactions, new claims, lapsed ones, held ones; each list comes
 * sorted by key), so two calls never wait for each other in a circle. A key that is taken is not locked at all. A row lock re-reads the newest version (READ COMMITTED), which makes the check
 * and the write that follows one step. What is new needs no check: its primary key refuses it. The plan settings are
 * for this function only: its inputs are short lists, every lookup is by primary key, and a plan made while the tables
 * were empty must not outlive that.
 */
const COMMIT_CHANGES = sql`
CREATE FUNCTION commit_changes(
  opened_claims json, opened_count integer, moved_claims json, moved_count integer, new_payments json,
  moved_payments json, new_transactions json, moved_transactions json, audit json, events json
) RETURNS TABLE (n integer, refusal text, entity_id uuid)
LANGUAGE plpgsql
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  stale integer[] := '{}';
  stale_ids uuid[] := '{}';
  opened uuid[];
  held integer[];
  closed integer[] := '{}';
  found record;
BEGIN
  IF moved_payments IS NOT NULL THEN
    FOR found IN
      SELECT i.n, i.id
      FROM json_to_recordset(moved_payments) AS i(n integer, expected integer, merchant_id text, id uuid)
      LEFT JOIN LATERAL (
        SELECT p.version FROM payment p WHERE p.merchant_id = i.merchant_id AND p.id = i.id FOR UPDATE
      ) AS stored ON true
      WHERE stored.version IS DISTINCT FROM i.expected
    LOOP
      stale := stale || found.n;
      stale_ids := stale_ids || found.id;
    END LOOP;
  END IF;

  IF moved_transactions IS NOT NULL THEN
    FOR found IN
      SELECT i.n, i.id
      FROM json_to_recordset(moved_transactions) AS i(n integer, expected integer, payment_id uuid, id uuid)
      LEFT JOIN LATERAL (
        SELECT t.version FROM transaction t WHERE t.payment_id = i.payment_id AND t.id = i.id FOR UPDATE
      ) AS stored ON true
      WHERE stored.version IS DISTINCT FROM i.expected
    LOOP
      stale := stale || found.n;
      stale_ids := stale_ids || found.id;
    END LOOP;
  END IF;

  IF opened_claims IS NOT NULL THEN
    WITH written AS (
      INSERT INTO claim AS c
      SELECT i.merchant_id, i.operation, i.key, i.fingerprint, i.payment_id, i.request_id, i.fence, i.change_id,
        i.created_at, i.state, i.due_at, i.attempts, i.answer, i.answer_expires_at
      FROM json_to_recordset(opened_claims) AS i(
        n integer, merchant_id text, operation text, key text, fingerprint text, payment_id uuid, request_id text,
        fence integer, change_id uuid, created_at timestamptz, state text, due_at timestamptz, attempts integer,
        answer text, answer_expires_at timestamptz)
      WHERE i.n <> ALL (stale)
      ON CONFLICT (merchant_id, operation, key) DO NOTHING
      RETURNING c.change_id
    )
    SELECT coalesce(array_agg(change_id), '{}') FROM written INTO opened;

    IF cardinality(opened) < opened_count THEN
      WITH written AS (
        UPDATE claim AS c SET
          fingerprint = i.fingerprint, payment_id = i.payment_id, request_id = i.request_id, fence = i.fence,
          change_id = i.change_id, created_at = i.created_at, state = i.state, due_at = i.due_at,
          attempts = i.attempts, answer = i.answer, answer_expires_at = i.answer_expires_at
        FROM json_to_recordset(opened_claims) AS i(
          n integer, merchant_id text, operation text, key text, fingerprint text, payment_id uuid, request_id text,
          fence integer, change_id uuid, created_at timestamptz, state text, due_at timestamptz, attempts integer,
          answer text, answer_expires_at timestamptz, at timestamptz)
        WHERE c.merchant_id = i.merchant_id AND c.operation = i.operation AND c.key = i.key
          AND i.n <> ALL (stale) AND i.change_id <> ALL (opened)
          AND c.state = 'completed' AND c.payment_id IS NULL AND c.answer_expires_at <= i.at
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
            AND NOT (c.state = 'completed' AND c.payment_id IS NULL AND c.answer_expires_at <= i.at)
        ) AS c ON true
        WHERE i.change_id <> ALL (opened)
      LOOP
        closed := closed || found.n;
        IF NOT coalesce(found.repeated, false) THEN
          n := found.n;
          refusal := CASE WHEN found.taken THEN 'taken' ELSE 'stale' END;
          entity_id := stale_ids[array_position(stale, found.n)];
          RETURN NEXT;
        END IF;
      END LOOP;
    END IF;
  END IF;

  IF moved_claims IS NOT NULL THEN
    WITH written AS (
      UPDATE claim AS c SET
        fence = i.fence, change_id = i.change_id, state = i.state, due_at = i.due_at, attempts = i.attempts,
        answer = i.answer, answer_expires_at = i.answer_expires_at
      FROM json_to_recordset(moved_claims) AS i(
        n integer, expected integer, merchant_id text, operation text, key text, fence integer, change_id uuid,
        state text, due_at timestamptz, attempts integer, answer text, answer_expires_at timestamptz, at timestamptz)
      WHERE c.merchant_id = i.merchant_id AND c.operation = i.operation AND c.key = i.key
        AND c.fence = i.expected AND c.change_id <> i.change_id AND i.n <> ALL (stale)
        AND NOT (c.state = 'completed' AND c.payment_id IS NULL AND c.answer_expires_at <= i.at)
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
            AND NOT (c.state = 'completed' AND c.payment_id IS NULL AND c.answer_expires_at <= i.at)
        ) AS c ON true
        WHERE i.n <> ALL (held)
      LOOP
        closed := closed || found.n;
        IF NOT coalesce(found.repeated, false) THEN
          n := found.n;
          refusal := CASE WHEN coalesce(found.held, false) THEN 'stale' ELSE 'fence' END;
          entity_id := stale_ids[array_position(stale, found.n)];
          RETURN NEXT;
        END IF;
      END LOOP;
    END IF;
  END IF;

  IF new_payments IS NOT NULL THEN
    INSERT INTO payment
    SELECT i.merchant_id, i.id, i.idempotency_key, i.amount, i.currency, i.status, i.payment_method, i.customer_id,
      i.description, i.metadata, i.capture_method, i.authorized_amount, i.captured_amount, i.refunded_amount,
      i.failure_code, i.failure_message, i.version, i.audit_hash, i.created_at, i.updated_at
    FROM json_to_recordset(new_payments) AS i(
      n integer, merchant_id text, id uuid, idempotency_key text, amount bigint, currency text, status text,
      payment_method text, customer_id uuid, description text, metadata json, capture_method text,
      authorized_amount bigint, captured_amount bigint, refunded_amount bigint, failure_code text,
      failure_message text, version integer, audit_hash text, created_at timestamptz, updated_at timestamptz)
    WHERE i.n <> ALL (closed);
  END IF;

  IF moved_payments IS NOT NULL THEN
    UPDATE payment AS p SET
      status = i.status, authorized_amount = i.authorized_amount, captured_amount = i.captured_amount,
      refunded_amount = i.refunded_amount, failure_code = i.failure_code, failure_message = i.failure_message,
      version = i.version, audit_hash = i.audit_hash, updated_at = i.updated_at
    FROM json_to_recordset(moved_payments) AS i(
      n integer, merchant_id text, id uuid, status text, authorized_amount bigint, captured_amount bigint,
      refunded_amount bigint, failure_code text, failure_message text, version integer, audit_hash text,
      updated_at timestamptz)
    WHERE p.merchant_id = i.merchant_id AND p.id = i.id AND i.n <> ALL (closed);
  END IF;

  IF new_transactions IS NOT NULL THEN
    INSERT INTO transaction
    SELECT i.merchant_id, i.payment_id, i.id, i.type, i.amount, i.currency, i.status, i.processor_id,
      i.response_code, i.response_text, i.reason, i.processed_at, i.version, i.audit_hash, i.created_at, i.updated_at
    FROM json_to_recordset(new_transactions) AS i(
      n integer, merchant_id text, payment_id uuid, id uuid, type text, amount bigint, currency text, status text,
      processor_id text, response_code text, response_text text, reason text, processed_at timestamptz,
      version integer, audit_hash text, created_at timestamptz, updated_at timestamptz)
    WHERE i.n <> ALL (closed);
  END IF;

  IF moved_transactions IS NOT NULL THEN
    UPDATE transaction AS t SET
      status = i.status, processor_id = i.processor_id, response_code = i.response_code,
      response_text = i.response_text, processed_at = i.processed_at, version = i.version,
      audit_hash = i.audit_hash, updated_at = i.updated_at
    FROM json_to_recordset(moved_transactions) AS i(
      n integer, payment_id uuid, id uuid, status text, processor_id text, response_code text, response_text text,
      processed_at timestamptz, version integer, audit_hash text, updated_at timestamptz)
    WHERE t.payment_id = i.payment_id AND t.id = i.id AND i.n <> ALL (closed);
  END IF;

  IF audit IS NOT NULL THEN
    INSERT INTO audit_entry
    SELECT i.entity_id, i.sequence, i.id, i.entity_type, i.merchant_id, i.action, i.actor_id, i.actor_type,
      i.ip_address, i.user_agent, i.before, i.after, i.metadata, i.created_at, i.previous_hash, i.hash
    FROM json_to_recordset(audit) AS i(
      n integer, entity_id uuid, sequence integer, id uuid, entity_type text, merchant_id text, action text,
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
END
$$`;

export const commitChanges: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await COMMIT_CHANGES.execute(db);
  },
};
