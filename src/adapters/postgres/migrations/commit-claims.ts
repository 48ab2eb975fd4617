/** Of a claim `c` that counts as absent for the change `i`: it never had an effect, and its answer has expired. */
const LAPSED =
  "c.state = 'completed' AND c.payment_id IS NULL AND c.transfer_id IS NULL AND c.answer_expires_at <= i.at";

/**
 * The claims of a call to `commit_changes`: new ones, then lapsed ones, then held ones. Whoever does not get its claim is
 * refused here, and so is whoever was barred; a change that is known again by its claim is closed without a word.
 */
export const CLAIMS = `
  IF opened_claims IS NOT NULL THEN
    WITH written AS (
      INSERT INTO claim AS c
      SELECT i.merchant_id, i.operation, i.key, i.fingerprint, i.payment_id, i.transaction_id,
        i.transfer_id, i.request_id, i.fence, i.change_id, i.created_at, i.state, i.due_at, i.attempts, i.answer,
        i.answer_expires_at
      FROM json_to_recordset(opened_claims) AS i(
        n integer, merchant_id text, operation text, key text, fingerprint text, payment_id uuid, transaction_id uuid,
        transfer_id uuid, request_id text, fence integer, change_id uuid, created_at timestamptz, state text,
        due_at timestamptz, attempts integer, answer text, answer_expires_at timestamptz)
      WHERE i.n <> ALL (barred)
      ON CONFLICT (merchant_id, operation, key) DO NOTHING
      RETURNING c.change_id
    )
    SELECT coalesce(array_agg(change_id), '{}') FROM written INTO opened;

    IF cardinality(opened) < opened_count THEN
      WITH written AS (
        UPDATE claim AS c SET
          fingerprint = i.fingerprint, payment_id = i.payment_id, transaction_id = i.transaction_id,
          transfer_id = i.transfer_id, request_id = i.request_id, fence = i.fence, change_id = i.change_id,
          created_at = i.created_at, state = i.state, due_at = i.due_at, attempts = i.attempts, answer = i.answer,
          answer_expires_at = i.answer_expires_at
        FROM json_to_recordset(opened_claims) AS i(
          n integer, merchant_id text, operation text, key text, fingerprint text, payment_id uuid, transaction_id uuid,
          transfer_id uuid, request_id text, fence integer, change_id uuid, created_at timestamptz, state text,
          due_at timestamptz, attempts integer, answer text, answer_expires_at timestamptz, at timestamptz)
        WHERE c.merchant_id = i.merchant_id AND c.operation = i.operation AND c.key = i.key
          AND i.n <> ALL (barred) AND i.change_id <> ALL (opened)
          AND ${LAPSED}
          AND c.change_id <> i.change_id
        RETURNING c.change_id
      )
      SELECT opened || coalesce(array_agg(change_id), '{}') FROM written INTO opened;
    END IF;

    IF cardinality(opened) < opened_count THEN
      FOR found IN
        SELECT i.n, c.change_id = i.change_id AS repeated, c.change_id IS NOT NULL AS taken
        FROM json_to_recordset(opened_claims) AS i(
          n integer, merchant_id text, operation text, key text, change_id uuid, at timestamptz)
        LEFT JOIN LATERAL (
          SELECT c.change_id FROM claim c
          WHERE c.merchant_id = i.merchant_id AND c.operation = i.operation AND c.key = i.key
            AND NOT (${LAPSED})
        ) AS c ON true
        WHERE i.change_id <> ALL (opened)
      LOOP
        closed := closed || found.n;
        IF NOT coalesce(found.repeated, false) THEN
          n := found.n;
          place := array_position(barred, found.n);
          refusal := CASE WHEN found.taken THEN 'taken' ELSE barred_by[place] END;
          entity_id := barred_ids[place];
          RETURN NEXT;
        END IF;
      END LOOP;
    END IF;
  END IF;

  IF moved_claims IS NOT NULL THEN
    WITH written AS (
      UPDATE claim AS c SET
        fence = i.fence, change_id = i.change_id, state = i.state, due_at = i.due_at, attempts = i.attempts,
        answer = i.answer, answer_expires_at = i.answer_expires_at
      FROM json_to_recordset(moved_claims) AS i(
        n integer, expected integer, merchant_id text, operation text, key text, fence integer, change_id uuid,
        state text, due_at timestamptz, attempts integer, answer text, answer_expires_at timestamptz, at timestamptz)
      WHERE c.merchant_id = i.merchant_id AND c.operation = i.operation AND c.key = i.key
        AND c.fence = i.expected AND c.change_id <> i.change_id AND i.n <> ALL (barred)
        AND NOT (${LAPSED})
      RETURNING i.n
    )
    SELECT coalesce(array_agg(n), '{}') FROM written INTO held;

    IF cardinality(held) < moved_count THEN
      FOR found IN
        SELECT i.n, c.change_id = i.change_id AS repeated, c.fence = i.expected AS held
        FROM json_to_recordset(moved_claims) AS i(
          n integer, expected integer, merchant_id text, operation text, key text, change_id uuid, at timestamptz)
        LEFT JOIN LATERAL (
          SELECT c.change_id, c.fence FROM claim c
          WHERE c.merchant_id = i.merchant_id AND c.operation = i.operation AND c.key = i.key
            AND NOT (${LAPSED})
        ) AS c ON true
        WHERE i.n <> ALL (held)
      LOOP
        closed := closed || found.n;
        IF NOT coalesce(found.repeated, false) THEN
          n := found.n;
          place := array_position(barred, found.n);
          refusal := CASE WHEN coalesce(found.held, false) THEN barred_by[place] ELSE 'fence' END;
          entity_id := barred_ids[place];
          RETURN NEXT;
        END IF;
      END LOOP;
    END IF;
  END IF;
`;
