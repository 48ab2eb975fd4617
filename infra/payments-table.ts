import type { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { TTL_ATTRIBUTE } from '../src/adapters/dynamodb/table.ts';
import { tableDefinition } from '../src/adapters/dynamodb/table-definition.ts';

/**
 * The table that `paywright migrate` would make, from the same definition, with what only AWS has: backups of any second
 * of 35 days, encryption under our key, and a stream, which carries keys alone as it is a wake-up and no copy.
 */
export function paymentsTable(
  scope: Construct,
  { key, removalPolicy, keepData }: Readonly<{ key: IKey; removalPolicy: RemovalPolicy; keepData: boolean }>,
): Table {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = tableDefinition('paywright');
  const keysOf = (schema: Schema) => ({
    partitionKey: attributeOf(schema, 'HASH', AttributeDefinitions),
    sortKey: attributeOf(schema, 'RANGE', AttributeDefinitions),
  });
  const table = new Table(scope, 'Payments', {
    ...keysOf(KeySchema),
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: TTL_ATTRIBUTE,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
    stream: StreamViewType.KEYS_ONLY,
    encryption: TableEncryption.CUSTOMER_MANAGED,
    encryptionKey: key,
    deletionProtection: keepData,
    removalPolicy,
  });
  for (const { IndexName, KeySchema: schema, Projection } of GlobalSecondaryIndexes)
    table.addGlobalSecondaryIndex({
      indexName: IndexName,
      ...keysOf(schema),
      projectionType: ProjectionType[Projection.ProjectionType],
    });
  return table;
}

type Schema = readonly Readonly<{ AttributeName: string; KeyType: string }>[];

const TYPES: Readonly<Record<string, AttributeType>> = { S: AttributeType.STRING, N: AttributeType.NUMBER };

function attributeOf(
  schema: Schema,
  keyType: 'HASH' | 'RANGE',
  definitions: readonly Readonly<{ AttributeName: string; AttributeType: string }>[],
) {
  const name = schema.find(({ KeyType }) => KeyType === keyType)?.AttributeName;
  const type = TYPES[definitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType ?? ''];
  if (name === undefined || type === undefined) throw new Error(`the table has no ${keyType} key`);
  return { name, type };
}
