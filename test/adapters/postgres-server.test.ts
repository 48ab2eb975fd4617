import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { endProcess, isAlive, readServerState } from '../../src/adapters/embedded/owner.ts';
import { startPostgres } from '../../src/adapters/embedded/postgres-server.ts';
import { withStartLock } from '../../src/adapters/embedded/start-lock.ts';
import { unprivilegedLogin } from '../../src/adapters/embedded/unprivileged.ts';

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
}, 60_000);

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
  const { uid, gid } = unprivilegedLogin([]);
  const remains = spawn('sleep', ['2'], uid === undefined || gid === undefined ? {} : { uid, gid });
  writeFileSync(join(dataDir, 'postgres', 'postmaster.pid'), `${remains.pid}\n`);
  const second = await startPostgres({ dataDir });
  expect(remains.exitCode).toBe(0);
  expect(second.url).toBe(first.url);
  await second.stop();
}, 60_000);
