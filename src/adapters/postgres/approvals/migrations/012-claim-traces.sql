-- Traces of claims whose requests changed nothing, as in 019 of the platform: no link says that such a claim was written.

CREATE TABLE approvals.request_claim_trace (
  caller text COLLATE "C" NOT NULL,
  operation text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  change_id text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (caller, operation, key)
);
CREATE INDEX request_claim_trace_expires ON approvals.request_claim_trace (expires_at);

DO $do$
BEGIN
  EXECUTE format(
    'CREATE FUNCTION approvals.claims_traced_since() RETURNS timestamptz LANGUAGE sql STABLE AS $f$ SELECT %L::timestamptz $f$',
    CASE WHEN EXISTS (SELECT FROM approvals.payments) THEN now() + interval '1 day' ELSE '1970-01-01T00:00:00Z' END);
END
$do$;

-- `take_claim`, and in the same transaction the trace of what was taken.
CREATE FUNCTION approvals.take_traced_claim(claim json) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
  taken CONSTANT boolean := approvals.take_claim(claim);
BEGIN
  IF taken IS NOT NULL THEN
    INSERT INTO approvals.request_claim_trace AS t
    SELECT * FROM json_populate_record(NULL::approvals.request_claim_trace, claim)
    ON CONFLICT (caller, operation, key) DO UPDATE SET
      change_id = excluded.change_id, created_at = excluded.created_at, expires_at = excluded.expires_at;
  END IF;
  RETURN taken;
END
$$;
