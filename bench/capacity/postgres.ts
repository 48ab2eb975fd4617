import { startPostgres } from '../../src/adapters/embedded/postgres-server.ts';
import { migratePostgres } from '../../src/adapters/postgres/migrate.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { orThrow } from '../rows.ts';
import { aRequest, MERCHANTS, systemOver } from '../system.ts';

const PAYMENTS = 300;
const [MERCHANT] = MERCHANTS;

/** What a payment takes of PostgreSQL, its events not relayed: bytes of log and of tables with their indexes, rounded up. */
export async function measurePostgres(
  dataDir: string,
): Promise<Readonly<{ log_bytes: number; bytes: number }>> {
  const server = await startPostgres({ dataDir });
  const pool = postgresPool({ connectionString: server.url });
  try {
    orThrow(await migratePostgres(pool));
    const storage = postgresStorage(pool);
    const { processPayment } = await systemOver(storage);
    const take = async (count: number) => {
      for (let n = 0; n < count; n += 1) orThrow(await processPayment(aRequest(MERCHANT)));
    };
    const size = async (): Promise<Readonly<{ log: number; tables: number }>> => {
      const { rows } = await pool.query<{ log: string; tables: string }>(`
        select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::text as log,
          (select sum(pg_total_relation_size(oid)) from pg_class where relkind = 'r')::text as tables`);
      return { log: Number(rows[0]?.log), tables: Number(rows[0]?.tables) };
    };
    // Aurora writes log records and no images of pages. PostgreSQL has written those by now, once each since its start.
    await take(PAYMENTS);
    const before = await size();
    await take(PAYMENTS);
    const after = await size();
    await storage.close();
    return {
      log_bytes: Math.ceil((after.log - before.log) / PAYMENTS),
      bytes: Math.ceil((after.tables - before.tables) / PAYMENTS),
    };
  } finally {
    await server.stop();
  }
}
