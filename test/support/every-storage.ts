import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { freshDynamoDbStorage } from './dynamodb-tables.ts';
import { postgresServer } from './postgres-database.ts';

/** A kind of storage; `open` gives an empty store that shares nothing with the ones before. */
export type StorageKind = Readonly<{
  name: 'memory' | 'Postgres' | 'DynamoDB';
  open: () => Promise<Storage>;
}>;

/** Every kind of storage, on the embedded engines. */
export async function everyStorage(
  postgresUrl: string,
): Promise<Readonly<{ kinds: readonly StorageKind[]; close: () => Promise<void> }>> {
  const [server, engine] = await Promise.all([postgresServer(postgresUrl), startDynamoDbEngine({})]);
  return {
    kinds: [
      { name: 'memory', open: () => Promise.resolve(memoryStorage()) },
      {
        name: 'Postgres',
        open: async () => postgresStorage(await server.newPool()),
      },
      { name: 'DynamoDB', open: () => freshDynamoDbStorage(engine.url) },
    ],
    close: async () => {
      await Promise.all([server.close(), engine.stop()]);
    },
  };
}
