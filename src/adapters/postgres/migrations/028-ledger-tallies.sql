-- What fees and disputes come to by the UTC day on which they were posted, spread over slots as `balance` is. A trigger adds them up in
-- the statement that writes the entries, once for each day, currency and type of it: a process of the version before posts through it too,
-- and so does a call that began before this migration and writes after it. Entries of other types cost their commits no row. The table's
-- owner adds, so a role that serves needs no right to change a sum.

CREATE TABLE ledger_tally (
  merchant_id text COLLATE "C" NOT NULL,
  day date NOT NULL,
  currency text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  slot integer NOT NULL,
  count bigint NOT NULL,
  amount numeric NOT NULL,
  written_in smallint NOT NULL DEFAULT (pg_backend_pid() % 32),
  PRIMARY KEY (merchant_id, day, currency, type, slot)
) WITH (fillfactor = 50);

CREATE FUNCTION tally_entries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
AS $$
BEGIN
  IF EXISTS (SELECT FROM written WHERE type IN ('fee', 'fee_refund', 'chargeback', 'chargeback_reversal')) THEN
    INSERT INTO ledger_tally AS t (merchant_id, day, currency, type, slot, count, amount)
    SELECT w.merchant_id, (w.created_at AT TIME ZONE 'UTC')::date, w.currency, w.type, pg_backend_pid() % 32, count(*), sum(w.amount)
    FROM written AS w WHERE w.type IN ('fee', 'fee_refund', 'chargeback', 'chargeback_reversal')
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (merchant_id, day, currency, type, slot) DO UPDATE SET
      count = t.count + excluded.count, amount = t.amount + excluded.amount;
  END IF;
  RETURN NULL;
END
$$;

-- Its owner's rights are lent to no other table of the name.
DO $do$
BEGIN
  EXECUTE format('ALTER FUNCTION tally_entries() SET search_path = %I, pg_temp', current_schema());
END
$do$;

CREATE TRIGGER ledger_entry_tallied AFTER INSERT ON ledger_entry
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION tally_entries();

-- The trigger holds the table still, so each entry is counted here or by it.
INSERT INTO ledger_tally (merchant_id, day, currency, type, slot, count, amount)
SELECT merchant_id, (created_at AT TIME ZONE 'UTC')::date, currency, type, pg_backend_pid() % 32, count(*), sum(amount)
FROM ledger_entry WHERE type IN ('fee', 'fee_refund', 'chargeback', 'chargeback_reversal')
GROUP BY 1, 2, 3, 4;
