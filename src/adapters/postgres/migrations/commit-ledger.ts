/**
 * What a call to `commit_changes` writes of the changes that were not closed: aggregates and their unique keys, what was
 * spent of balances, ledger entries and what they and the payments add up to. A row that another call made since it was
 * looked for fails the call as a whole, to be tried again: then it is there to be looked at.
 */
export const LEDGER = `
  IF aggregates IS NOT NULL THEN
    WITH due AS MATERIALIZED (
      SELECT i.* FROM json_to_recordset(aggregates) AS i(
        n integer, expected integer, owner text, kind text, id text, change_id uuid, version integer, audit_hash text,
        record json)
      WHERE i.n <> ALL (closed)
    ), written AS (
      INSERT INTO aggregate AS a
      SELECT owner, kind, id, change_id, version, audit_hash, record FROM due
      ON CONFLICT (owner, kind, id) DO UPDATE SET
        change_id = excluded.change_id, version = excluded.version, audit_hash = excluded.audit_hash,
        record = excluded.record
      WHERE a.version = (SELECT d.expected FROM due d WHERE d.owner = a.owner AND d.kind = a.kind AND d.id = a.id)
      RETURNING 1
    )
    SELECT (SELECT count(*) FROM written) < (SELECT count(*) FROM due) INTO overtaken;
    IF overtaken THEN
      RAISE EXCEPTION 'an aggregate was made meanwhile' USING ERRCODE = 'serialization_failure';
    END IF;
  END IF;

  IF released_keys IS NOT NULL THEN
    DELETE FROM unique_key AS u
    USING json_to_recordset(released_keys) AS i(n integer, merchant_id text, kind text, key text, id text)
    WHERE u.merchant_id = i.merchant_id AND u.kind = i.kind AND u.key = i.key AND u.id = i.id AND i.n <> ALL (closed);
  END IF;

  IF taken_keys IS NOT NULL THEN
    WITH due AS MATERIALIZED (
      SELECT i.* FROM json_to_recordset(taken_keys) AS i(n integer, merchant_id text, kind text, key text, id text)
      WHERE i.n <> ALL (closed)
    ), written AS (
      INSERT INTO unique_key AS u SELECT merchant_id, kind, key, id FROM due
      ON CONFLICT (merchant_id, kind, key) DO UPDATE SET id = excluded.id WHERE u.id = excluded.id
      RETURNING 1
    )
    SELECT (SELECT count(*) FROM written) < (SELECT count(*) FROM due) INTO overtaken;
    IF overtaken THEN
      RAISE EXCEPTION 'a unique key was taken meanwhile' USING ERRCODE = 'serialization_failure';
    END IF;
  END IF;

  IF spendings IS NOT NULL THEN
    WITH due AS MATERIALIZED (
      SELECT i.* FROM json_to_recordset(spendings) AS i(n integer, expected integer, merchant_id text, currency text)
      WHERE i.n <> ALL (closed)
    ), written AS (
      INSERT INTO spending AS s SELECT merchant_id, currency, expected + 1 FROM due
      ON CONFLICT (merchant_id, currency) DO UPDATE SET spendings = excluded.spendings
      WHERE s.spendings = excluded.spendings - 1
      RETURNING 1
    )
    SELECT (SELECT count(*) FROM written) < (SELECT count(*) FROM due) INTO overtaken;
    IF overtaken THEN
      RAISE EXCEPTION 'a balance was spent from meanwhile' USING ERRCODE = 'serialization_failure';
    END IF;
  END IF;

  IF entries IS NOT NULL THEN
    WITH written AS (
      INSERT INTO ledger_entry AS e
      SELECT i.merchant_id, i.id, i.type, i.debit, i.credit, i.amount, i.currency, i.payment_id, i.transaction_id,
        i.transfer_id, i.created_at
      FROM json_to_recordset(entries) AS i(
        n integer, merchant_id text, id uuid, type text, debit text, credit text, amount bigint, currency text,
        payment_id uuid, transaction_id uuid, transfer_id uuid, created_at timestamptz)
      WHERE i.n <> ALL (closed)
      RETURNING e.merchant_id, e.currency, e.debit, e.credit, e.amount
    ), posted AS (
      SELECT merchant_id, currency, credit AS account, amount FROM written
      UNION ALL SELECT merchant_id, currency, debit, -amount FROM written
    )
    INSERT INTO balance AS b
    SELECT merchant_id, currency, slot,
      coalesce(sum(amount) FILTER (WHERE account = 'available'), 0),
      coalesce(sum(amount) FILTER (WHERE account = 'pending'), 0),
      coalesce(sum(amount) FILTER (WHERE account = 'processor'), 0),
      coalesce(sum(amount) FILTER (WHERE account = 'fees'), 0),
      coalesce(sum(amount) FILTER (WHERE account = 'transfers'), 0)
    FROM posted GROUP BY merchant_id, currency ORDER BY merchant_id, currency
    ON CONFLICT (merchant_id, currency, slot) DO UPDATE SET
      available = b.available + excluded.available, pending = b.pending + excluded.pending,
      processor = b.processor + excluded.processor, fees = b.fees + excluded.fees,
      transfers = b.transfers + excluded.transfers;
  END IF;

  IF tallies IS NOT NULL THEN
    INSERT INTO tally AS t
    SELECT i.merchant_id, i.day, i.currency, i.status, slot, sum(i.count), sum(i.amount), sum(i.captured),
      sum(i.refunded)
    FROM json_to_recordset(tallies) AS i(
      n integer, merchant_id text, day date, currency text, status text, count integer, amount bigint, captured bigint,
      refunded bigint)
    WHERE i.n <> ALL (closed)
    GROUP BY i.merchant_id, i.day, i.currency, i.status ORDER BY i.merchant_id, i.day, i.currency, i.status
    ON CONFLICT (merchant_id, day, currency, status, slot) DO UPDATE SET
      count = t.count + excluded.count, amount = t.amount + excluded.amount,
      captured = t.captured + excluded.captured, refunded = t.refunded + excluded.refunded;
  END IF;
`;
