import type { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import type { StorageRisk } from '../../ports/storage-risk.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { withRetry } from './faults.ts';
import { type MigrationFiles, migrationTable } from './migration-files.ts';

/** What a serving role has beside SELECT and INSERT, by table; of tables that are not named, nothing. */
export type ServingGrants = Readonly<Record<'UPDATE' | 'DELETE', readonly string[]>>;

export const PLATFORM_GRANTS: ServingGrants = {
  UPDATE: [
    'aggregate',
    'balance',
    'claim',
    'claim_trace',
    'failed_authentication',
    'lease',
    'outbox',
    'payment',
    'quota',
    'spending',
    'tally',
    'transaction',
    'unique_key',
    'webhook_delivery',
  ],
  DELETE: [
    'claim',
    'claim_trace',
    'event_log',
    'failed_authentication',
    'lease',
    'outbox',
    'outbox_parked',
    'quota',
    'unique_key',
    'webhook_delivery',
  ],
};

export const APPROVALS_GRANTS: ServingGrants = {
  UPDATE: [
    'payments',
    'payment_line_items',
    'payment_refusal_count',
    'payment_refusal_head',
    'outbox',
    'lease',
    'queue_message',
    'request_claim',
    'request_claim_trace',
  ],
  DELETE: [
    'bus_event',
    'payment_line_items',
    'outbox',
    'outbox_parked',
    'lease',
    'queue_message',
    'request_claim',
    'request_claim_trace',
    'sent_event',
  ],
};

/**
 * What the pool's role may do to one service's tables beyond serving, by itself, as a member of another role or by SET
 * ROLE, and whether its connection is encrypted; of tables that are not there yet, nothing. Nothing of it is what was configured: all of it is what the server says.
 */
export const servingRisks = (
  pool: pg.Pool,
  files: MigrationFiles,
  grants: ServingGrants,
): ResultAsync<readonly StorageRisk[], StorageUnavailable> =>
  withRetry(async () => {
    const { rows } = await pool.query<Session>(SESSION);
    const [session] = rows;
    if (session === undefined) throw new Error('the session has no row');
    const { role, unbound } = session;
    const encryption: readonly StorageRisk[] = session.encrypted ? [] : [{ kind: 'ConnectionInTheClear' }];
    // Who is unbound, or owns the tables, has every privilege: that says all.
    if (unbound.length > 0) return [...encryption, { kind: 'RoleUnbound', role, through: unbound }];
    const place = [files.schema ?? null, migrationTable(files)];
    const owned = await pool.query<Readonly<{ object: string }>>(OWNED, place);
    if (owned.rows.length > 0)
      return [...encryption, { kind: 'RoleOwns', role, objects: owned.rows.map(({ object }) => object) }];
    const excess = (await pool.query<Privilege>(PRIVILEGES, place)).rows.filter(
      ({ privilege, name }) =>
        !(grants as Readonly<Record<string, readonly string[]>>)[privilege]?.includes(name),
    );
    const settings = session.version >= PARAMETERS_SINCE ? (await pool.query<Privilege>(SETTINGS)).rows : [];
    return [...encryption, ...grouped(role, [...excess, ...settings])];
  });

type Session = Readonly<{ role: string; version: number; encrypted: boolean; unbound: readonly string[] }>;

/** `name` is the object's own; `object` is how SQL names it. */
type Privilege = Readonly<{ privilege: string; name: string; object: string; grantee: string }>;

/** Privileges on settings came with this version. */
const PARAMETERS_SINCE = 150_000;

/** One risk for each privilege: all that has it, and every role of ours through which. */
function grouped(role: string, excess: readonly Privilege[]): readonly StorageRisk[] {
  return [...Map.groupBy(excess, ({ privilege }) => privilege)].map(([privilege, found]) => ({
    kind: 'RolePrivileged',
    role,
    privilege,
    objects: [...new Set(found.map(({ object }) => object))].toSorted(),
    grantees: [...new Set(found.map(({ grantee }) => grantee))].toSorted(),
  }));
}

/** Roles of the server's own that write, or run, what no grant of ours names. Owning the database makes one of the last. */
const UNBOUND = [
  'pg_write_all_data',
  'pg_write_server_files',
  'pg_execute_server_program',
  'pg_database_owner',
];

const SESSION = `
  SELECT current_user AS role, current_setting('server_version_num')::integer AS version,
    coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS encrypted,
    ARRAY(
      SELECT r.rolname::text FROM pg_roles AS r
      WHERE CASE WHEN me.rolsuper THEN r.oid = me.oid
        ELSE pg_has_role(me.oid, r.oid, 'MEMBER')
          AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolname IN (${UNBOUND.map((name) => `'${name}'`).join(', ')})) END
      ORDER BY r.rolname
    ) AS unbound
  FROM pg_roles AS me WHERE me.rolname = current_user`;

/** Every role that ours is, or may become. */
const REACHABLE = `reachable AS (
    SELECT oid, rolname::text AS grantee FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')
  ), home AS (
    SELECT n.oid, n.nspname, n.nspowner, m.relowner AS migrator FROM pg_namespace AS n, pg_class AS m
    WHERE n.nspname = coalesce($1::text, current_schema()) AND m.oid = to_regclass($2)
  )`;

const OWNED = `
  WITH ${REACHABLE}
  SELECT format('table %s', c.oid::regclass) AS object FROM pg_class AS c JOIN home ON c.relnamespace = home.oid
    JOIN reachable AS r ON r.oid = c.relowner WHERE c.relkind IN ('r', 'p', 'v', 'S')
  UNION ALL
  SELECT format('function %s', p.oid::regprocedure) FROM pg_proc AS p JOIN home ON p.pronamespace = home.oid
    JOIN reachable AS r ON r.oid = p.proowner
  UNION ALL
  SELECT format('schema %I', home.nspname) FROM home JOIN reachable AS r ON r.oid = home.nspowner
  ORDER BY object`;

/** Of the tables that migrations made: others in the schema are not ours. */
const PRIVILEGES = `
  WITH ${REACHABLE}
  SELECT p.privilege, c.relname::text AS name, c.oid::regclass::text AS object, r.grantee
  FROM home JOIN pg_class AS c ON c.relnamespace = home.oid AND c.relowner = home.migrator AND c.relkind IN ('r', 'p')
  CROSS JOIN reachable AS r
  CROSS JOIN (VALUES ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('TRIGGER')) AS p(privilege)
  WHERE has_table_privilege(r.oid, c.oid, p.privilege)
    OR (p.privilege = 'UPDATE' AND has_any_column_privilege(r.oid, c.oid, 'UPDATE'))
  UNION ALL
  SELECT 'CREATE', home.nspname::text, format('SCHEMA %I', home.nspname), r.grantee
  FROM home CROSS JOIN reachable AS r WHERE has_schema_privilege(r.oid, home.oid, 'CREATE')`;

/** Who may set it ends every trigger for a session. */
const SETTINGS = `
  SELECT 'SET' AS privilege, name, format('PARAMETER %s', name) AS object, r.rolname::text AS grantee
  FROM pg_roles AS r, (VALUES ('session_replication_role')) AS s(name)
  WHERE pg_has_role(current_user, r.oid, 'MEMBER') AND has_parameter_privilege(r.oid, s.name, 'SET')`;
