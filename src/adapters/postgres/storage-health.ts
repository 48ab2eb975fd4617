import { errAsync, okAsync } from 'neverthrow';
import type pg from 'pg';
import type { StorageHealth } from '../../ports/storage-health.ts';
import { patiently } from './faults.ts';
import { NEWEST_MIGRATION } from './migrate.ts';

const UNDEFINED_TABLE = '42P01';

/** `schema` stands before the name of the table where migrations are noted, with its dot. */
export const postgresStorageHealth = (
  pool: pg.Pool,
  { schema, needed }: Readonly<{ schema: string; needed: string }> = { schema: '', needed: NEWEST_MIGRATION },
): StorageHealth => ({
  name: 'postgres',
  check: () =>
    patiently(() => newestApplied(pool, schema)).andThen((found) =>
      found === needed ? okAsync(undefined) : errAsync({ kind: 'SchemaOutdated' as const, found, needed }),
    ),
});

async function newestApplied(pool: pg.Pool, schema: string): Promise<string> {
  try {
    const { rows } = await pool.query<{ name: string | null }>(
      `SELECT max(name) AS name FROM ${schema}kysely_migration`,
    );
    return rows[0]?.name ?? 'none';
  } catch (fault) {
    if ((fault as { code?: string }).code === UNDEFINED_TABLE) return 'none';
    throw fault;
  }
}
