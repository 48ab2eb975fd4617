import type { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import type { StorageUnavailable } from '../../../ports/unavailable.ts';
import { applyMigrations } from '../migrate.ts';
import type { MigrationFiles } from '../migration-files.ts';
import hashes from './migrations/manifest.json' with { type: 'json' };
import parts from './migrations/parts.json' with { type: 'json' };

/** Where everything of approvals is, so that both services may share a database. */
export const SCHEMA = 'approvals';

/** The migrations of approvals. */
export const APPROVALS_MIGRATIONS: MigrationFiles = {
  folder: new URL('./migrations/', import.meta.url),
  hashes,
  parts,
  schema: SCHEMA,
};

/** Brings the schema of approvals up to date; see `migratePostgres`. */
export const migrateApprovals = (pool: pg.Pool): ResultAsync<readonly string[], StorageUnavailable> =>
  applyMigrations(pool, APPROVALS_MIGRATIONS);
