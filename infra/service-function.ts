import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { type CustomerKeys, customerKeyStatements } from './customer-keys.ts';
import { functionCode } from './function-code.ts';
import type { Ask, FunctionPlan, Resource } from './function-plans.ts';
import type { Network } from './network.ts';
import { type StripeSecrets, stripeSettings, stripeStatements } from './stripe-secrets.ts';

/** Seconds that a function may take; queues hide a message six times as long at least. */
const FUNCTION_TIMEOUT_S = 30;

/** ARNs that each resource of a plan stands for, and the keys that encrypt it. */
export type Places = Readonly<Partial<Record<Resource, readonly string[]>>>;

/** What every function of a deployment has in common. `bundles` holds a folder for each function, made by `npm run bundle`. */
export type FunctionTerms = Readonly<{
  /** Before the name of every function, such as `paywright-production`. */
  prefix: string;
  bundles: string;
  storageKey: IKey;
  places: Places;
  environment: Readonly<Record<string, string>>;
  /** What encrypts the environment and the signing secret. */
  secretKey?: IKey;
  /** Of functions that are given their settings. */
  customers?: CustomerKeys;
  /** Of a deployment that charges on Stripe, or pays vendors there. */
  stripe?: StripeSecrets;
  /** Of functions that reach the database. */
  network?: Network;
}>;

/**
 * A function from its bundle, with a role of its own that may do what its plan asks and write its own log. Throws when the
 * bundle was not made.
 */
export function serviceFunction(
  scope: Construct,
  name: string,
  { memoryMb, asks }: Pick<FunctionPlan, 'memoryMb' | 'asks'>,
  terms: FunctionTerms,
): LambdaFunction {
  const bundle = join(terms.bundles, name);
  if (!existsSync(bundle)) throw new Error(`${bundle} is missing: run \`npm run bundle\``);
  const functionName = `${terms.prefix}-${name}`;
  const logGroup = new LogGroup(scope, `${name}-log`, {
    logGroupName: `/paywright/${terms.prefix}/${name}`,
    retention: RetentionDays.THREE_MONTHS,
    encryptionKey: terms.storageKey,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(scope, `${name}-role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description: `What ${functionName} may do`,
  });
  for (const statement of [
    allow('OwnLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
    allow('Traces', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*']),
    ...(terms.network === undefined ? [] : [allow('Network', NETWORK_INTERFACES, ['*'])]),
    ...asks.map((ask) => statementOf(ask, terms.places)),
    ...keyStatements(asks, terms.storageKey),
    ...(terms.secretKey !== undefined && asks.some(({ of }) => of === 'signingSecret')
      ? [useOf(terms.secretKey, 'secretsmanager', ['kms:Decrypt'])]
      : []),
    ...(terms.customers === undefined ? [] : customerKeyStatements(name, terms.customers)),
    ...stripeStatements(name, terms.stripe),
  ])
    role.addToPolicy(statement);
  return new LambdaFunction(scope, name, {
    functionName,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: functionCode(bundle),
    memorySize: memoryMb,
    timeout: Duration.seconds(FUNCTION_TIMEOUT_S),
    tracing: Tracing.ACTIVE,
    role,
    logGroup,
    environment: { ...terms.environment, ...stripeSettings(name, terms.stripe) },
    ...(terms.secretKey === undefined ? {} : { environmentEncryption: terms.secretKey }),
    ...(terms.network === undefined
      ? {}
      : {
          vpc: terms.network.vpc,
          vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
          securityGroups: [terms.network.clients],
        }),
  });
}

/** As Lambda asks of a function in a VPC; none of it can be bound to a resource. */
const NETWORK_INTERFACES = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

const allow = (sid: string, actions: readonly string[], resources: readonly string[]) =>
  new PolicyStatement({ sid, effect: Effect.ALLOW, actions: [...actions], resources: [...resources] });

function statementOf({ of, to, leadingKeys }: Ask, places: Places): PolicyStatement {
  const resources = places[of];
  if (resources === undefined) throw new Error(`nothing stands for ${of}`);
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: [...to],
    resources: [...resources],
    ...(leadingKeys === undefined
      ? {}
      : {
          conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...leadingKeys] } },
        }),
  });
}

/** What a service asks of the key it encrypts with, on behalf of the function that asks the service. */
const KEY_USE: Readonly<Partial<Record<Resource, readonly [service: string, actions: readonly string[]]>>> = {
  table: [
    'dynamodb',
    [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ],
  ],
  objects: ['s3', ['kms:Decrypt', 'kms:GenerateDataKey']],
  approvalQueue: ['sqs', ['kms:Decrypt', 'kms:GenerateDataKey']],
  workCompleted: ['sqs', ['kms:Decrypt', 'kms:GenerateDataKey']],
  deadLetters: ['sqs', ['kms:Decrypt', 'kms:GenerateDataKey']],
  servingLogin: ['secretsmanager', ['kms:Decrypt']],
  ownerLogin: ['secretsmanager', ['kms:Decrypt']],
};

/** One statement for each service, with the key of storage through that service alone. */
function keyStatements(asks: readonly Ask[], key: IKey): readonly PolicyStatement[] {
  const used = new Map(
    asks.flatMap(({ of }) => {
      const use = KEY_USE[of];
      return use === undefined ? [] : [use];
    }),
  );
  return [...used].map(([service, actions]) => useOf(key, service, actions));
}

const useOf = (key: IKey, service: string, actions: readonly string[]): PolicyStatement =>
  new PolicyStatement({
    effect: Effect.ALLOW,
    actions: [...actions],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `${service}.${Aws.REGION}.amazonaws.com` } },
  });
