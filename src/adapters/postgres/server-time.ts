import type { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { withRetry } from './faults.ts';

/** What time it is for the server, to the millisecond. */
export const postgresTime = (pool: pg.Pool): ResultAsync<Instant, StorageUnavailable> =>
  withRetry(async () => {
    const { rows } = await pool.query<Readonly<{ now: Instant }>>('SELECT clock_timestamp() AS now');
    const [row] = rows;
    if (row === undefined) throw new Error('the server does not say what time it is');
    return row.now;
  });
