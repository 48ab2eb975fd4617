import { sql } from 'kysely';

/**
 * Aggregates are rows of their own under each tenant that may read them. What entries and payments add up to is spread
 * over slots, so that the connections of a pool, each of which adds to its own, do not wait for each other; a sum is read
 * over all slots, and a slot alone may be below zero. Sums are numeric: bigints add up to more than a bigint. Slots are
 * updated over and over, so their pages leave half their room to heap-only updates.
 */
export const LEDGER_TABLES = [
  sql`CREATE TABLE aggregate (
    owner text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    change_id uuid NOT NULL,
    version integer NOT NULL,
    audit_hash text NOT NULL,
    record json NOT NULL,
    PRIMARY KEY (owner, kind, id)
  ) WITH (fillfactor = 80)`,
  sql`CREATE INDEX aggregate_merchant ON aggregate (id) WHERE kind = 'merchant'`,
  sql`CREATE TABLE unique_key (
    merchant_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    PRIMARY KEY (merchant_id, kind, key)
  )`,
  sql`CREATE TABLE ledger_entry (
    merchant_id text COLLATE "C" NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    debit text NOT NULL,
    credit text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text COLLATE "C" NOT NULL,
    payment_id uuid,
    transaction_id uuid,
    transfer_id uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    CHECK (debit <> credit
      AND debit IN ('available', 'pending', 'processor', 'fees', 'transfers')
      AND credit IN ('available', 'pending', 'processor', 'fees', 'transfers')),
    CHECK (num_nonnulls(payment_id, transfer_id) = 1 AND num_nonnulls(payment_id, transaction_id) <> 1)
  )`,
  sql`CREATE TABLE balance (
    merchant_id text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    slot integer NOT NULL,
    available numeric NOT NULL,
    pending numeric NOT NULL,
    processor numeric NOT NULL,
    fees numeric NOT NULL,
    transfers numeric NOT NULL,
    PRIMARY KEY (merchant_id, currency, slot),
    CHECK (available + pending + processor + fees + transfers = 0)
  ) WITH (fillfactor = 50)`,
  sql`CREATE TABLE spending (
    merchant_id text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    spendings integer NOT NULL CHECK (spendings > 0),
    PRIMARY KEY (merchant_id, currency)
  ) WITH (fillfactor = 50)`,
  sql`CREATE TABLE tally (
    merchant_id text COLLATE "C" NOT NULL,
    day date NOT NULL,
    currency text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    slot integer NOT NULL,
    count bigint NOT NULL,
    amount numeric NOT NULL,
    captured numeric NOT NULL,
    refunded numeric NOT NULL,
    PRIMARY KEY (merchant_id, day, currency, status, slot)
  ) WITH (fillfactor = 50)`,
];
