-- How the delivery of an event that was refused goes (tries, retry, error) has a seal of its own, written with it by whoever
-- notes the failed try and compared by `paywright verify`. `failures_sealed_since` says from when on none is without, as
-- `sealed_since` does of rows.

ALTER TABLE outbox ADD COLUMN failure_seal bytea;
ALTER TABLE outbox_parked ADD COLUMN failure_seal bytea;

DO $do$
BEGIN
  EXECUTE format(
    'CREATE FUNCTION failures_sealed_since() RETURNS timestamptz LANGUAGE sql STABLE AS $f$ SELECT %L::timestamptz $f$',
    CASE WHEN EXISTS (SELECT FROM audit_entry) THEN now() + interval '1 day' ELSE '1970-01-01T00:00:00Z' END);
END
$do$;

-- That of 005, but for a retry that is further away than any is put off: it is due, so that no edit delays an event for good.
CREATE OR REPLACE FUNCTION next_events(shards smallint[], before timestamptz, most integer)
RETURNS TABLE (
  id uuid, type text, merchant_id text, payment_id uuid, created_at timestamptz, data json, tries integer,
  retry_at timestamptz, error text
)
LANGUAGE plpgsql STABLE
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  RETURN QUERY
  SELECT o.* FROM unnest(shards) AS s(shard)
  CROSS JOIN LATERAL (
    SELECT e.id, e.type, e.merchant_id, e.payment_id, e.created_at, e.data, e.tries, e.retry_at, e.error
    FROM outbox AS e
    WHERE e.shard = s.shard
      AND (e.retry_at IS NULL OR e.retry_at <= before OR e.retry_at > before + interval '1 minute')
    ORDER BY e.id LIMIT most
  ) AS o;
END
$$;

-- Which of its parts a row of a sum is has a copy beside it, that of the connection which wrote the row first; -1 in rows of before.
ALTER TABLE balance ADD COLUMN written_in smallint NOT NULL DEFAULT -1;
ALTER TABLE balance ALTER COLUMN written_in SET DEFAULT (pg_backend_pid() % 32);
ALTER TABLE tally ADD COLUMN written_in smallint NOT NULL DEFAULT -1;
ALTER TABLE tally ALTER COLUMN written_in SET DEFAULT (pg_backend_pid() % 32);
