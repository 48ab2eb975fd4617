import type { Resource } from './synthesized.ts';

/** A number of SPEC 4, 5 or 8: which resources have it, how many they are, where in their properties, and what it is. */
type SeedNumber = Readonly<{
  says: string;
  type: string;
  named?: RegExp;
  count: number;
  at: readonly (string | number)[];
  is: number | string | boolean;
}>;

const PLATFORM = /-(?:process|query|jobs|webhooks|reconcile|relay|recovery|retention)$/;
const APPROVALS = /-(?:approvals-(?!migrate).*|work-completed)$/;
const PLATFORM_ONLY = new RegExp(`^paywright-production${PLATFORM.source}`);
const WORKING_QUEUES = /^paywright-production-(?:approvals|work-completed)$/;

const ofFunctions = (says: string, at: SeedNumber['at'], is: SeedNumber['is']): SeedNumber => ({
  says,
  type: 'AWS::Lambda::Function',
  count: 19,
  at,
  is,
});

const ofQueues = (says: string, at: SeedNumber['at'], is: number): SeedNumber => ({
  says,
  type: 'AWS::SQS::Queue',
  named: WORKING_QUEUES,
  count: 2,
  at,
  is,
});

const ofTable = (says: string, at: SeedNumber['at'], is: SeedNumber['is']): SeedNumber => ({
  says,
  type: 'AWS::DynamoDB::Table',
  count: 1,
  at,
  is,
});

export const SEED_NUMBERS: readonly SeedNumber[] = [
  {
    ...ofFunctions('memory of the platform', ['MemorySize'], 512),
    named: PLATFORM_ONLY,
    count: 8,
  },
  { ...ofFunctions('memory of approvals', ['MemorySize'], 1_024), named: APPROVALS, count: 8 },
  ofFunctions('time-out', ['Timeout'], 30),
  ofFunctions('architecture', ['Architectures', 0], 'arm64'),
  ofFunctions('tracing', ['TracingConfig', 'Mode'], 'Active'),
  ofQueues('visibility', ['VisibilityTimeout'], 300),
  ofQueues('long poll', ['ReceiveMessageWaitTimeSeconds'], 20),
  ofQueues('receptions', ['RedrivePolicy', 'maxReceiveCount'], 3),
  {
    says: 'retention of messages and dead letters',
    type: 'AWS::SQS::Queue',
    count: 6,
    at: ['MessageRetentionPeriod'],
    is: 14 * 86_400,
  },
  ofTable('expiry', ['TimeToLiveSpecification', 'Enabled'], true),
  ofTable('recovery', ['PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled'], true),
  ofTable('stream', ['StreamSpecification', 'StreamViewType'], 'KEYS_ONLY'),
  {
    says: 'connections of the proxy, in hundredths',
    type: 'AWS::RDS::DBProxyTargetGroup',
    count: 1,
    at: ['ConnectionPoolConfigurationInfo', 'MaxConnectionsPercent'],
    is: 80,
  },
  {
    says: 'alarm of dead letters',
    type: 'AWS::CloudWatch::Alarm',
    named: /-dead-letters$/,
    count: 4,
    at: ['Threshold'],
    is: 1,
  },
  {
    says: 'alarm of the approval queue',
    type: 'AWS::CloudWatch::Alarm',
    named: /-approval-queue-depth$/,
    count: 1,
    at: ['Threshold'],
    is: 100,
  },
];

/** The resources that a number is of. */
export const withNumber = (
  resources: readonly Resource[],
  { type, named }: SeedNumber,
): readonly Resource[] =>
  resources.filter((each) => each.Type === type && (named === undefined || named.test(nameOf(each))));

/** Every number that is not as it should be, by what it is. */
export const deviations = (resources: readonly Resource[]): readonly string[] =>
  SEED_NUMBERS.filter((number) => {
    const found = withNumber(resources, number);
    return (
      found.length !== number.count || found.some(({ Properties }) => at(Properties, number) !== number.is)
    );
  }).map(({ says }) => says);

const at = (properties: unknown, number: SeedNumber): unknown =>
  number.at.reduce(
    (from: unknown, name) => (from as Record<string | number, unknown> | undefined)?.[name],
    properties,
  );

const nameOf = ({ Properties }: Resource): string =>
  String(Properties['FunctionName'] ?? Properties['QueueName'] ?? Properties['AlarmName']);
