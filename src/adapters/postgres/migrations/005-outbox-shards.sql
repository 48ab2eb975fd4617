-- The last digit of a UUID is random, so it serves as a hash; `outboxShardOf` reads the same one. The table is a queue,
-- whose dead rows lie where every read begins: it is vacuumed by their number, not by their part of the table.

ALTER TABLE outbox
  ADD COLUMN shard smallint NOT NULL
    GENERATED ALWAYS AS (get_byte(uuid_send(coalesce(payment_id, id)), 15) % 16) STORED,
  ADD COLUMN tries integer NOT NULL DEFAULT 0,
  ADD COLUMN retry_at timestamptz,
  ADD COLUMN error text,
  DROP CONSTRAINT outbox_pkey,
  ADD PRIMARY KEY (shard, id),
  SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE TABLE outbox_parked (
  id uuid PRIMARY KEY,
  type text NOT NULL,
  merchant_id text NOT NULL,
  payment_id uuid,
  created_at timestamptz NOT NULL,
  data json NOT NULL,
  tries integer NOT NULL,
  error text NOT NULL
);

-- The plan settings are for these functions only: a queue is empty whenever its statistics are taken, and a plan made for
-- an empty table must not meet a full one.
CREATE FUNCTION next_events(shards smallint[], before timestamptz, most integer)
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
    WHERE e.shard = s.shard AND (e.retry_at IS NULL OR e.retry_at <= before)
    ORDER BY e.id LIMIT most
  ) AS o;
END
$$;

-- Rows are locked in the order given. A removal does not wait for the disk: one that a crash of the server undoes makes the
-- relay send the event again, and a payment's own commit must not stand in line behind it.
CREATE FUNCTION remove_events(shards smallint[], ids uuid[]) RETURNS void
LANGUAGE plpgsql
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  DELETE FROM outbox AS e USING unnest(shards, ids) AS s(shard, id)
  WHERE e.shard = s.shard AND e.id = s.id;
END
$$;
