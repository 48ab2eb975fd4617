import { errAsync, okAsync } from 'neverthrow';
import type pg from 'pg';
import type { StorageHealth } from '../../ports/storage-health.ts';
import { withRetry } from './faults.ts';
import { NEWEST_MIGRATION } from './migrate.ts';

const UNDEFINED_TABLE = '42P01';

/** `table` is where migrations are noted, and `needed` the last of them. */
export const postgresStorageHealth = (
  pool: pg.Pool,
  { table, needed }: Readonly<{ table: string; needed: string }> = {
    table: 'kysely_migration',
    needed: NEWEST_MIGRATION,
  },
): StorageHealth => ({
  name: 'postgres',
  check: () =>
    withRetry(() => newestApplied(pool, table)).andThen((found) =>
      found === needed ? okAsync(undefined) : errAsync({ kind: 'SchemaOutdated' as const, found, needed }),
    ),
});

async function newestApplied(pool: pg.Pool, table: string): Promise<string> {
  try {
    const { rows } = await pool.query<{ name: string | null }>(`SELECT max(name) AS name FROM ${table}`);
    return rows[0]?.name ?? 'none';
  } catch (fault) {
    if ((fault as { code?: string }).code === UNDEFINED_TABLE) return 'none';
    throw fault;
  }
}
