import { randomUUID } from 'node:crypto';
import { approvalsDynamodbStorage } from '../../src/adapters/dynamodb/approvals/storage.ts';
import { dynamodbClient } from '../../src/adapters/dynamodb/client.ts';
import { migrateDynamoDb } from '../../src/adapters/dynamodb/migrate.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import type { TableSettings } from '../../src/adapters/dynamodb/table-gate.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { PATIENCE } from './patience.ts';

/** A migrated table of its own on the engine at `url`, and the client that reaches it. */
export async function freshTable(url: string): Promise<TableSettings> {
  const client = dynamodbClient({ region: 'local', endpoint: url });
  const table = `test-${randomUUID()}`;
  (await migrateDynamoDb(client, table))._unsafeUnwrap();
  return { client, table, patience: PATIENCE };
}

export const freshDynamoDbStorage = async (url: string): Promise<Storage> =>
  dynamodbStorage(await freshTable(url));

export const freshApprovalsOnDynamoDb = async (url: string): Promise<ApprovalsStorage> =>
  approvalsDynamodbStorage(await freshTable(url));
