import { AGGREGATE_KEYS, KEYS, PAYMENT_KEYS, TENANT_KEYS } from './leading-keys.ts';

/**
 * What one function is and asks of AWS. Names are those of `src/entrypoints/lambda` and of the bundles;
 * `test/infra/least-privilege.test.ts` holds `asks` against what each bundle was heard to ask.
 */
export type FunctionPlan = Readonly<{
  memoryMb: number;
  /** Of workers: how often the schedule runs it. */
  everyMinutes?: number;
  asks: readonly Ask[];
}>;

/**
 * Operations as IAM names them, and on what. `leadingKeys` are the partition keys that items may have, `*` for any text. What
 * Lambda asks in the function's name, to feed it or to keep what it failed at, is `by` Lambda.
 */
export type Ask = Readonly<{
  of: Resource;
  to: readonly string[];
  leadingKeys?: readonly string[];
  by?: 'lambda';
}>;

/** `signingSecret` is the installation's own; the logins are the database's, the indexes the table's. */
export type Resource =
  | 'signingSecret'
  | 'table'
  | 'dueIndex'
  | 'trailIndex'
  | 'stream'
  | 'streams'
  | 'bucket'
  | 'objects'
  | 'servingLogin'
  | 'ownerLogin'
  | 'approvalQueue'
  | 'workCompleted'
  | 'deadLetters'
  | 'bus';

const reads = (...leadingKeys: readonly string[]): Ask => ({
  of: 'table',
  to: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
  leadingKeys,
});
const puts = (...leadingKeys: readonly string[]): Ask => ({
  of: 'table',
  to: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
  leadingKeys,
});
/** In one statement with deletions, so that a transaction of both is within it however its keys are counted. */
const writes = (...leadingKeys: readonly string[]): Ask => ({
  of: 'table',
  to: ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
  leadingKeys,
});
/** What a function does to the table in production before its first work: is it there, and of this version? */
const fits: readonly Ask[] = [
  { of: 'table', to: ['dynamodb:DescribeTable'] },
  { of: 'table', to: ['dynamodb:GetItem'], leadingKeys: [KEYS.schema] },
];
const indexed = (of: 'dueIndex' | 'trailIndex'): Ask => ({ of, to: ['dynamodb:Query'] });
const leases: readonly Ask[] = [
  { of: 'table', to: ['dynamodb:Query'], leadingKeys: [KEYS.leases] },
  { of: 'table', to: ['dynamodb:UpdateItem', 'dynamodb:DeleteItem'], leadingKeys: [KEYS.leases] },
];

const readsFiles: readonly Ask[] = [
  { of: 'objects', to: ['s3:GetObject'] },
  // S3 says of an object that is not there that it is forbidden, to one who may not list.
  { of: 'bucket', to: ['s3:ListBucket'] },
];
const writesFiles: readonly Ask[] = [
  ...readsFiles,
  {
    of: 'objects',
    to: ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
  },
];

/** Jobs that make exports, reconcile files and compare payments with the processor's record, and what takes them up. */
const jobs: readonly Ask[] = [
  reads(...TENANT_KEYS),
  writes(...AGGREGATE_KEYS, KEYS.payments),
  indexed('trailIndex'),
  ...writesFiles,
];

/** What every function reads at its first invocation. */
const signing: Ask = { of: 'signingSecret', to: ['secretsmanager:GetSecretValue'] };
const database: readonly Ask[] = [{ of: 'servingLogin', to: ['secretsmanager:GetSecretValue'] }];

/** Of a function that is invoked without waiting for its answer. */
const failures: Ask = { of: 'deadLetters', to: ['sqs:SendMessage'], by: 'lambda' };
const wakeUps: readonly Ask[] = [
  {
    of: 'stream',
    to: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
    by: 'lambda',
  },
  { of: 'streams', to: ['dynamodb:ListStreams'], by: 'lambda' },
];
const received: Ask = {
  of: 'workCompleted',
  to: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  by: 'lambda',
};

const PLATFORM_MB = 512;
const APPROVALS_MB = 1_024;

const platform = (asks: readonly Ask[], everyMinutes?: number): FunctionPlan => ({
  memoryMb: PLATFORM_MB,
  asks: [signing, ...fits, ...asks, ...(everyMinutes === undefined ? [] : [failures])],
  ...(everyMinutes === undefined ? {} : { everyMinutes }),
});

const approvals = (asks: readonly Ask[], everyMinutes?: number): FunctionPlan => ({
  memoryMb: APPROVALS_MB,
  asks: [signing, ...database, ...asks, ...(everyMinutes === undefined ? [] : [failures])],
  ...(everyMinutes === undefined ? {} : { everyMinutes }),
});

