import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { DUE_INDEX, TRAIL_INDEX } from './table.ts';

/** The table as `migrateDynamoDb` makes it. */
export const tableDefinition = (name: string) =>
  ({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: 'due_shard', AttributeType: 'N' },
      { AttributeName: 'due_at', AttributeType: 'N' },
      { AttributeName: 'trail', AttributeType: 'S' },
      { AttributeName: 'trail_id', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: DUE_INDEX,
        KeySchema: [
          { AttributeName: 'due_shard', KeyType: 'HASH' },
          { AttributeName: 'due_at', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: TRAIL_INDEX,
        KeySchema: [
          { AttributeName: 'trail', KeyType: 'HASH' },
          { AttributeName: 'trail_id', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  }) satisfies CreateTableCommandInput;
