import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../src/adapters/embedded/postgres-server.ts';
import { missingEmulators, startEmulatorStarter } from './aws-emulators.ts';
import { bundleProgram } from './bundled-program.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL of the embedded server that all tests of this run share. */
    postgresUrl: string;
  }
}

/** Starts the servers that tests share, each on a port of its own, and leaves nothing running. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'paywright-test-'));
  // Tests end processes, never the machine, so waiting for the disk would prove nothing.
  const [postgres, program] = await Promise.all([
    startPostgres({ dataDir, settings: { fsync: 'off', max_connections: '300' } }),
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
  return async () => {
    await emulators.close();
    await postgres.stop();
    await program.remove();
    rmSync(dataDir, { recursive: true, force: true });
    rmSync(objects, { recursive: true, force: true });
  };
}
