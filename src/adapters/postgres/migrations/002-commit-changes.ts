import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { AGGREGATES } from './commit-aggregates.ts';
import { CHECKS } from './commit-checks.ts';
import { CLAIMS } from './commit-claims.ts';
import { SUMS } from './commit-sums.ts';
import { WRITES } from './commit-writes.ts';

/**
 * Many changes in one round trip, each all or nothing. `n` numbers a change within the call. Returned are only the
 * changes that were refused, by whom: `taken` or `fence` (the claim), `stale` (the entity, or the currency, in
 * `entity_id`), `key` (the unique key in `entity_id`).
 *
 * Locks are taken in one order everywhere (payments, transactions, aggregates, spendings; new claims, lapsed ones, held
 * ones; new rows; balances, tallies; each list comes sorted by key), so two calls never wait for each other in a circle. A
 * claim that is taken is not locked at all. A row lock re-reads the newest version (READ COMMITTED), which makes the check
 * and the write that follows one step. A new payment or transaction needs no check: its primary key refuses it.
 *
 * Sums are added up over the call, and added to the connection's own slot, so that calls rarely wait for each other there.
 * The plan settings are for this function only: its inputs are short lists, every lookup is by primary key, and a plan
 * made while the tables were empty must not outlive that.
 */
const COMMIT_CHANGES = `
CREATE FUNCTION commit_changes(
  opened_claims json, opened_count integer, moved_claims json, moved_count integer, new_payments json,
  moved_payments json, new_transactions json, moved_transactions json, audit json, events json, tallies json,
  entries json, aggregates json, taken_keys json, released_keys json, spendings json
) RETURNS TABLE (n integer, refusal text, entity_id text)
LANGUAGE plpgsql
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  slot CONSTANT integer := pg_backend_pid() % 32;
  barred integer[] := '{}';
  barred_by text[] := '{}';
  barred_ids text[] := '{}';
  opened uuid[];
  held integer[];
  bare integer[] := '{}';
  bare_n integer;
  closed integer[] := '{}';
  place integer;
  overtaken boolean;
  found record;
BEGIN
${CHECKS}${CLAIMS}${AGGREGATES}${WRITES}${SUMS}
END
$$`;

export const commitChanges: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(COMMIT_CHANGES).execute(db);
  },
};
