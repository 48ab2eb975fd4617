import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  APPROVALS_FUNCTIONS,
  type FunctionPlan,
  MIGRATION_FUNCTIONS,
  PLATFORM_FUNCTIONS,
} from '../../infra/function-plans.ts';
import type { Bundle } from '../../tools/bundle/bundle.ts';
import { deployedBundles } from '../support/lambda/bundles.ts';
import { resourcesOf } from './synthesized.ts';

const bundles = new Map<string, Bundle>();
beforeAll(async () => {
  for (const bundle of await deployedBundles()) bundles.set(bundle.name, bundle);
});

const ITEM_OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'DeleteItem',
  'GetItem',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
];

/** Every operation of AWS that the source can ask, by the name that the request has, as IAM names what it takes. */
const IAM: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(ITEM_OPERATIONS.map((name) => [name, [`dynamodb:${name}`]])),
  TransactWriteItems: ['ConditionCheckItem', 'DeleteItem', 'PutItem', 'UpdateItem'].map(
    (name) => `dynamodb:${name}`,
  ),
  CreateTable: ['dynamodb:CreateTable'],
  // Of the clients themselves, for what is not used here: discovered endpoints, and directory buckets.
  CreateSession: [],
  DescribeEndpoints: [],
  DescribeTable: ['dynamodb:DescribeTable'],
  DescribeTimeToLive: ['dynamodb:DescribeTimeToLive'],
  UpdateTable: ['dynamodb:UpdateTable'],
  UpdateTimeToLive: ['dynamodb:UpdateTimeToLive'],
  DeleteMessageBatch: ['sqs:DeleteMessage'],
  GetQueueAttributes: ['sqs:GetQueueAttributes'],
  GetQueueUrl: ['sqs:GetQueueUrl'],
  ListMessageMoveTasks: ['sqs:ListMessageMoveTasks'],
  ReceiveMessage: ['sqs:ReceiveMessage'],
  SendMessageBatch: ['sqs:SendMessage'],
  StartMessageMoveTask: ['sqs:StartMessageMoveTask'],
  DescribeEventBus: ['events:DescribeEventBus'],
  PutEvents: ['events:PutEvents'],
  GetSecretValue: ['secretsmanager:GetSecretValue'],
  AbortMultipartUpload: ['s3:AbortMultipartUpload'],
  CompleteMultipartUpload: ['s3:PutObject'],
  CreateMultipartUpload: ['s3:PutObject'],
  DeleteObject: ['s3:DeleteObject'],
  GetObject: ['s3:GetObject'],
  HeadBucket: ['s3:ListBucket'],
  HeadObject: ['s3:GetObject'],
  ListMultipartUploads: ['s3:ListBucketMultipartUploads'],
  ListObjectsV2: ['s3:ListBucket'],
  ListParts: ['s3:ListMultipartUploadParts'],
  PutObject: ['s3:PutObject'],
  UploadPart: ['s3:PutObject'],
  ...Object.fromEntries(
    ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'GenerateMac', 'ReEncrypt'].map((name) => [
      name,
      [`kms:${name}`],
    ]),
  ),
};

const KEEPS_FILES = ['process', 'query', 'reconcile', 'jobs', 'retention'];

/** What a bundle holds and its function never asks, as nothing that it serves reaches it; and who does. */
const OF_OTHERS: readonly Readonly<{ actions: RegExp; but: readonly string[]; of: string }>[] = [
  { actions: /^s3:/, but: KEEPS_FILES, of: 'functions whose work has files' },
  {
    actions: /^kms:/,
    but: [],
    of: 'functions that open or find customers, whose rights are in customer-keys.test.ts, and `paywright keys rotate`',
  },
  {
    actions: /^dynamodb:(CreateTable|UpdateTable|UpdateTimeToLive)$/,
    but: [],
    of: 'CloudFormation makes the table',
  },
  {
    actions: /^dynamodb:(DescribeTimeToLive|Scan)$/,
    but: ['migrate'],
    of: 'migrations and `paywright verify`',
  },
  {
    actions: /^(sqs:(?!SendMessage$)|events:DescribeEventBus)/,
    but: [],
    of: 'consumers, `paywright approval-queue` and `paywright doctor`',
  },
];

const PLANS: Readonly<Record<string, FunctionPlan>> = {
  ...MIGRATION_FUNCTIONS,
  ...PLATFORM_FUNCTIONS,
  ...APPROVALS_FUNCTIONS,
};

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].toSorted();

/** As AWS's clients say which operation a command is, and as items are asked for past them. */
const COMMAND = /class extends [\w$]+\([\w$]+,[\w$]+,"([A-Za-z0-9]+)",[\w$]+\)/g;
const PAST_CLIENTS = [...ITEM_OPERATIONS, 'TransactWriteItems'];

function asksIn(name: string): readonly string[] {
  const text = readFileSync(bundles.get(name)?.file ?? '', 'utf8');
  const operations = [
    ...[...text.matchAll(COMMAND)].map(([, operation = '']) => operation),
    ...PAST_CLIENTS.filter((operation) => text.includes(`"${operation}"`)),
  ];
  const actions = operations.flatMap((operation) => {
    const needed = IAM[operation];
    if (needed === undefined) throw new Error(`${name} asks ${operation}, which is not known here`);
    return needed;
  });
  return sorted(
    actions.filter(
      (action) => !OF_OTHERS.some(({ actions: others, but }) => others.test(action) && !but.includes(name)),
    ),
  );
}

describe('What a function may do', () => {
  it('is planned for each that there is', () => {
    expect(sorted([...Object.keys(PLANS), 'token-claims'])).toEqual(sorted(bundles.keys()));
  });

  it.each(Object.keys(PLANS))('is what its bundle asks, one no more and none less: %s', (name) => {
    const granted = PLANS[name]?.asks.filter(({ by }) => by === undefined).flatMap(({ to }) => to) ?? [];
    expect(sorted(granted)).toEqual(asksIn(name));
  });

  it.each(Object.entries(PLANS))(
    'is in its role, and nothing else but logs, traces, keys and its network: %s',
    (name, { asks }) => {
      const [policy] = resourcesOf('AWS::IAM::Policy').filter(({ Properties }) =>
        JSON.stringify(Properties['Roles']).includes(`"${name.replaceAll('-', '')}role`),
      );
      if (policy === undefined) throw new Error(`${name} has no policy`);
      const { Statement } = policy.Properties['PolicyDocument'] as {
        Statement: readonly Readonly<{ Action: string | readonly string[]; Resource: unknown }>[];
      };
      const actions = Statement.flatMap(({ Action }) => Action);
      const common =
        /^(logs:(CreateLogStream|PutLogEvents)|xray:Put(TraceSegments|TelemetryRecords)|kms:[A-Za-z]+|ec2:\w+)$/;
      expect(sorted(actions.filter((action) => !common.test(action)))).toEqual(
        sorted(asks.flatMap(({ to }) => to)),
      );
      expect(actions.filter((action) => action.includes('*'))).toEqual([]);
      const anywhere = Statement.filter(({ Resource }) => Resource === '*').flatMap(({ Action }) => Action);
      expect(anywhere.filter((action) => !/^(xray|ec2):/.test(action))).toEqual([]);
    },
  );
});
