-- Seals of how the delivery of a refused event goes, and retries that are too far away, as in 015 of the platform.

ALTER TABLE approvals.outbox ADD COLUMN failure_seal bytea;
ALTER TABLE approvals.outbox_parked ADD COLUMN failure_seal bytea;

DO $do$
BEGIN
  EXECUTE format(
    'CREATE FUNCTION approvals.failures_sealed_since() RETURNS timestamptz LANGUAGE sql STABLE AS $f$ SELECT %L::timestamptz $f$',
    CASE WHEN EXISTS (SELECT FROM approvals.payments) THEN now() + interval '1 day' ELSE '1970-01-01T00:00:00Z' END);
END
$do$;

CREATE OR REPLACE FUNCTION approvals.next_events(shards smallint[], before timestamptz, most integer)
RETURNS TABLE (
  id uuid, type text, payment_id uuid, created_at timestamptz, data json, tries integer, retry_at timestamptz, error text
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
    SELECT e.id, e.type, e.payment_id, e.created_at, e.data, e.tries, e.retry_at, e.error
    FROM approvals.outbox AS e
    WHERE e.shard = s.shard
      AND (e.retry_at IS NULL OR e.retry_at <= before OR e.retry_at > before + interval '1 minute')
    ORDER BY e.id LIMIT most
  ) AS o;
END
$$;
