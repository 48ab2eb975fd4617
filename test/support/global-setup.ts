import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../src/adapters/embedded/postgres-server.ts';
import { missingEmulators, startEmulatorStarter } from './aws-emulators.ts';
import { bundleProgram } from './bundled-program.ts';
import { startBundler } from './lambda/bundles.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL of the embedded server that all tests of this run share. */
    postgresUrl: string;
  }
}

/**
 * Tests end processes, never the machine, so neither waiting for the disk nor whole pages in the log would prove anything. Their
 * databases, some thousand in a run, live for seconds: none needs to be vacuumed.
 */
const SETTINGS = { fsync: 'off', full_page_writes: 'off', autovacuum: 'off', max_connections: '300' };

/** Starts the servers that tests share, each on a port of its own, and leaves nothing running. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'paywright-test-'));
  const [postgres, program] = await Promise.all([
    startPostgres({ dataDir, settings: SETTINGS }),
    bundleProgram(),
  ]);
  process.env['TEST_PROGRAM_FOLDER'] = program.folder;
  const superuser = new URL(postgres.url);
  superuser.username = 'paywright';
  superuser.password = readFileSync(join(dataDir, 'postgres.password'), 'utf8');
  project.provide('postgresUrl', superuser.href);
  const objects = mkdtempSync(join(tmpdir(), 'paywright-test-objects-'));
  // Also programs that tests start are to leave nothing, and they are asked nothing by vitest.
  process.env['TEST_OBJECTS_FOLDER'] = objects;
  const missing = missingEmulators();
  if (missing !== undefined) console.log(`\n${missing}\n`);
  const emulators = await startEmulatorStarter();
  process.env['TEST_EMULATORS_URL'] = emulators.url;
  const bundler = await startBundler();
  process.env['TEST_BUNDLES_URL'] = bundler.url;
  return async () => {
    bundler.close();
    await emulators.close();
    await postgres.stop();
    await program.remove();
    rmSync(dataDir, { recursive: true, force: true });
    rmSync(objects, { recursive: true, force: true });
  };
}
