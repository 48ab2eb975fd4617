import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { APPROVALS_MIGRATIONS } from '../../src/adapters/postgres/approvals/migrate.ts';
import { PLATFORM_MIGRATIONS } from '../../src/adapters/postgres/migrate.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { APPROVALS_GRANTS, PLATFORM_GRANTS, servingRisks } from '../../src/adapters/postgres/serving-role.ts';
import { riskText } from '../../src/entrypoints/cli/risk-text.ts';
import { postgresServer } from '../support/postgres-database.ts';
import {
  APPROVALS_GRANTS as APPROVALS_DOCUMENTED,
  asOwner,
  overTls,
  plainRole,
  serveTls,
} from '../support/postgres-roles.ts';

const server = await postgresServer(inject('postgresUrl'));
await serveTls(inject('postgresUrl'));
afterAll(() => server.close());

describe('a serving role', () => {
  let url: string;
  let role: Readonly<{ user: string; url: string }>;
  beforeEach(async () => {
    url = await server.newDatabase();
    role = await plainRole(url);
    await asOwner(url, ...APPROVALS_DOCUMENTED.map((grant) => `GRANT ${grant} TO ${role.user}`));
  });

  const risks = async (as = overTls(role.url)) => {
    const pool = postgresPool({ connectionString: as });
    const found = [
      (await servingRisks(pool, PLATFORM_MIGRATIONS, PLATFORM_GRANTS))._unsafeUnwrap(),
      (await servingRisks(pool, APPROVALS_MIGRATIONS, APPROVALS_GRANTS))._unsafeUnwrap(),
    ].flat();
    await pool.end();
    return found;
  };
  const owner = (...statements: string[]) =>
    asOwner(url, ...statements.map((each) => each.replaceAll('$role', role.user)));

  it('that has what docs/production.md grants, over TLS, is no risk', async () => {
    expect(await risks()).toEqual([]);
  });

  it('has all that docs/production.md grants and nothing else counted as needed', async () => {
    for (const [grants, schema] of [
      [PLATFORM_GRANTS, 'public'],
      [APPROVALS_GRANTS, 'approvals'],
    ] as const)
      for (const [privilege, tables] of Object.entries(grants))
        for (const table of tables) {
          const pool = postgresPool({ connectionString: role.url });
          const { rows } = await pool.query('SELECT has_table_privilege($1, $2) AS has', [
            `${schema}.${table}`,
            privilege,
          ]);
          expect([table, privilege, rows]).toEqual([table, privilege, [{ has: true }]]);
          await pool.end();
        }
  });

  it.each([
    ['UPDATE on audit links', ['GRANT UPDATE ON audit_entry TO $role'], 'UPDATE', ['audit_entry']],
    [
      'UPDATE of one column of ledger entries',
      ['GRANT UPDATE (amount) ON ledger_entry TO $role'],
      'UPDATE',
      ['ledger_entry'],
    ],
    [
      'DELETE of payments',
      ['GRANT DELETE ON payment, transaction TO $role'],
      'DELETE',
      ['payment', 'transaction'],
    ],
    ['TRUNCATE for everybody', ['GRANT TRUNCATE ON ledger_entry TO PUBLIC'], 'TRUNCATE', ['ledger_entry']],
    ['triggers of its own', ['GRANT TRIGGER ON aggregate TO $role'], 'TRIGGER', ['aggregate']],
    [
      'approvals that can be changed',
      ['GRANT UPDATE ON approvals.payment_approvals TO $role'],
      'UPDATE',
      ['approvals.payment_approvals'],
    ],
    [
      'a log of approvals that can be cut',
      ['GRANT DELETE ON approvals.payment_audit_log TO $role'],
      'DELETE',
      ['approvals.payment_audit_log'],
    ],
    [
      'functions of its own beside ours',
      ['GRANT CREATE ON SCHEMA public TO $role'],
      'CREATE',
      ['SCHEMA public'],
    ],
    [
      'every migration done over',
      ['GRANT UPDATE ON kysely_migration TO $role'],
      'UPDATE',
      ['kysely_migration'],
    ],
  ])('is a risk with %s, and the SQL that it is told mends it', async (_, statements, privilege, objects) => {
    await owner(...statements);
    const found = await risks();
    expect(found).toMatchObject([{ kind: 'RolePrivileged', role: role.user, privilege, objects }]);
    await owner(...found.map((risk) => riskText(risk).replace(/^.*: REVOKE/, 'REVOKE')));
    expect(await risks()).toEqual([]);
  });

  it('is a risk that may switch triggers off', async () => {
    await owner('GRANT SET ON PARAMETER session_replication_role TO $role');
    const [risk, ...twice] = await risks();
    expect(risk).toMatchObject({ privilege: 'SET', objects: ['PARAMETER session_replication_role'] });
    if (risk === undefined) throw new Error('no risk');
    await owner(riskText(risk).replace(/^.*: REVOKE/, 'REVOKE'));
    expect(await risks()).toEqual([]);
    expect(twice).toHaveLength(1);
  });

  it.each([
    ['inherits', ''],
    ['takes by SET ROLE alone', 'ALTER ROLE $role NOINHERIT'],
  ])('is a risk with what it %s from another role', async (_, alter) => {
    await owner(
      ...(alter === '' ? [] : [alter]),
      'CREATE ROLE $role_editor',
      'GRANT UPDATE ON audit_entry TO $role_editor',
      'GRANT $role_editor TO $role',
    );
    const [risk] = await risks();
    expect(risk).toMatchObject({ privilege: 'UPDATE', objects: ['audit_entry'] });
    expect(risk && riskText(risk)).toContain(`"${role.user}_editor"`);
  });

  it.each([
    ['pg_write_all_data', 'GRANT pg_write_all_data TO $role'],
    ['a superuser', 'ALTER ROLE $role SUPERUSER'],
    ['one that no policy binds', 'ALTER ROLE $role BYPASSRLS'],
    ['one that makes roles', 'ALTER ROLE $role CREATEROLE'],
    ['one that runs programs of the server', 'GRANT pg_execute_server_program TO $role'],
  ])('is a risk as %s', async (_, statement) => {
    await owner(statement);
    const found = await risks();
    expect(found.map(({ kind }) => kind)).toEqual(['RoleUnbound', 'RoleUnbound']);
    expect(found[0] && riskText(found[0])).toContain('serve under a role of its own');
  });

  it('is a risk as the owner of the database', async () => {
    const { pathname } = new URL(url);
    await owner(`ALTER DATABASE ${pathname.slice(1)} OWNER TO $role`);
    expect((await risks())[0]).toMatchObject({ kind: 'RoleUnbound', through: ['pg_database_owner'] });
  });

  it.each([
    ['a table', 'ALTER TABLE payment OWNER TO $role', ['table payment']],
    [
      'a table through another role',
      'CREATE ROLE $role_o; ALTER TABLE payment OWNER TO $role_o; GRANT $role_o TO $role',
      ['table payment'],
    ],
    [
      'the function that commits',
      'ALTER FUNCTION next_events OWNER TO $role',
      [expect.stringContaining('next_events')],
    ],
    ['approvals’ schema', 'ALTER SCHEMA approvals OWNER TO $role', ['schema approvals']],
  ])('is a risk as the owner of %s', async (_, statement, objects) => {
    await owner(statement);
    expect(await risks()).toMatchObject([{ kind: 'RoleOwns', objects }]);
  });

  it('is a risk over a connection in the clear, however it was configured', async () => {
    const found = await risks(role.url);
    expect(found.map(({ kind }) => kind)).toEqual(['ConnectionInTheClear', 'ConnectionInTheClear']);
  });
});
