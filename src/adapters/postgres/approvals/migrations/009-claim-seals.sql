-- Seals of claims, as in 012 of the platform: a hash over all that a claim holds but until when, compared by `paywright verify`.
-- `sealed_since` says from when on no claim is without: always of a new database, and a day from now of one that an older version
-- may still write to meanwhile.

ALTER TABLE approvals.request_claim ADD COLUMN seal text;

DO $do$
BEGIN
  EXECUTE format(
    'CREATE FUNCTION approvals.sealed_since() RETURNS timestamptz LANGUAGE sql STABLE AS $f$ SELECT %L::timestamptz $f$',
    CASE WHEN EXISTS (SELECT FROM approvals.payments) THEN now() + interval '1 day' ELSE '1970-01-01T00:00:00Z' END);
END
$do$;

CREATE OR REPLACE FUNCTION approvals.take_claim(claim json) RETURNS boolean
LANGUAGE plpgsql
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  INSERT INTO approvals.request_claim AS c
  SELECT * FROM json_populate_record(NULL::approvals.request_claim, claim)
  ON CONFLICT ON CONSTRAINT request_claim_pkey DO UPDATE SET
    fingerprint = excluded.fingerprint, change_id = excluded.change_id, payment_id = excluded.payment_id,
    version = excluded.version, created = excluded.created, held_until = excluded.held_until,
    created_at = excluded.created_at, expires_at = excluded.expires_at, seal = excluded.seal
  WHERE c.expires_at <= excluded.created_at AND c.change_id <> excluded.change_id;
  IF FOUND THEN
    RETURN true;
  END IF;
  PERFORM FROM approvals.request_claim AS c
  WHERE c.caller = claim ->> 'caller' AND c.operation = claim ->> 'operation' AND c.key = claim ->> 'key'
    AND c.change_id = claim ->> 'change_id';
  RETURN CASE WHEN FOUND THEN false END;
END
$$;

-- The sum of all attempts, beside the count of each. A payment begins with a head where its first link says so, that the loss of
-- all refusals is seen.

ALTER TABLE approvals.payment_refusal_head ADD COLUMN attempts bigint NOT NULL DEFAULT 0;
UPDATE approvals.payment_refusal_head AS h SET attempts = (
  SELECT sum(c.attempts) FROM approvals.payment_refusal_count AS c WHERE c.payment_id = h.payment_id);
ALTER TABLE approvals.payment_refusal_head ALTER COLUMN attempts DROP DEFAULT;
-- Of payments that a process of this version made before this migration.
INSERT INTO approvals.payment_refusal_head (payment_id, sequence, hash, attempts)
SELECT l.payment_id, 0, repeat('0', 64), 0 FROM approvals.payment_audit_log AS l
WHERE l.sequence = 1 AND l.written ->> 'refusals' = '0'
ON CONFLICT (payment_id) DO NOTHING;

CREATE OR REPLACE FUNCTION approvals.append_refusal(refusal json) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
  link CONSTANT approvals.payment_refusal := json_populate_record(NULL::approvals.payment_refusal, refusal);
BEGIN
  INSERT INTO approvals.payment_refusal SELECT (link).* ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO approvals.payment_refusal_count VALUES (link.payment_id, link.refusal_key, 1);
  INSERT INTO approvals.payment_refusal_head AS h (payment_id, sequence, hash, attempts)
  VALUES (link.payment_id, link.sequence, link.hash, 1)
  ON CONFLICT (payment_id) DO UPDATE SET
    sequence = excluded.sequence, hash = excluded.hash, attempts = h.attempts + 1;
  RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION approvals.commit_claimed_change(
  expected integer, payment json, lines json, approval json, entry json, events json, event_key text, claim json
) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  taken boolean;
  refusal text;
BEGIN
  IF claim IS NOT NULL THEN
    taken := approvals.take_claim(claim);
    IF taken IS NULL THEN
      RETURN 'claim_taken';
    END IF;
  END IF;
  refusal := approvals.commit_change(expected, payment, lines, approval, entry, events, event_key);
  IF refusal IS NULL AND entry #>> '{written, refusals}' = '0' THEN
    INSERT INTO approvals.payment_refusal_head (payment_id, sequence, hash, attempts)
    VALUES ((payment ->> 'payment_id')::uuid, 0, repeat('0', 64), 0)
    ON CONFLICT (payment_id) DO NOTHING;
  ELSIF refusal IS NOT NULL AND taken THEN
    DELETE FROM approvals.request_claim AS c
    WHERE c.caller = claim ->> 'caller' AND c.operation = claim ->> 'operation' AND c.key = claim ->> 'key'
      AND c.change_id = claim ->> 'change_id';
  END IF;
  RETURN refusal;
END
$$;
