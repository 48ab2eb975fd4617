-- Beside each claim without an effect a trace, in the claim's own commit, so that `paywright verify` misses a claim that was
-- deleted. It is kept for as long as the claim's response, and as little is read of it: at the claim's own key. `claims_traced_since`
-- says from when on no such claim is without, as `sealed_since` does of seals; a call of an older version, which is one of
-- `commit_changes`, leaves none.

CREATE TABLE claim_trace (
  merchant_id text COLLATE "C" NOT NULL,
  operation text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, operation, key)
);
CREATE INDEX claim_trace_expires ON claim_trace (expires_at);

DO $do$
BEGIN
  EXECUTE format(
    'CREATE FUNCTION claims_traced_since() RETURNS timestamptz LANGUAGE sql STABLE AS $f$ SELECT %L::timestamptz $f$',
    CASE WHEN EXISTS (SELECT FROM audit_entry) THEN now() + interval '1 day' ELSE '1970-01-01T00:00:00Z' END);
END
$do$;

-- `commit_changes`, and in the same transaction the traces of those of its claims that `traces` names by change. Rows come by
-- ascending key, as those of claims, which are locked before.
CREATE FUNCTION commit_traced_changes(
  opened_claims json, opened_count integer, moved_claims json, moved_count integer, new_payments json,
  moved_payments json, new_transactions json, moved_transactions json, audit json, events json, tallies json,
  entries json, aggregates json, taken_keys json, released_keys json, spendings json, traces json
) RETURNS TABLE (n integer, refusal text, entity_id text)
LANGUAGE plpgsql
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT * FROM commit_changes(
    opened_claims, opened_count, moved_claims, moved_count, new_payments, moved_payments, new_transactions,
    moved_transactions, audit, events, tallies, entries, aggregates, taken_keys, released_keys, spendings);
  INSERT INTO claim_trace AS t
  SELECT c.merchant_id, c.operation, c.key, c.created_at, c.answer_expires_at
  FROM json_to_recordset(traces) AS i(merchant_id text, operation text, key text, change_id uuid)
  JOIN claim AS c ON c.merchant_id = i.merchant_id AND c.operation = i.operation AND c.key = i.key
    AND c.change_id = i.change_id
  ORDER BY 1, 2, 3
  ON CONFLICT (merchant_id, operation, key) DO UPDATE SET
    created_at = excluded.created_at, expires_at = excluded.expires_at;
END
$$;
