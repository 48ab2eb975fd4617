-- A change of hundreds of transactions that one file settles, in columns: JSON names every field of every row again, and reading it
-- costs as much as writing the rows. What all of them share comes once. What else the change holds goes to `commit_changes`.
-- A refusal is an exception of state PW409, with its kind as the message and what it is about as the detail: by then some rows are
-- written, and none of them may stay.

CREATE FUNCTION commit_batch(
  -- The first aggregate of the change, by which the change is known again.
  change uuid, owner text, kind text, aggregate_id text,
  -- What transactions, links and entries share.
  merchant text, moment timestamptz,
  -- Transactions by id, and the link of each.
  payments uuid[], transactions uuid[], versions integer[], fees bigint[], hashes text[],
  entities text[], links uuid[], befores json[], afters json[], previous text[],
  link_action text, actor text, actor_kind text, link_metadata json,
  -- Ledger entries of one kind.
  entries uuid[], amounts bigint[], currencies text[], entry_payments uuid[], entry_transactions uuid[], seals text[],
  entry_type text, entry_debit text, entry_credit text,
  -- The rest, as `commit_changes` takes it.
  audit json, events json, other_entries json, aggregates json, taken_keys json, released_keys json
) RETURNS void
LANGUAGE plpgsql
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  slot CONSTANT integer := pg_backend_pid() % 32;
  moved integer;
  refused record;
BEGIN
  -- In the order in which `commit_changes` locks: transactions, then aggregates.
  UPDATE transaction AS t SET
    status = 'settled', fee_amount = i.fee, version = i.version, audit_hash = i.hash, updated_at = moment
  FROM unnest(payments, transactions, versions, fees, hashes) AS i(payment, id, version, fee, hash)
  WHERE t.payment_id = i.payment AND t.id = i.id AND t.version = i.version - 1;
  GET DIAGNOSTICS moved = ROW_COUNT;

  IF moved < cardinality(transactions) THEN
    PERFORM FROM aggregate AS a
    WHERE a.owner = commit_batch.owner AND a.kind = commit_batch.kind AND a.id = aggregate_id AND a.change_id = change
    FOR UPDATE;
    IF FOUND THEN
      RETURN;
    END IF;
    SELECT i.entity INTO refused
    FROM unnest(payments, transactions, versions, entities) AS i(payment, id, version, entity)
    LEFT JOIN transaction t ON t.payment_id = i.payment AND t.id = i.id
    WHERE t.version IS DISTINCT FROM i.version
      OR t.audit_hash IS DISTINCT FROM hashes[array_position(transactions, i.id)]
    LIMIT 1;
    RAISE EXCEPTION 'stale' USING ERRCODE = 'PW409', DETAIL = refused.entity;
  END IF;

  FOR refused IN
    SELECT c.refusal, c.entity_id FROM commit_changes(
      NULL, 0, NULL, 0, NULL, NULL, NULL, NULL, audit, events, NULL, other_entries, aggregates, taken_keys, released_keys, NULL) AS c
  LOOP
    RAISE EXCEPTION '%', refused.refusal USING ERRCODE = 'PW409', DETAIL = refused.entity_id;
  END LOOP;

  INSERT INTO audit_entry
  SELECT i.entity, 'transaction', i.version, i.id, merchant, link_action, actor, actor_kind, NULL, NULL, i.before, i.after,
    link_metadata, moment, i.previous, i.hash
  FROM unnest(entities, versions, links, befores, afters, previous, hashes)
    AS i(entity, version, id, before, after, previous, hash);

  IF entries IS NOT NULL THEN
    WITH written AS (
      INSERT INTO ledger_entry AS e (merchant_id, id, type, debit, credit, amount, currency, payment_id, transaction_id,
        created_at, seal)
      SELECT merchant, i.id, entry_type, entry_debit, entry_credit, i.amount, i.currency, i.payment, i.transaction, moment,
        decode(i.seal, 'hex')
      FROM unnest(entries, amounts, currencies, entry_payments, entry_transactions, seals)
        AS i(id, amount, currency, payment, transaction, seal)
      RETURNING e.currency, e.amount
    ), posted AS (
      SELECT currency, entry_credit AS account, amount FROM written
      UNION ALL SELECT currency, entry_debit, -amount FROM written
    )
    INSERT INTO balance AS b (merchant_id, currency, slot, available, pending, processor, fees, transfers, bank, differences)
    SELECT merchant, currency, slot,
      coalesce(sum(amount) FILTER (WHERE account = 'available'), 0),
      coalesce(sum(amount) FILTER (WHERE account = 'pending'), 0),
      coalesce(sum(amount) FILTER (WHERE account = 'processor'), 0),
      coalesce(sum(amount) FILTER (WHERE account = 'fees'), 0),
      coalesce(sum(amount) FILTER (WHERE account = 'transfers'), 0),
      coalesce(sum(amount) FILTER (WHERE account = 'bank'), 0),
      coalesce(sum(amount) FILTER (WHERE account = 'differences'), 0)
    FROM posted GROUP BY currency ORDER BY currency
    ON CONFLICT (merchant_id, currency, slot) DO UPDATE SET
      available = b.available + excluded.available, pending = b.pending + excluded.pending,
      processor = b.processor + excluded.processor, fees = b.fees + excluded.fees,
      transfers = b.transfers + excluded.transfers, bank = b.bank + excluded.bank,
      differences = b.differences + excluded.differences;
  END IF;
END
$$;
