import { afterAll, describe, expect, inject, it } from 'vitest';
import { APPROVALS_MIGRATIONS, migrateApprovals } from '../../src/adapters/postgres/approvals/migrate.ts';
import { approvalsPostgresStorage } from '../../src/adapters/postgres/approvals/storage.ts';
import { migratePostgres, PLATFORM_MIGRATIONS } from '../../src/adapters/postgres/migrate.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { admitServing } from '../../src/adapters/postgres/serving-login.ts';
import { APPROVALS_GRANTS, PLATFORM_GRANTS, servingRisks } from '../../src/adapters/postgres/serving-role.ts';
import { aCreation } from '../fixtures/approvals.ts';
import { postgresServer } from '../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

/** The same database under another login. */
const as = (url: string, user: string, password: string) => {
  const login = new URL(url);
  login.username = user;
  login.password = password;
  return postgresPool({ connectionString: login.href, max: 1 });
};

describe('The login that serves', () => {
  it('is made with what serving needs and no more, and given another password when it is there', async () => {
    const url = await server.newDatabase();
    const owner = postgresPool({ connectionString: url, max: 2 });
    (await migrateApprovals(owner))._unsafeUnwrap();
    (await migratePostgres(owner))._unsafeUnwrap();
    const user = `Serving "${Date.now()}"`;
    const admit = (password: string) =>
      admitServing(owner, { user, password }, APPROVALS_MIGRATIONS, APPROVALS_GRANTS);
    await admit("first'); DROP SCHEMA approvals; --");
    const first = as(url, user, "first'); DROP SCHEMA approvals; --");
    const { approvalCommits } = approvalsPostgresStorage(first);
    expect((await approvalCommits.commit(aCreation({}).change)).isOk()).toBe(true);
    const risks = await servingRisks(first, APPROVALS_MIGRATIONS, APPROVALS_GRANTS);
    expect(risks._unsafeUnwrap().filter(({ kind }) => kind !== 'ConnectionInTheClear')).toEqual([]);
    await first.end();

    await admit('second');
    await admitServing(owner, { user, password: 'second' }, PLATFORM_MIGRATIONS, PLATFORM_GRANTS);
    const second = as(url, user, 'second');
    const both = await servingRisks(second, PLATFORM_MIGRATIONS, PLATFORM_GRANTS);
    expect(both._unsafeUnwrap().filter(({ kind }) => kind !== 'ConnectionInTheClear')).toEqual([]);
    const refused = as(url, user, 'first');
    await expect(refused.query('SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    await Promise.all([second.end(), refused.end(), owner.end()]);
  });

  it('is not made at all when a grant fails', async () => {
    const url = await server.newDatabase();
    const owner = postgresPool({ connectionString: url, max: 1 });
    const user = `serving_${Date.now()}`;
    const grants = { UPDATE: ['no_such_table'], DELETE: [] };
    await expect(
      admitServing(owner, { user, password: 'first' }, PLATFORM_MIGRATIONS, grants),
    ).rejects.toThrow();
    // A connection within a transaction that failed would refuse whatever is asked on it.
    expect(owner.totalCount).toBe(0);
    const { rowCount } = await owner.query('SELECT FROM pg_roles WHERE rolname = $1', [user]);
    expect(rowCount).toBe(0);
    await owner.end();
  });
});
