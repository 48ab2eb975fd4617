import type { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { withRetry } from './faults.ts';

/**
 * True when the pool's role owns a table of either service, or approvals' schema, by itself, through a role it is in or as
 * a superuser: it could drop it.
 */
export const ownsTables = (pool: pg.Pool): ResultAsync<boolean, StorageUnavailable> =>
  withRetry(async () => {
    const { rows } = await pool.query<{ owns: boolean }>(
      `SELECT EXISTS (
        SELECT FROM pg_tables
        WHERE schemaname IN (current_schema(), 'approvals') AND pg_has_role(tableowner, 'USAGE')
        UNION ALL
        SELECT FROM pg_namespace WHERE nspname = 'approvals' AND pg_has_role(nspowner, 'USAGE')
      ) AS owns`,
    );
    return rows[0]?.owns === true;
  });
