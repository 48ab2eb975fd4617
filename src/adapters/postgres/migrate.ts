import { Kysely, PostgresAdapter, PostgresDialect, sql, type Transaction } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import { present } from '../../domain/kernel/present.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { withRetry } from './faults.ts';
import {
  kyselyMigrations,
  type MigrationFiles,
  migrationTable,
  migrationText,
  newestOf,
} from './migration-files.ts';
import { takeLocks } from './migration-locks.ts';
import hashes from './migrations/manifest.json' with { type: 'json' };
import parts from './migrations/parts.json' with { type: 'json' };
import type { Database } from './schema.ts';
import { type AppliedRow, sealOfMigration } from './stored-migrations.ts';

/** The platform's. */
export const PLATFORM_MIGRATIONS: MigrationFiles = {
  folder: new URL('./migrations/', import.meta.url),
  hashes,
  parts,
};

/** A kysely over the pool. It is never destroyed, which would end the pool. */
export const queriesOn = <Tables = Database>(pool: pg.Pool): Kysely<Tables> =>
  new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });

/**
 * Brings the schema up to date, in one transaction, and gives the names of what it applied. Any number of processes
 * may run it at once: they queue on a lock, and the later ones find nothing to do. What serves meanwhile waits for it, and is
 * never ended for its sake.
 */
export const migratePostgres = (pool: pg.Pool): ResultAsync<readonly string[], StorageUnavailable> =>
  applyMigrations(pool, PLATFORM_MIGRATIONS);

/**
 * Without kysely's own lock, which is the session's: a transaction that fails cannot release it, and its connection would go
 * back to the pool with it.
 */
const migrationsOn = (pool: pg.Pool): Kysely<Database> => {
  const dialect = new PostgresDialect({ pool });
  const unlocked = { acquireMigrationLock: async () => {}, releaseMigrationLock: async () => {} };
  return new Kysely({
    dialect: {
      createAdapter: () => Object.assign(new PostgresAdapter(), unlocked),
      createDriver: () => dialect.createDriver(),
      createIntrospector: (db) => dialect.createIntrospector(db),
      createQueryCompiler: () => dialect.createQueryCompiler(),
    },
  });
};

/** The lock of the process that migrates: any number that no other lock of the database has. */
const LOCK = 7_246_091;

/**
 * The same for the files of either service. The hash of each file is noted beside its name. A schema that a newer version
 * has brought further is left as it is, so that an older one can be started again.
 */
export const applyMigrations = (
  pool: pg.Pool,
  files: MigrationFiles,
): ResultAsync<readonly string[], StorageUnavailable> =>
  withRetry(() =>
    migrationsOn(pool)
      .transaction()
      .execute(async (db) => {
        await sql`SELECT pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(db);
        // A table that is in use is waited for shortly, for every later request waits behind this one.
        await sql`SET LOCAL lock_timeout = '3s'`.execute(db);
        const migrations = { ...kyselyMigrations(files), ...(await newerThan(db, files)) };
        const migrator = migratorOf(db, migrations, files);
        await takeLocks(db, await textToApply(migrator, files));
        const { error, results = [] } = await migrator.migrateToLatest();
        if (error !== undefined) throw error;
        const applied = results.map(({ migrationName }) => migrationName);
        if (applied.length > 0) await noteHashes(db, files);
        return applied;
      }),
  );

/** Kysely's own name for its table would be met by a migrator of no schema, which looks for its table in all of them. */
const migratorOf = (
  db: Transaction<Database>,
  migrations: Record<string, Migration>,
  { schema }: MigrationFiles,
): Migrator =>
  new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    ...present({ migrationTableSchema: schema }),
    ...(schema === undefined
      ? {}
      : { migrationTableName: 'migration', migrationLockTableName: 'migration_lock' }),
  });

/** The contents of all files that are not applied yet. */
async function textToApply(migrator: Migrator, files: MigrationFiles): Promise<string> {
  const known = await migrator.getMigrations();
  const names = known.filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name);
  return (await Promise.all(names.map((name) => migrationText(files, name)))).join('\n');
}

/** What was applied beyond the newest file that this version knows; kysely would call the list corrupted without it. */
async function newerThan(
  db: Transaction<Database>,
  files: MigrationFiles,
): Promise<Record<string, Migration>> {
  const table = migrationTable(files);
  const { rows: found } = await sql<{ is: boolean }>`SELECT to_regclass(${table}) IS NOT NULL AS is`.execute(
    db,
  );
  if (found[0]?.is !== true) return {};
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM ${sql.raw(table)} WHERE name COLLATE "C" > ${newestOf(files)}`.execute(db);
  const never = {
    up: () => Promise.reject(new Error('a migration of a newer version is applied by that version')),
  };
  return Object.fromEntries(rows.map(({ name }) => [name, never]));
}

/**
 * Of all that lack them: what was applied before hashes were noted is taken to be what landed. Columns and no table of their
 * own, so that who may read the names may read the hashes.
 */
async function noteHashes(db: Transaction<Database>, files: MigrationFiles): Promise<void> {
  const table = sql.raw(migrationTable(files));
  await sql`ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS hash text, ADD COLUMN IF NOT EXISTS seal text`.execute(
    db,
  );
  const { rows } = await sql<AppliedRow>`
    SELECT name, timestamp, hash, seal FROM ${table} WHERE seal IS NULL`.execute(db);
  for (const row of rows) {
    const hash = row.hash ?? files.hashes[row.name] ?? null;
    const seal = sealOfMigration({ ...row, hash });
    await sql`UPDATE ${table} SET hash = ${hash}, seal = ${seal} WHERE name = ${row.name}`.execute(db);
  }
}
