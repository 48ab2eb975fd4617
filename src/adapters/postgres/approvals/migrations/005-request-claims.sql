-- The claims of idempotency keys. A claim keeps no answer but where it stands, in a payment's audit log, and lapses with its time:
-- then its key is free, whether or not the row has been deleted.

CREATE TABLE approvals.request_claim (
  caller text COLLATE "C" NOT NULL,
  operation text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  fingerprint text NOT NULL,
  change_id text NOT NULL,
  payment_id uuid,
  version integer,
  created boolean NOT NULL,
  held_until timestamptz,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  CONSTRAINT request_claim_pkey PRIMARY KEY (caller, operation, key),
  CONSTRAINT request_claim_answer CHECK ((payment_id IS NULL) = (version IS NULL))
);

CREATE INDEX request_claim_expires ON approvals.request_claim (expires_at);

-- Takes a key that is free, or whose claim has expired. True when it was taken now, false when this very change had taken it
-- before, and null when another has it.
CREATE FUNCTION approvals.take_claim(claim json) RETURNS boolean
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
    created_at = excluded.created_at, expires_at = excluded.expires_at
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

-- `commit_change`, and in the same transaction the claim of the request. The claim is taken first everywhere, so that requests under
-- one key wait for each other there; a refused change takes none.
CREATE FUNCTION approvals.commit_claimed_change(
  expected integer, payment json, lines json, approval json, entry json, events json, event_key text, claim json
) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  taken boolean;
  refusal text;
BEGIN
  IF claim IS NULL THEN
    RETURN approvals.commit_change(expected, payment, lines, approval, entry, events, event_key);
  END IF;
  taken := approvals.take_claim(claim);
  IF taken IS NULL THEN
    RETURN 'claim_taken';
  END IF;
  refusal := approvals.commit_change(expected, payment, lines, approval, entry, events, event_key);
  IF refusal IS NOT NULL AND taken THEN
    DELETE FROM approvals.request_claim AS c
    WHERE c.caller = claim ->> 'caller' AND c.operation = claim ->> 'operation' AND c.key = claim ->> 'key'
      AND c.change_id = claim ->> 'change_id';
  END IF;
  RETURN refusal;
END
$$;
