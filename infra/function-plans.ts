/**
 * What one function is and asks of AWS. Names are those of `src/entrypoints/lambda` and of the bundles;
 * `test/infra/least-privilege.test.ts` holds `asks` against what each bundle does.
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

/** `signingSecret` is the installation's own; the logins are the database's. */
export type Resource =
  | 'signingSecret'
  | 'table'
  | 'index'
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

const ITEMS = {
  read: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
  write: [
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
    'dynamodb:DeleteItem',
    'dynamodb:BatchWriteItem',
    'dynamodb:ConditionCheckItem',
  ],
} as const;

const table: readonly Ask[] = [
  { of: 'table', to: [...ITEMS.read, ...ITEMS.write, 'dynamodb:DescribeTable'] },
  { of: 'index', to: ['dynamodb:Query'] },
];
const files: readonly Ask[] = [
  {
    of: 'objects',
    to: [
      's3:GetObject',
      's3:PutObject',
      's3:DeleteObject',
      's3:AbortMultipartUpload',
      's3:ListMultipartUploadParts',
    ],
  },
  { of: 'bucket', to: ['s3:ListBucket', 's3:ListBucketMultipartUploads'] },
];
/** What every function reads at its first invocation. */
const signing: Ask = { of: 'signingSecret', to: ['secretsmanager:GetSecretValue'] };
const database: readonly Ask[] = [{ of: 'servingLogin', to: ['secretsmanager:GetSecretValue'] }];

/** Of a function that nobody waits for. */
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
  asks: [signing, ...table, ...asks, ...(everyMinutes === undefined ? [] : [failures])],
  ...(everyMinutes === undefined ? {} : { everyMinutes }),
});

const approvals = (asks: readonly Ask[], everyMinutes?: number): FunctionPlan => ({
  memoryMb: APPROVALS_MB,
  asks: [signing, ...database, ...asks, ...(everyMinutes === undefined ? [] : [failures])],
  ...(everyMinutes === undefined ? {} : { everyMinutes }),
});

/** The platform's functions, on DynamoDB. */
export const PLATFORM_FUNCTIONS = {
  process: platform(files),
  query: platform(files),
  reconcile: platform([...files, failures]),
  jobs: platform(files, 1),
  webhooks: platform([], 1),
  relay: platform(wakeUps, 1),
  recovery: platform([], 1),
  retention: platform(files, 60),
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

/** Run by people before each version; they log in as the tables' owner. */
export const MIGRATION_FUNCTIONS = {
  migrate: {
    memoryMb: PLATFORM_MB,
    asks: [
      signing,
      {
        of: 'table',
        to: [
          ...ITEMS.read,
          ...ITEMS.write,
          'dynamodb:Scan',
          'dynamodb:DescribeTable',
          'dynamodb:DescribeTimeToLive',
        ],
      },
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
