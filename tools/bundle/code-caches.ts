import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * What a function is given to start outside of Lambda; it connects to nothing before its first invocation. Nothing of it is kept in a
 * code cache, which has code alone.
 */
export const STARTED_WITH = {
  PAYWRIGHT_SECRET: 'a secret that is there to start with and signs nothing',
  PAYWRIGHT_CUSTOMER_KEYS: `start:${Buffer.alloc(32, 7).toString('base64url')}`,
  JWT_SECRET: 'another secret, of 32 bytes and more, that signs nothing',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
};

const run = promisify(execFile);

/**
 * Makes the code cache of a function beside its `index.cjs`. V8 takes a cache for what it is only when its version, its build and its
 * flags are those it was made with; `flags` are Node's.
 */
export async function makeCodeCache(
  index: string,
  storage: string,
  flags: readonly string[] = [],
): Promise<void> {
  await run(process.execPath, [...flags, index], {
    env: { ...STARTED_WITH, STORAGE: storage, PATH: process.env['PATH'] },
  });
}
