import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { endProcess, isAlive, readServerState } from '../../src/adapters/embedded/owner.ts';
import { startPostgres } from '../../src/adapters/embedded/postgres-server.ts';
import { withStartLock } from '../../src/adapters/embedded/start-lock.ts';
import { serverUser } from '../../src/adapters/embedded/unprivileged.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'paywright-postgres-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const serverPid = (): number => readServerState(join(dataDir, 'postgres.json'))?.serverPid ?? -1;

it('is shared by all who start it on one directory, at once or later, and ended by its owner alone', async () => {
  const servers = await Promise.all(Array.from({ length: 3 }, () => startPostgres({ dataDir })));
  expect(new Set(servers.map(({ url }) => url)).size).toBe(1);
  const pid = serverPid();
  const late = await startPostgres({ dataDir });
  expect(late.url).toBe(servers[0]?.url);
  await late.stop();
  expect(isAlive(pid)).toBe(true);
  const client = new pg.Client({ connectionString: late.url });
  await client.connect();
  await client.end();
  for (const each of servers.toReversed()) await each.stop();
  expect(isAlive(pid)).toBe(false);
});

it('lets go of its lock with the process that held it, however that ended', async () => {
  const file = join(dataDir, 'start.lock');
  const script = `
    import { withStartLock } from '${new URL('../../src/adapters/embedded/start-lock.ts', import.meta.url).href}';
    await withStartLock(process.argv[1], async () => {
      console.log('held');
      await new Promise(() => setInterval(() => {}, 1_000));
    });
  `;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script, file]);
  await new Promise((held) => holder.stdout.once('data', held));
  let entered = false;
  const entering = withStartLock(file, async () => {
    entered = true;
  });
  await new Promise((wait) => setTimeout(wait, 200));
  expect(entered).toBe(false);
  await endProcess(holder.pid ?? -1, 'SIGKILL');
  await entering;
  expect(entered).toBe(true);
});

it('waits for what is left of a killed server, and comes back where it was', async () => {
  const first = await startPostgres({ dataDir });
  await first.stop();
  const remains = spawn('sleep', ['2'], serverUser() ?? {});
  writeFileSync(join(dataDir, 'postgres', 'postmaster.pid'), `${remains.pid}\n`);
  const second = await startPostgres({ dataDir });
  expect(remains.exitCode).toBe(0);
  expect(second.url).toBe(first.url);
  await second.stop();
});

it('serves under a role that owns the tables and may do nothing else to the server', async () => {
  const server = await startPostgres({ dataDir });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query('CREATE SCHEMA ours');
  for (const statement of [
    "SELECT pg_read_file('/etc/hostname')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    'CREATE ROLE another',
    'CREATE DATABASE another',
    "ALTER SYSTEM SET fsync = 'off'",
  ])
    await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
  await client.end();
  await server.stop();
});

it('brings what the superuser owned in an older installation under the role that serves', async () => {
  const first = await startPostgres({ dataDir });
  const superuser = new URL(first.url);
  superuser.username = 'paywright';
  superuser.password = readFileSync(join(dataDir, 'postgres.password'), 'utf8');
  const before = new pg.Client({ connectionString: superuser.href });
  await before.connect();
  await before.query(`
    CREATE SCHEMA approvals;
    CREATE TABLE approvals.old (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kept text);
    CREATE VIEW approvals.seen AS SELECT kept FROM approvals.old;
    CREATE FUNCTION approvals.one() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE TYPE approvals.pair AS (a int, b int);
    INSERT INTO approvals.old (kept) VALUES ('still here')`);
  await before.end();
  await first.stop();

  const second = await startPostgres({ dataDir });
  const after = new pg.Client({ connectionString: second.url });
  await after.connect();
  expect((await after.query('SELECT kept FROM approvals.seen')).rows).toEqual([{ kept: 'still here' }]);
  await after.query('DROP SCHEMA approvals CASCADE');
  await after.end();
  await second.stop();
});

it('knows nothing of the environment, and its data directory is closed to other users', async () => {
  process.env['PAYWRIGHT_TEST_CANARY'] = 'not-for-children';
  const server = await startPostgres({ dataDir });
  delete process.env['PAYWRIGHT_TEST_CANARY'];
  if (process.platform === 'linux')
    expect(readFileSync(`/proc/${serverPid()}/environ`, 'utf8')).not.toContain('not-for-children');
  expect(statSync(dataDir).mode & 0o067).toBe(0);
  for (const secret of ['postgres.password', 'postgres.owner-password'])
    expect(statSync(join(dataDir, secret)).mode & 0o077).toBe(0);
  await server.stop();
});
