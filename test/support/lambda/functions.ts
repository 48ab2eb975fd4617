import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunction } from '../../../tools/bundle/bundle.ts';
import { FUNCTIONS } from '../../../tools/bundle/functions.ts';
import type { Storage } from '../../../tools/bundle/plugins.ts';
import { AUDIENCE, aToken, ISSUER, SECRET } from '../http-app.ts';
import { type Instance, startInstance } from './runtime-api.ts';

/** What every function of these tests is told, but for its storage. */
const VARIABLES = {
  HOST: '127.0.0.1',
  JWT_SECRET: SECRET,
  JWT_ISSUER: ISSUER,
  JWT_AUDIENCE: AUDIENCE,
  PAYWRIGHT_SECRET: 'another secret of this test and of nothing else',
  PAYWRIGHT_CUSTOMER_KEYS: `test:${Buffer.alloc(32, 7).toString('base64url')}`,
} as const;

/** Bundles functions when they are first started, and starts instances of them; `close` ends all of it. */
export function someFunctions() {
  const folder = mkdtempSync(join(tmpdir(), 'paywright-functions-'));
  const bundles = new Map<string, Promise<string>>();
  const instances: Instance[] = [];

  return {
    folder,
    /** The file of the bundle, made once for each storage. */
    bundle(name: string, storage: Storage): Promise<string> {
      const key = `${storage}/${name}`;
      const bundled = bundles.get(key) ?? made(name, storage, join(folder, storage));
      bundles.set(key, bundled);
      return bundled;
    },
    async start(name: string, storage: Storage, variables: Readonly<Record<string, string>> = {}) {
      const dataDir = join(folder, 'data');
      const instance = await startInstance(await this.bundle(name, storage), {
        ...VARIABLES,
        STORAGE: storage,
        PAYWRIGHT_DATA_DIR: dataDir,
        ...variables,
      });
      instances.push(instance);
      return instance;
    },
    async close() {
      await Promise.all(instances.map((instance) => instance.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function made(name: string, storage: Storage, outDir: string): Promise<string> {
  const found = FUNCTIONS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no function ${name}`);
  return (await bundleFunction(found, outDir, storage)).file;
}

type Sent = Readonly<{
  method?: string;
  body?: unknown;
  key?: string;
  claims?: Readonly<Record<string, unknown>>;
  headers?: Readonly<Record<string, string>>;
}>;

/** A request with a good token of `merchant-1`, unless its claims say otherwise. */
export async function aCall(
  path: string,
  { method, body, key, claims, headers }: Sent = {},
): Promise<Request> {
  const token = await aToken({ permissions: ['payments', 'settlements', 'webhooks', 'refunds'], ...claims });
  return new Request(`https://pay.example${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
