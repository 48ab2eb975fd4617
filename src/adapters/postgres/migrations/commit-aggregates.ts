/**
 * What a call to `commit_changes` writes of the changes that were not closed: aggregates, their unique keys and what was
 * spent of balances. A row that another call made since it was looked for fails the call as a whole, to be tried again:
 * then it is there to be looked at.
 */
export const AGGREGATES = `
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
`;
