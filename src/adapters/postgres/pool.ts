import pg from 'pg';

const INT8 = 20;

/**
 * A pool with the service's limits: 10 connections, 30 s idle, 10 s a query, unless `settings` says otherwise. BIGINT
 * is read as bigint, on this pool only.
 */
export function postgresPool(settings: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    max: 10,
    idleTimeoutMillis: 30_000,
    query_timeout: 10_000,
    connectionTimeoutMillis: 10_000,
    application_name: 'paywright',
    types: {
      getTypeParser: (oid, format) =>
        oid === INT8 ? (BigInt as never) : (pg.types.getTypeParser(oid, format as 'text') as never),
    },
    ...settings,
  });
  // An idle connection that breaks is replaced by the next query; without a listener it would end the process.
  pool.on('error', () => {});
  return pool;
}
