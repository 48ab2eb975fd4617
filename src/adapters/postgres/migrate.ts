import { Kysely, PostgresDialect } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { withRetry } from './faults.ts';
import { payments } from './migrations/001-payments.ts';
import { commitChanges } from './migrations/002-commit-changes.ts';
import { quotas } from './migrations/003-quotas.ts';
import { auditIndex } from './migrations/004-audit-index.ts';
import { outboxShards } from './migrations/005-outbox-shards.ts';
import { leases } from './migrations/006-leases.ts';
import { webhookDeliveries } from './migrations/007-webhook-deliveries.ts';
import type { Database } from './schema.ts';

/** In the order they are applied; a released migration is never edited. */
const MIGRATIONS = {
  '001-payments': payments,
  '002-commit-changes': commitChanges,
  '003-quotas': quotas,
  '004-audit-index': auditIndex,
  '005-outbox-shards': outboxShards,
  '006-leases': leases,
  '007-webhook-deliveries': webhookDeliveries,
};

export const NEWEST_MIGRATION = Object.keys(MIGRATIONS).at(-1) ?? '';

/** A kysely over the pool. Destroying it would end the pool, so nobody does. */
export const queriesOn = <Tables = Database>(pool: pg.Pool): Kysely<Tables> =>
  new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });

/**
 * Brings the schema up to date, in one transaction, and gives the names of what it applied. Any number of processes
 * may run it at once: they queue on a lock, and the later ones find nothing to do.
 */
export const migratePostgres = (pool: pg.Pool): ResultAsync<readonly string[], StorageUnavailable> =>
  applyMigrations(pool, MIGRATIONS);

/**
 * The same for any list; what was applied is noted in `schema`, which is made when it is missing, in a table `migration`.
 * Kysely's own name for it would be met by a migrator of no schema, which looks for its table in all of them.
 */
export const applyMigrations = (
  pool: pg.Pool,
  migrations: Record<string, Migration>,
  schema?: string,
): ResultAsync<readonly string[], StorageUnavailable> =>
  withRetry(async () => {
    const migrator = new Migrator({
      db: queriesOn(pool),
      provider: { getMigrations: () => Promise.resolve(migrations) },
      ...(schema === undefined
        ? {}
        : {
            migrationTableSchema: schema,
            migrationTableName: 'migration',
            migrationLockTableName: 'migration_lock',
          }),
    });
    const { error, results = [] } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
    return results.map(({ migrationName }) => migrationName);
  });
