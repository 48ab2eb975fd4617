import pg from 'pg';

/** A migrated database that one test has after the other. */
export type EmptiedDatabase = Readonly<{
  url: string;
  /** Leaves it as it was migrated; false where another connection is still at work, so that more rows may come. */
  empty(): Promise<boolean>;
  leave(): Promise<void>;
}>;

/** By a superuser's URL, of a database that has just been made. */
export async function emptiedDatabase(url: string): Promise<EmptiedDatabase> {
  const keeper = new pg.Client({ connectionString: url });
  // Ended by a test that ends all connections: then the next query fails.
  keeper.on('error', () => {});
  await keeper.connect();
  await keeper.query("SET session_replication_role = 'replica'");
  const migrated = new Set(await filledTables(keeper));
  return {
    url,
    async empty() {
      try {
        const { rows } = await keeper.query<{ busy: boolean }>(BUSY);
        if (rows[0]?.busy !== false) return false;
        const filled = (await filledTables(keeper)).filter((name) => !migrated.has(name));
        if (filled.length > 0) await keeper.query(`TRUNCATE ${filled.join(', ')} CASCADE`);
        return true;
      } catch {
        return false;
      }
    },
    leave: () => keeper.end(),
  };
}

const BUSY = `SELECT count(*) > 0 AS busy FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`;

/** Tables that have pages: rows, or what is left of some. */
async function filledTables(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>({
    name: 'filled_tables',
    text: `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND pg_relation_size(c.oid) > 0`,
  });
  return rows.map(({ name }) => name);
}
