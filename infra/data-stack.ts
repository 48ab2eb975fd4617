import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { type CustomerKeys, customerKeys } from './customer-keys.ts';
import { type Database, database } from './database.ts';
import { filesBucket } from './files-bucket.ts';
import { MIGRATION_FUNCTIONS } from './function-plans.ts';
import { type Identity, identity } from './identity.ts';
import { encryptionKeys, type Keys, keyTerms } from './keys.ts';
import { type Network, network } from './network.ts';
import { paymentsTable } from './payments-table.ts';
import { ownerEnvironment, platformEnvironment } from './service-environment.ts';
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
  /** What signs cursors and fingerprints. */
  signing: Secret;
  customers: CustomerKeys & Readonly<{ index: Key }>;
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
  const keys = encryptionKeys(stack, keyTerms(name, removalPolicy));
  const customers = customerKeys(stack, keyTerms(name, removalPolicy), settings.customerKeysArn);
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
    encryptionKey: keys.customers,
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
  const people = identity(stack, kept, claims);
  const settled = { identity: people, signing, customers };
  const functions = {
    'token-claims': claims,
    migrate: serviceFunction(stack, 'migrate', MIGRATION_FUNCTIONS.migrate, {
      ...terms,
      secretKey: keys.customers,
      customers,
      places: { table: [table.tableArn], signingSecret: [signing.secretArn] },
      environment: platformEnvironment(settled, { tableName: table.tableName, bucketName: files.bucketName }),
    }),
    'approvals-migrate': serviceFunction(
      stack,
      'approvals-migrate',
      MIGRATION_FUNCTIONS['approvals-migrate'],
      {
        ...terms,
        secretKey: keys.customers,
        customers,
        network: net,
        places: {
          signingSecret: [signing.secretArn],
          ownerLogin: [db.owner.secretArn],
          servingLogin: [db.serving.secretArn],
        },
        environment: ownerEnvironment(settled, db),
      },
    ),
  };
  new CfnOutput(stack, 'TableName', { value: table.tableName });
  new CfnOutput(stack, 'FilesBucket', { value: files.bucketName });
  new CfnOutput(stack, 'UserPoolId', { value: people.pool.userPoolId });
  new CfnOutput(stack, 'UserPoolClientId', { value: people.client.userPoolClientId });
  return {
    stack,
    keys,
    network: net,
    table,
    files,
    database: db,
    identity: people,
    signing,
    customers,
    functions,
  };
}
