import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { startPostgres } from '../../src/adapters/embedded/postgres-server.ts';
import { localSecret } from '../../src/entrypoints/cli/local-secret.ts';
import { MERCHANT_PERMISSIONS, signToken } from '../../src/entrypoints/cli/tokens.ts';
import { type Server, startServer } from '../server.ts';

export const STORAGES = ['memory', 'postgres', 'dynamodb'] as const;
export type StorageName = (typeof STORAGES)[number];

export type Merchant = Readonly<{ id: string; token: string }>;

/** A store of its own with its merchants, and processes over it as `bin/paywright serve` runs them. */
export type Installation = Readonly<{
  storage: StorageName;
  dataDir: string;
  merchants: readonly Merchant[];
  /** One more process over the same store, which with `memory` has one of its own. */
  start(settings?: Readonly<Record<string, string>>): Promise<Server>;
  close(): Promise<void>;
}>;

const SETTINGS = {
  PAYWRIGHT_MAX_IN_FLIGHT: '2000',
} as const;

const MERCHANTS = 20;
const MOST_A_MINUTE = 1_000_000;

/** The embedded server runs apart from the processes, which join it, so that one of them may be killed. */
export async function anInstallation(storage: StorageName): Promise<Installation> {
  const dataDir = mkdtempSync(join(tmpdir(), 'paywright-load-'));
  const engine =
    storage === 'postgres'
      ? await startPostgres({ dataDir })
      : storage === 'dynamodb'
        ? await startDynamoDbEngine({ dataDir })
        : undefined;
  const merchants = await Promise.all(
    Array.from({ length: MERCHANTS }, async (_, n) => {
      const id = `load-${n + 1}`;
      return { id, token: await tokenOf(dataDir, { merchantId: id, permissions: MERCHANT_PERMISSIONS }) };
    }),
  );
  const servers: Server[] = [];
  return {
    storage,
    dataDir,
    merchants,
    async start(settings = {}) {
      const server = await startServer(storage, dataDir, { ...SETTINGS, ...settings });
      servers.push(server);
      await addMerchants(server, merchants, await tokenOf(dataDir, { permissions: ['admin'] }));
      return server;
    },
    async close() {
      await Promise.all(servers.map((server) => server.stop()));
      await engine?.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What a development server takes, for longer than any load. */
const tokenOf = (
  dataDir: string,
  claims: Readonly<{ merchantId?: string; permissions: readonly string[] }>,
): Promise<string> =>
  signToken(
    { kind: 'hs256', secret: localSecret(dataDir, 'jwt-secret'), issuer: 'paywright', audience: 'paywright' },
    { subject: 'load', lifetimeSeconds: 86_400, ...claims },
  );

/** Those that are missing; none is held back by how much it may take in a minute. */
async function addMerchants(
  { url }: Server,
  merchants: readonly Merchant[],
  adminToken: string,
): Promise<void> {
  for (const { id } of merchants) {
    const { status } = await fetch(new URL('/merchants', url), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${adminToken}`,
        'content-type': 'application/json',
        'idempotency-key': `merchant-${id}`,
      },
      body: JSON.stringify({
        id,
        name: id,
        email: `${id}@example.com`,
        rate_limits: { payments_per_minute: MOST_A_MINUTE, payments_per_day: 0 },
      }),
    });
    if (status !== 201 && status !== 409) throw new Error(`the merchant ${id} was not made: ${status}`);
  }
}
