/**
 * What bars a change of a call to `commit_changes`: an entity, or what was spent of a balance, that has moved on, or a
 * unique key that another holds. Old rows are locked here; rows that are not there yet cannot be, so writing them checks again.
 * A change without a claim is known again by its first aggregate (`bare`), or else refused here.
 */
export const CHECKS = `
  IF moved_payments IS NOT NULL THEN
    FOR found IN
      SELECT i.n, 'pay_' || replace(i.id::text, '-', '') AS id
      FROM json_to_recordset(moved_payments) AS i(n integer, expected integer, merchant_id text, id uuid)
      LEFT JOIN LATERAL (
        SELECT p.version FROM payment p WHERE p.merchant_id = i.merchant_id AND p.id = i.id FOR UPDATE
      ) AS stored ON true
      WHERE stored.version IS DISTINCT FROM i.expected
    LOOP
      barred := barred || found.n;
      barred_by := barred_by || 'stale'::text;
      barred_ids := barred_ids || found.id;
    END LOOP;
  END IF;

  IF moved_transactions IS NOT NULL THEN
    FOR found IN
      SELECT i.n, 'txn_' || replace(i.id::text, '-', '') AS id
      FROM json_to_recordset(moved_transactions) AS i(n integer, expected integer, payment_id uuid, id uuid)
      LEFT JOIN LATERAL (
        SELECT t.version FROM transaction t WHERE t.payment_id = i.payment_id AND t.id = i.id FOR UPDATE
      ) AS stored ON true
      WHERE stored.version IS DISTINCT FROM i.expected
    LOOP
      barred := barred || found.n;
      barred_by := barred_by || 'stale'::text;
      barred_ids := barred_ids || found.id;
    END LOOP;
  END IF;

  IF aggregates IS NOT NULL THEN
    FOR found IN
      SELECT i.n, i.id, i.bare, stored.version IS DISTINCT FROM nullif(i.expected, 0) AS stale,
        i.bare AND stored.change_id IS NOT DISTINCT FROM i.change_id AS repeated
      FROM json_to_recordset(aggregates) AS i(
        n integer, expected integer, merchant_id text, owner text, kind text, id text, change_id uuid, bare boolean)
      LEFT JOIN LATERAL (
        SELECT a.version, a.change_id FROM aggregate a
        WHERE a.owner = i.owner AND a.kind = i.kind AND a.id = i.id FOR UPDATE
      ) AS stored ON true
      WHERE i.owner = i.merchant_id
    LOOP
      IF found.bare THEN
        bare := bare || found.n;
      END IF;
      IF found.repeated THEN
        closed := closed || found.n;
      ELSIF found.stale THEN
        barred := barred || found.n;
        barred_by := barred_by || 'stale'::text;
        barred_ids := barred_ids || found.id;
      END IF;
    END LOOP;
  END IF;

  IF spendings IS NOT NULL THEN
    FOR found IN
      SELECT i.n, i.currency AS id
      FROM json_to_recordset(spendings) AS i(n integer, expected integer, merchant_id text, currency text)
      LEFT JOIN LATERAL (
        SELECT s.spendings FROM spending s
        WHERE s.merchant_id = i.merchant_id AND s.currency = i.currency FOR UPDATE
      ) AS stored ON true
      WHERE stored.spendings IS DISTINCT FROM nullif(i.expected, 0)
    LOOP
      barred := barred || found.n;
      barred_by := barred_by || 'stale'::text;
      barred_ids := barred_ids || found.id;
    END LOOP;
  END IF;

  IF taken_keys IS NOT NULL THEN
    FOR found IN
      SELECT i.n, i.key AS id
      FROM json_to_recordset(taken_keys) AS i(n integer, merchant_id text, kind text, key text, id text)
      JOIN unique_key u ON u.merchant_id = i.merchant_id AND u.kind = i.kind AND u.key = i.key
      WHERE u.id <> i.id
    LOOP
      barred := barred || found.n;
      barred_by := barred_by || 'key'::text;
      barred_ids := barred_ids || found.id;
    END LOOP;
  END IF;

  IF released_keys IS NOT NULL THEN
    FOR found IN
      SELECT i.n, i.key AS id
      FROM json_to_recordset(released_keys) AS i(n integer, merchant_id text, kind text, key text, id text)
      JOIN unique_key u ON u.merchant_id = i.merchant_id AND u.kind = i.kind AND u.key = i.key
      WHERE u.id <> i.id
    LOOP
      barred := barred || found.n;
      barred_by := barred_by || 'key'::text;
      barred_ids := barred_ids || found.id;
    END LOOP;
  END IF;

  FOREACH bare_n IN ARRAY bare LOOP
    place := array_position(barred, bare_n);
    IF place IS NOT NULL AND bare_n <> ALL (closed) THEN
      closed := closed || bare_n;
      n := bare_n;
      refusal := barred_by[place];
      entity_id := barred_ids[place];
      RETURN NEXT;
    END IF;
  END LOOP;
`;
