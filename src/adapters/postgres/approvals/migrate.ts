import type { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import type { StorageUnavailable } from '../../../ports/unavailable.ts';
import { applyMigrations } from '../migrate.ts';
import { vendorPayments } from './migrations/001-vendor-payments.ts';
import { commitChange } from './migrations/002-commit-change.ts';
import { outbox } from './migrations/003-outbox.ts';

/** Where everything of approvals is, so that both services may share a database. */
export const SCHEMA = 'approvals';

/** In the order they are applied; a released migration is never edited. */
const MIGRATIONS = {
  '001-vendor-payments': vendorPayments,
  '002-commit-change': commitChange,
  '003-outbox': outbox,
};

export const NEWEST_APPROVALS_MIGRATION = Object.keys(MIGRATIONS).at(-1) ?? '';

/** Brings the schema of approvals up to date; see `migratePostgres`. */
export const migrateApprovals = (pool: pg.Pool): ResultAsync<readonly string[], StorageUnavailable> =>
  applyMigrations(pool, MIGRATIONS, SCHEMA);
