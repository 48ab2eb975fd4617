import { errAsync, okAsync } from 'neverthrow';
import type pg from 'pg';
import type { StorageHealth } from '../../ports/storage-health.ts';
import { patiently } from './faults.ts';
import { NEWEST_MIGRATION } from './migrate.ts';

const UNDEFINED_TABLE = '42P01';

export const postgresStorageHealth = (pool: pg.Pool): StorageHealth => ({
  name: 'postgres',
  check: () =>
    patiently(() => newestApplied(pool)).andThen((found) =>
      found === NEWEST_MIGRATION
        ? okAsync(undefined)
        : errAsync({ kind: 'SchemaOutdated' as const, found, needed: NEWEST_MIGRATION }),
    ),
});

async function newestApplied(pool: pg.Pool): Promise<string> {
  try {
    const { rows } = await pool.query<{ name: string | null }>(
      'SELECT max(name) AS name FROM kysely_migration',
    );
    return rows[0]?.name ?? 'none';
  } catch (fault) {
    if ((fault as { code?: string }).code === UNDEFINED_TABLE) return 'none';
    throw fault;
  }
}
