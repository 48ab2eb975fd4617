import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import pg from 'pg';

/** Owns the tables, and may do nothing else: no superuser, no other role, no other database, no file of the server. */
const OWNER = 'paywright_owner';

const passwordFile = (home: string): string => `${home}.owner-password`;

/** The URL that is served from: the same server as the superuser's, under the role that owns the tables. */
export function ownerUrl(superuserUrl: string, home: string): string {
  const url = new URL(superuserUrl);
  url.username = OWNER;
  url.password = readFileSync(passwordFile(home), 'utf8');
  return url.href;
}

/**
 * Makes the owner, or brings an installation whose tables still belong to the superuser under it; safe to repeat. Gives
 * the owner's URL.
 */
export async function ensureOwner(superuserUrl: string, home: string): Promise<string> {
  const file = passwordFile(home);
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600, flush: true });
  const client = new pg.Client({ connectionString: superuserUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [OWNER]);
    if (rowCount === 0) await client.query(`CREATE ROLE ${OWNER}`);
    await client.query(
      `ALTER ROLE ${OWNER} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
       PASSWORD ${client.escapeLiteral(readFileSync(file, 'utf8'))}`,
    );
    await client.query(`ALTER DATABASE postgres OWNER TO ${OWNER}`);
    const { rows } = await client.query<{ statement: string }>(STILL_THE_SUPERUSERS);
    for (const { statement } of rows) await client.query(statement);
  } finally {
    await client.end();
  }
  return ownerUrl(superuserUrl, home);
}

/** One statement for each thing outside the system's own schemas that the owner does not own yet. */
const STILL_THE_SUPERUSERS = `
  WITH ours AS (
    SELECT oid, nspname, nspowner FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
  ), owner AS (SELECT oid FROM pg_roles WHERE rolname = '${OWNER}')
  SELECT format('ALTER SCHEMA %I OWNER TO ${OWNER}', nspname) AS statement
  FROM ours, owner WHERE nspowner <> owner.oid
  UNION ALL
  SELECT format('ALTER %s %I.%I OWNER TO ${OWNER}',
    CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, ours.nspname, c.relname)
  FROM pg_class c JOIN ours ON ours.oid = c.relnamespace, owner
  WHERE c.relowner <> owner.oid AND c.relkind IN ('r', 'p', 'v', 'S')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i') AND c.relkind = 'S')
  UNION ALL
  SELECT format('ALTER ROUTINE %s OWNER TO ${OWNER}', p.oid::regprocedure)
  FROM pg_proc p JOIN ours ON ours.oid = p.pronamespace, owner WHERE p.proowner <> owner.oid
  UNION ALL
  SELECT format('ALTER TYPE %I.%I OWNER TO ${OWNER}', ours.nspname, t.typname)
  FROM pg_type t JOIN ours ON ours.oid = t.typnamespace, owner
  WHERE t.typowner <> owner.oid AND (t.typtype IN ('e', 'd') OR
    (t.typtype = 'c' AND (SELECT relkind FROM pg_class WHERE oid = t.typrelid) = 'c'))`;
