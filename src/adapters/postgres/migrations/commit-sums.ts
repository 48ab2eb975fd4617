/**
 * What a call to `commit_changes` adds up of the changes that were not closed: ledger entries, and the summaries. Rows come
 * by ascending key, and each connection has its own slot, so that calls rarely wait for each other here.
 */
export const SUMS = `
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
