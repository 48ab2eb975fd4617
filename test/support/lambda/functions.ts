import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceOf } from '../../../tools/bundle/functions.ts';
import type { Storage } from '../../../tools/bundle/plugins.ts';
import { httpEvent } from '../gateway.ts';
import { AUDIENCE, aToken, ISSUER, SECRET } from '../http-app.ts';
import { bundlesOf } from './bundles.ts';
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

/** What EventBridge hands over when a schedule is due. */
export const SCHEDULED = {
  version: '0',
  id: '1',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  detail: {},
};

/** How much of its log a failed invocation is reported with, in characters. */
const LOG_TAIL = 2_000;

/** Starts instances of functions from their bundles; `close` ends all of them. */
export function someFunctions() {
  const folder = mkdtempSync(join(tmpdir(), 'paywright-functions-'));
  const instances: Instance[] = [];

  return {
    folder,
    async start(name: string, storage: Storage, variables: Readonly<Record<string, string>> = {}) {
      const dataDir = join(folder, 'data');
      const instance = await startInstance(await fileOf(name, storage), {
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

async function fileOf(name: string, storage: Storage): Promise<string> {
  const found = (await bundlesOf(serviceOf(name), storage)).find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no function ${name}`);
  return found.file;
}

/** Functions on one storage, an instance of each, which starts when it is first invoked. */
export function someDeployment(storage: Storage, variables: () => Readonly<Record<string, string>>) {
  const functions = someFunctions();
  const started = new Map<string, Promise<Instance>>();

  /** Throws when the function fails. */
  async function invoked<Result>(name: string, event: unknown): Promise<Result> {
    const starting = started.get(name) ?? functions.start(name, storage, variables());
    started.set(name, starting);
    const instance = await starting;
    const outcome = await instance.invoke(event);
    if (outcome.kind === 'result') return outcome.payload as Result;
    // Lambda ends an instance that took too long, and starts another for the next event.
    if (outcome.kind === 'timed out') started.delete(name);
    throw new Error(`${name}: ${JSON.stringify(outcome)}\n${instance.log().slice(-LOG_TAIL)}`);
  }

  return {
    invoked,
    close: () => functions.close(),
    /** A request to the API, as the gateway hands it to the function. */
    async asked(name: string, path: string, sent: Sent = {}) {
      const event = await httpEvent(await aCall(path, sent));
      const { statusCode, body } = await invoked<{ statusCode: number; body: string }>(name, event);
      return { status: statusCode, body: JSON.parse(body) as Readonly<Record<string, unknown>> };
    },
  };
}

export type Sent = Readonly<{
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
