import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { DATABASE_NAME, type Database, database, SERVING_ROLE } from './database.ts';
import { filesBucket } from './files-bucket.ts';
import { MIGRATION_FUNCTIONS } from './function-plans.ts';
import { type Identity, identity } from './identity.ts';
import { encryptionKeys, type Keys } from './keys.ts';
import { type Network, network, POSTGRES_PORT } from './network.ts';
import { paymentsTable } from './payments-table.ts';
import { serviceFunction } from './service-function.ts';
import type { DeploymentSettings } from './settings.ts';

/** Everything that holds something: what the other stacks are given, and what outlives them. */
export type Data = Readonly<{
  stack: Stack;
  keys: Keys;
  network: Network;
  table: Table;
  files: Bucket;
  database: Database;
  identity: Identity;
  /** Signs cursors and fingerprints. */
  signing: Secret;
  functions: Readonly<Record<string, LambdaFunction>>;
}>;

/**
 * The first stack that is deployed and the last that is destroyed. Its functions migrate: a version is deployed here first, then
 * migrated, and only then serves.
 */
export function dataStack(
  scope: Construct,
  { name, bundles, settings }: Readonly<{ name: string; bundles: string; settings: DeploymentSettings }>,
): Data {
  const stack = new Stack(scope, `${name}-data`, { description: 'paywright: tables, files, keys, people' });
  const removalPolicy = settings.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
  const keys = encryptionKeys(stack, name, removalPolicy);
  const key = keys.storage;
  const kept = { key, removalPolicy, keepData: settings.keepData, name };
  const net = network(
    stack,
    settings,
    new LogGroup(stack, 'FlowLog', {
      logGroupName: `/paywright/${name}/network`,
      retention: RetentionDays.ONE_MONTH,
      encryptionKey: key,
      removalPolicy: RemovalPolicy.DESTROY,
    }),
  );
  const table = paymentsTable(stack, kept);
  const files = filesBucket(stack, kept);
  const db = database(stack, net, kept, settings);
  const signing = new Secret(stack, 'Signing', {
    description: 'Signs cursors and fingerprints of paywright',
    encryptionKey: key,
    generateSecretString: { passwordLength: 64, excludePunctuation: true },
    removalPolicy,
  });
  const terms = { prefix: name, bundles, storageKey: key };
  const claims = serviceFunction(
    stack,
    'token-claims',
    { memoryMb: 128, asks: [] },
    {
      ...terms,
      places: {},
      environment: {},
    },
  );
  const functions = {
    'token-claims': claims,
    migrate: serviceFunction(stack, 'migrate', MIGRATION_FUNCTIONS.migrate, {
      ...terms,
      places: { table: [table.tableArn] },
      environment: { DYNAMODB_TABLE: table.tableName },
    }),
    'approvals-migrate': serviceFunction(
      stack,
      'approvals-migrate',
      MIGRATION_FUNCTIONS['approvals-migrate'],
      {
        ...terms,
        network: net,
        places: { ownerLogin: [db.owner.secretArn], servingLogin: [db.serving.secretArn] },
        environment: {
          AURORA_SECRET_ARN: db.owner.secretArn,
          AURORA_ENDPOINT: `${db.cluster.clusterEndpoint.hostname}:${POSTGRES_PORT}`,
          DATABASE_NAME,
          SERVING_SECRET_ARN: db.serving.secretArn,
          SERVING_ROLE,
          // Lambda's image carries the authorities of RDS; the proxy's certificate is of a public one.
          NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
        },
      },
    ),
  };
  const people = identity(stack, kept, claims);
  new CfnOutput(stack, 'TableName', { value: table.tableName });
  new CfnOutput(stack, 'FilesBucket', { value: files.bucketName });
  new CfnOutput(stack, 'UserPoolId', { value: people.pool.userPoolId });
  new CfnOutput(stack, 'UserPoolClientId', { value: people.client.userPoolClientId });
  return { stack, keys, network: net, table, files, database: db, identity: people, signing, functions };
}
