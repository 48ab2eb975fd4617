import { join } from 'node:path';
import { dynamodbClient } from '../../src/adapters/dynamodb/client.ts';
import { migrateDynamoDb } from '../../src/adapters/dynamodb/migrate.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { tableOf } from '../../src/adapters/dynamodb/table.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { startPostgres } from '../../src/adapters/embedded/postgres-server.ts';
import { migratePostgres } from '../../src/adapters/postgres/migrate.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import type { Change } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { orThrow } from '../rows.ts';
import { fillTable } from './filling.ts';
import { metered, type Units } from './metered.ts';

/** A store that this process fills and commands use. */
export type Store = Readonly<{
  storage: Storage;
  /** Writes what payments that were taken elsewhere commit, where that is faster than to take them here. */
  fill?(changes: readonly Change[]): Promise<void>;
  /** Where a command finds it. */
  env: Readonly<Record<string, string>>;
  /** What commands have cost so far, where that is counted. */
  units?: Units;
  stop(): Promise<void>;
}>;

const TABLE = 'paywright';

export const STORES: Readonly<Record<string, (dir: string) => Promise<Store>>> = {
  postgres: async (dir) => {
    const server = await startPostgres({ dataDir: dir });
    const pool = postgresPool({ connectionString: server.url });
    orThrow(await migratePostgres(pool));
    const storage = postgresStorage(pool);
    return {
      storage,
      env: { STORAGE: 'postgres', DATABASE_URL: server.url },
      async stop() {
        await storage.close();
        await server.stop();
      },
    };
  },
  dynamodb: async (dir) => {
    const engine = await startDynamoDbEngine({ dataDir: join(dir, 'engine') });
    const client = dynamodbClient({ region: 'us-east-1', endpoint: engine.url });
    orThrow(await migrateDynamoDb(client, TABLE));
    const storage = dynamodbStorage({ client, table: TABLE });
    const meter = await metered(engine.url);
    const table = tableOf({ client, table: TABLE });
    return {
      storage,
      fill: (changes) => fillTable(table, changes),
      units: meter.units,
      env: {
        STORAGE: 'dynamodb',
        DYNAMODB_ENDPOINT: meter.url,
        DYNAMODB_TABLE: TABLE,
        AWS_REGION: 'us-east-1',
      },
      async stop() {
        table.gate.close();
        await storage.close();
        await meter.stop();
        await engine.stop();
      },
    };
  },
};
