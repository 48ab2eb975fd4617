import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const PAYWRIGHT = join(import.meta.dirname, '../../bin/paywright');

/** Says at its end which packages of AWS the process has loaded. */
const LISTENING = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  const loaded = new Set();
  registerHooks({
    load(url, context, next) {
      for (const [name] of url.matchAll(/@(?:aws-sdk|smithy)\\/[\\w-]+/g)) loaded.add(name);
      return next(url, context);
    },
  });
  process.on('exit', () => console.log(JSON.stringify([...loaded])));
`)}`;

/** The packages of AWS that a command loads which finds no storage where its settings say. */
async function loadedBy(settings: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'paywright-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const env = {
    PATH: process.env['PATH'],
    NODE_OPTIONS: `--import=${LISTENING}`,
    PAYWRIGHT_DATA_DIR: folder,
    LOG_LEVEL: 'silent',
    ...settings,
  };
  const { promise, resolve } = Promise.withResolvers<{ stdout: string; stderr: string }>();
  execFile(PAYWRIGHT, ['outbox', 'list'], { env }, (_fault, stdout, stderr) => resolve({ stdout, stderr }));
  const { stdout, stderr } = await promise;
  expect(stderr).toContain('does not answer');
  return JSON.parse(stdout) as string[];
}

it('clients of AWS are loaded by those processes alone whose settings name a service of AWS', async () => {
  const [ofPostgres, ofDynamoDb] = await Promise.all([
    loadedBy({ STORAGE: 'postgres', DATABASE_URL: 'postgres://of@127.0.0.1:1/none' }),
    loadedBy({ STORAGE: 'dynamodb', DYNAMODB_ENDPOINT: 'http://127.0.0.1:1', AWS_REGION: 'eu-west-1' }),
  ]);
  expect(ofPostgres).toEqual([]);
  expect(ofDynamoDb).toContain('@aws-sdk/client-dynamodb');
  expect(ofDynamoDb).not.toContain('@aws-sdk/client-s3');
});
