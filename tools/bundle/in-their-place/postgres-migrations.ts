export { APPROVALS_MIGRATIONS } from '../../../src/adapters/postgres/approvals/migrate.ts';
export { PLATFORM_MIGRATIONS } from '../../../src/adapters/postgres/migrate.ts';

const migrated = (): never => {
  throw new Error('a function that serves migrates nothing');
};

/** Tables are migrated by `migrate`. */
export const migratePostgres = migrated;

/** And those of approvals by `approvals-migrate`. */
export const migrateApprovals = migrated;
