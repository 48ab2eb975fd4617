import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import type { SchemaDiverged, SchemaOutdated, StorageHealth } from '../../ports/storage-health.ts';
import { withRetry } from './faults.ts';
import { PLATFORM_MIGRATIONS } from './migrate.ts';
import { type MigrationFiles, migrationTable, newestOf } from './migration-files.ts';

const UNDEFINED_TABLE = '42P01';

/** Well when every file of `files` was applied as it is; what a newer version applied besides does no harm. */
export const postgresStorageHealth = (
  pool: pg.Pool,
  files: MigrationFiles = PLATFORM_MIGRATIONS,
): StorageHealth => ({
  name: 'postgres',
  check: () => withRetry(() => appliedTo(pool, files)).andThen((applied) => fitness(applied, files)),
});

/** The hash is null for what was applied before hashes were stored. */
type Applied = Readonly<{ name: string; hash: string | null }>;

function fitness(
  applied: readonly Applied[],
  files: MigrationFiles,
): Result<void, SchemaOutdated | SchemaDiverged> {
  const hashes = new Map(applied.map(({ name, hash }) => [name, hash]));
  for (const [name, hash] of Object.entries(files.hashes)) {
    const stored = hashes.get(name);
    if (stored === undefined)
      return err({ kind: 'SchemaOutdated', found: applied.at(-1)?.name ?? 'none', needed: newestOf(files) });
    if (stored !== null && stored !== hash) return err({ kind: 'SchemaDiverged', migration: name });
  }
  return ok();
}

/** Read through the row's JSON, for a table of an older version has no column of hashes. */
async function appliedTo(pool: pg.Pool, files: MigrationFiles): Promise<readonly Applied[]> {
  try {
    const { rows } = await pool.query<Applied>(
      `SELECT m.name, to_jsonb(m) ->> 'hash' AS hash FROM ${migrationTable(files)} AS m ORDER BY m.name COLLATE "C"`,
    );
    return rows;
  } catch (fault) {
    if ((fault as { code?: string }).code === UNDEFINED_TABLE) return [];
    throw fault;
  }
}
