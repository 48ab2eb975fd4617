-- Refused attempts, beside the log of what happened and linked in a chain of their own. To it is only added, as to the log; how
-- often an attempt was made again, and where the chain ends, is kept apart.

CREATE TABLE approvals.payment_refusal (
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
  after json NOT NULL,
  created_at timestamptz NOT NULL,
  previous_hash text NOT NULL,
  hash text NOT NULL,
  refusal_key text COLLATE "C" NOT NULL,
  PRIMARY KEY (payment_id, sequence),
  CONSTRAINT payment_refusal_once UNIQUE (payment_id, refusal_key)
);

CREATE TABLE approvals.payment_refusal_count (
  payment_id uuid NOT NULL,
  refusal_key text COLLATE "C" NOT NULL,
  attempts integer NOT NULL CHECK (attempts >= 1),
  PRIMARY KEY (payment_id, refusal_key)
) WITH (fillfactor = 80);

CREATE TABLE approvals.payment_refusal_head (
  payment_id uuid PRIMARY KEY,
  sequence integer NOT NULL,
  hash text NOT NULL
) WITH (fillfactor = 80);

-- False, and nothing written, when the sequence or the key is there already.
CREATE FUNCTION approvals.append_refusal(refusal json) RETURNS boolean
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
  INSERT INTO approvals.payment_refusal_head (payment_id, sequence, hash)
  VALUES (link.payment_id, link.sequence, link.hash)
  ON CONFLICT (payment_id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash;
  RETURN true;
END
$$;
