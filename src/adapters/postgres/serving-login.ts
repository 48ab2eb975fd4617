import pg from 'pg';
import type { MigrationFiles } from './migration-files.ts';
import type { ServingGrants } from './serving-role.ts';

/** A role's name and password. */
type Login = Readonly<{ user: string; password: string }>;

/**
 * Makes the role that serves one service's tables, or gives it this password when it is there, and grants it what
 * `servingRisks` lets it have. In one transaction, as the tables' owner; safe to repeat, and needed after each migration, for new
 * tables are in no earlier grant.
 */
export async function admitServing(
  pool: pg.Pool,
  { user, password }: Login,
  { schema = 'public' }: Pick<MigrationFiles, 'schema'>,
  grants: ServingGrants,
): Promise<void> {
  const role = pg.escapeIdentifier(user);
  const within = pg.escapeIdentifier(schema);
  const tables = (names: readonly string[]) =>
    names.map((name) => `${within}.${pg.escapeIdentifier(name)}`).join(', ');
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [user]);
    const verb = rowCount === 0 ? 'CREATE' : 'ALTER';
    await client.query(`${verb} ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
    await client.query(`GRANT USAGE ON SCHEMA ${within} TO ${role}`);
    await client.query(`GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA ${within} TO ${role}`);
    for (const [privilege, names] of Object.entries(grants))
      await client.query(`GRANT ${privilege} ON ${tables(names)} TO ${role}`);
    await client.query('COMMIT');
    client.release();
  } catch (fault) {
    // A connection that did not commit is not lent again.
    client.release(true);
    throw fault;
  }
}