/** The platform's functions, on DynamoDB. */
export const PLATFORM_FUNCTIONS = {
  process: platform([
    reads(...TENANT_KEYS),
    writes(
      ...PAYMENT_KEYS,
      ...AGGREGATE_KEYS,
      KEYS.spendings,
      KEYS.finders,
      KEYS.claimTraces,
      KEYS.quotas,
      KEYS.deliveries,
      KEYS.failedAuthentications,
      KEYS.tenants,
    ),
    indexed('dueIndex'),
    ...writesFiles,
  ]),
  query: platform([
    reads(...TENANT_KEYS, KEYS.tenants),
    // Who was shown a customer, an export that was read at once, and tokens that were refused.
    puts(KEYS.customerAccess, KEYS.exports, KEYS.histories, KEYS.failedAuthentications),
    indexed('trailIndex'),
    ...readsFiles,
  ]),
  reconcile: platform([...jobs, failures]),
  jobs: platform(jobs, 1),
  webhooks: platform(
    [
      // In one batch they are allowed together or not at all: one that was removed must not hold up the others.
      {
        of: 'table',
        to: ['dynamodb:GetItem', 'dynamodb:BatchGetItem'],
        leadingKeys: [KEYS.webhookEndpoints, KEYS.removedEndpoints, KEYS.deliveries],
      },
      // What was held for an endpoint is recalled once it answers.
      { of: 'table', to: ['dynamodb:Query'], leadingKeys: [KEYS.deliveries] },
      // An endpoint that is gone is disabled, with its event.
      {
        of: 'table',
        to: ['dynamodb:PutItem'],
        leadingKeys: [KEYS.webhookEndpoints, KEYS.deliveries, KEYS.histories, KEYS.outbox],
      },
      ...leases,
      indexed('dueIndex'),
    ],
    1,
  ),
  relay: platform(
    [
      { of: 'table', to: ['dynamodb:Query'], leadingKeys: [KEYS.outbox, KEYS.webhookEndpoints] },
      // An event that a sink refuses is put off, and parked in the end.
      writes(KEYS.outbox),
      { of: 'table', to: ['dynamodb:PutItem'], leadingKeys: [KEYS.deliveries] },
      {
        of: 'table',
        to: ['dynamodb:BatchWriteItem'],
        leadingKeys: [KEYS.outbox, KEYS.eventLog, KEYS.entityEvents],
      },
      ...leases,
      ...wakeUps,
    ],
    1,
  ),
  recovery: platform([reads(...TENANT_KEYS), puts(...PAYMENT_KEYS), indexed('dueIndex')], 1),
  retention: platform(
    [
      {
        of: 'table',
        to: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:PutItem'],
        leadingKeys: [KEYS.claims],
      },
      indexed('dueIndex'),
      { of: 'objects', to: ['s3:DeleteObject', 's3:AbortMultipartUpload'] },
      { of: 'bucket', to: ['s3:ListBucket', 's3:ListBucketMultipartUploads'] },
    ],
    60,
  ),
} as const satisfies Readonly<Record<string, FunctionPlan>>;

/** The functions of approvals, on Aurora. */
export const APPROVALS_FUNCTIONS = {
  'approvals-create': approvals([]),
  'approvals-get': approvals([]),
  'approvals-approve': approvals([]),
  'approvals-pending': approvals([]),
  'work-completed': approvals([received]),
  'approvals-relay': approvals(
    [
      { of: 'approvalQueue', to: ['sqs:SendMessage'] },
      { of: 'bus', to: ['events:PutEvents'] },
    ],
    1,
  ),
  'approvals-recovery': approvals([], 1),
  'approvals-retention': approvals([], 60),
} as const satisfies Readonly<Record<string, FunctionPlan>>;

/**
 * Run by people before each version; they log in as the tables' owner. The first may make what finds payments and tally ledger entries, and move no items: a
 * table of a deployment is younger than the versions that did.
 */
export const MIGRATION_FUNCTIONS = {
  migrate: {
    memoryMb: PLATFORM_MB,
    asks: [
      signing,
      { of: 'table', to: ['dynamodb:DescribeTable', 'dynamodb:DescribeTimeToLive', 'dynamodb:Scan'] },
      { of: 'table', to: ['dynamodb:GetItem', 'dynamodb:PutItem'], leadingKeys: [KEYS.schema] },
      { of: 'table', to: ['dynamodb:BatchWriteItem'], leadingKeys: [KEYS.finders] },
      { of: 'table', to: ['dynamodb:UpdateItem'], leadingKeys: [KEYS.ledger, KEYS.ledgerTallies] },
    ],
  },
  'approvals-migrate': {
    memoryMb: PLATFORM_MB,
    asks: [
      signing,
      { of: 'ownerLogin', to: ['secretsmanager:GetSecretValue'] },
      { of: 'servingLogin', to: ['secretsmanager:GetSecretValue'] },
    ],
  },
} as const satisfies Readonly<Record<string, FunctionPlan>>;
