import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { memoryApprovalsStorage } from '../../src/adapters/memory/approvals/storage.ts';
import { approvalsPostgresStorage } from '../../src/adapters/postgres/approvals/storage.ts';
import type { PlacedStorage } from '../../src/composition/storage-settings.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import { freshApprovalsOnDynamoDb, freshTable } from './dynamodb-tables.ts';
import { postgresServer } from './postgres-database.ts';

/** A kind of storage of approvals; what is opened or placed is empty and shares nothing with the ones before. */
export type ApprovalsStorageKind = Readonly<{
  name: 'memory' | 'Postgres' | 'DynamoDB';
  open: () => Promise<ApprovalsStorage>;
  place: () => Promise<PlacedStorage>;
}>;

/** Every kind of storage, on the embedded engines. */
export async function everyApprovalsStorage(
  postgresUrl: string,
): Promise<Readonly<{ kinds: readonly ApprovalsStorageKind[]; close: () => Promise<void> }>> {
  const [server, engine] = await Promise.all([postgresServer(postgresUrl), startDynamoDbEngine({})]);
  return {
    kinds: [
      {
        name: 'memory',
        open: () => Promise.resolve(memoryApprovalsStorage()),
        place: () => Promise.resolve({ kind: 'memory' }),
      },
      {
        name: 'Postgres',
        open: async () => approvalsPostgresStorage(await server.newPool()),
        place: async () => ({ kind: 'postgres', at: { kind: 'url', url: await server.newDatabase() } }),
      },
      {
        name: 'DynamoDB',
        open: () => freshApprovalsOnDynamoDb(engine.url),
        async place() {
          const { table, client } = await freshTable(engine.url);
          client.destroy();
          return { kind: 'dynamodb', table, region: 'us-east-1', at: { kind: 'endpoint', url: engine.url } };
        },
      },
    ],
    close: async () => {
      await Promise.all([server.close(), engine.stop()]);
    },
  };
}
