import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../src/adapters/embedded/postgres-server.ts';
import { missingEmulators, startEmulatorStarter } from './aws-emulators.ts';
import { bundleProgram } from './bundled-program.ts';
import { missingChromium } from './chromium.ts';
import { startConsoleBuilder } from './console-build.ts';
import { startBundler } from './lambda/bundles.ts';
import { startTemplateMaker } from './postgres-template.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL of the embedded server that all tests of this run share. */
    postgresUrl: string;
  }
}

/**
 * Tests end processes, never the machine, so neither waiting for the disk nor whole pages in the log would prove anything. Their
 * databases, some two thousand in a run, live for seconds: none needs to be vacuumed or copied. They log in some ten
 * thousand times with passwords that are random: hashing one of them 4096 times on either side shields nothing.
 */
const SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  max_connections: '300',
  wal_level: 'minimal',
  max_wal_senders: '0',
  scram_iterations: '1',
};

const GIGABYTE = 1 << 30;

/** In memory where there is enough: two thousand databases of 10 MB, written and removed, keep a disk busy longer than all tests. */
function serverFolder(): string {
  const inMemory = '/dev/shm';
  const isRoomy = existsSync(inMemory) && freeBytes(inMemory) >= 4 * GIGABYTE;
  return mkdtempSync(join(isRoomy ? inMemory : tmpdir(), 'paywright-test-'));
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Gives the superuser its password again, hashed as `SETTINGS` says. */
async function hashAnew({ href, username, password }: URL): Promise<void> {
  const client = new pg.Client({ connectionString: href });
  await client.connect();
  await client.query(`ALTER ROLE ${username} PASSWORD ${client.escapeLiteral(password)}`);
  await client.end();
}

/** Starts the servers that tests share, each on a port of its own, and leaves nothing running. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = serverFolder();
  const [postgres, program] = await Promise.all([
    startPostgres({ dataDir, settings: SETTINGS }),
    bundleProgram(),
  ]);
  process.env['TEST_PROGRAM_FOLDER'] = program.folder;
  const superuser = new URL(postgres.url);
  superuser.username = 'paywright';
  superuser.password = readFileSync(join(dataDir, 'postgres.password'), 'utf8');
  await hashAnew(superuser);
  project.provide('postgresUrl', superuser.href);
  const objects = mkdtempSync(join(tmpdir(), 'paywright-test-objects-'));
  // Also programs that tests start are to leave nothing, and they are asked nothing by vitest.
  process.env['TEST_OBJECTS_FOLDER'] = objects;
  for (const missing of [missingEmulators(), missingChromium()])
    if (missing !== undefined) console.log(`\n${missing}\n`);
  const emulators = await startEmulatorStarter();
  process.env['TEST_EMULATORS_URL'] = emulators.url;
  const consoleBuilder = await startConsoleBuilder();
  process.env['TEST_CONSOLE_URL'] = consoleBuilder.url;
  const bundler = await startBundler();
  process.env['TEST_BUNDLES_URL'] = bundler.url;
  const templates = await startTemplateMaker(superuser.href);
  process.env['TEST_TEMPLATE_URL'] = templates.url;
  return async () => {
    consoleBuilder.close();
    bundler.close();
    templates.close();
    await emulators.close();
    await postgres.stop();
    await program.remove();
    rmSync(dataDir, { recursive: true, force: true });
    rmSync(objects, { recursive: true, force: true });
  };
}
