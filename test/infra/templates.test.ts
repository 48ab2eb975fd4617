import { describe, expect, it } from 'vitest';
import { APPROVALS_FUNCTIONS, PLATFORM_FUNCTIONS } from '../../infra/function-plans.ts';
import {
  FUNCTION_NAMES,
  production,
  type Resource,
  resourcesOf,
  synthesized,
  theResource,
} from './synthesized.ts';

const NAME = 'paywright-production';
const PLATFORM = Object.keys(PLATFORM_FUNCTIONS);
const APPROVALS = Object.keys(APPROVALS_FUNCTIONS);

const functionCalled = (name: string) =>
  theResource('AWS::Lambda::Function', { FunctionName: `${NAME}-${name}` }).Properties;
const queueCalled = (name: string) =>
  theResource('AWS::SQS::Queue', { QueueName: `${NAME}-${name}` }).Properties;

describe('Functions', () => {
  it('are those of SPEC 5, the two that migrate and the one that makes claims', () => {
    const names = resourcesOf('AWS::Lambda::Function').map(({ Properties }) =>
      String(Properties['FunctionName']),
    );
    expect(names.toSorted()).toEqual(FUNCTION_NAMES.map((name) => `${NAME}-${name}`).toSorted());
  });

  it.each(FUNCTION_NAMES)('run %s on ARM64 and Node 24, for 30 s at most, traced by X-Ray', (name) => {
    expect(functionCalled(name)).toMatchObject({
      Architectures: ['arm64'],
      Runtime: 'nodejs24.x',
      Timeout: 30,
      TracingConfig: { Mode: 'Active' },
      Handler: 'index.handler',
    });
  });

  it.each(PLATFORM)('give %s of the platform 512 MB', (name) => {
    expect(functionCalled(name)['MemorySize']).toBe(512);
  });

  it.each(APPROVALS)('give %s of approvals 1024 MB, and the private network', (name) => {
    expect(functionCalled(name)['MemorySize']).toBe(1_024);
    expect(functionCalled(name)).toMatchObject({ VpcConfig: { SubnetIds: [{}, {}] } });
  });

  it('write logs that are encrypted and end after three months', () => {
    const logs = resourcesOf('AWS::Logs::LogGroup').filter(({ Properties }) =>
      FUNCTION_NAMES.some((name) => Properties['LogGroupName'] === `/paywright/${NAME}/${name}`),
    );
    expect(logs).toHaveLength(FUNCTION_NAMES.length);
    for (const { Properties } of logs) {
      expect(Properties['RetentionInDays']).toBe(90);
      expect(Properties['KmsKeyId']).toBeDefined();
    }
  });

  it.each([
    ...['jobs', 'webhooks', 'relay', 'recovery', 'approvals-relay', 'approvals-recovery'].map((name) => [
      name,
      'rate(1 minute)',
    ]),
    ...['retention', 'approvals-retention'].map((name) => [name, 'rate(1 hour)']),
  ])('run %s at %s', (name, rate) => {
    const { ScheduleExpression, State, Targets } = theResource('AWS::Events::Rule', {
      Name: `${NAME}-${name}`,
    }).Properties;
    expect({ ScheduleExpression, State }).toEqual({ ScheduleExpression: rate, State: 'ENABLED' });
    expect(Targets).toHaveLength(1);
  });
});

describe('Queues', () => {
  it.each(['approvals', 'work-completed'])(
    'hide what was received from %s for 300 s, wait 20 s for more, and give up after three times',
    (name) => {
      expect(queueCalled(name)).toMatchObject({
        VisibilityTimeout: 300,
        ReceiveMessageWaitTimeSeconds: 20,
        RedrivePolicy: { maxReceiveCount: 3 },
      });
    },
  );

  it('keep messages and dead letters for 14 days', () => {
    const queues = resourcesOf('AWS::SQS::Queue');
    expect(queues).toHaveLength(6);
    for (const { Properties } of queues) expect(Properties['MessageRetentionPeriod']).toBe(14 * 86_400);
  });

  it('are encrypted under our key and speak TLS alone', () => {
    for (const { Properties } of resourcesOf('AWS::SQS::Queue'))
      expect(Properties['KmsMasterKeyId']).toBeDefined();
    const policies = resourcesOf('AWS::SQS::QueuePolicy').map(({ Properties }) =>
      JSON.stringify(Properties['PolicyDocument']),
    );
    expect(policies).toHaveLength(6);
    for (const policy of policies) expect(policy).toContain('"aws:SecureTransport":"false"');
  });

  it('feed one function, which says of each message whether it failed', () => {
    expect(theResource('AWS::Lambda::EventSourceMapping', { BatchSize: 10 }).Properties).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });
});

describe('The bus', () => {
  it('passes WorkCompleted of the incident service on, tries for an hour and then keeps the event', () => {
    const { EventPattern, Targets } = theResource('AWS::Events::Rule', {
      Name: `${NAME}-work-completed`,
    }).Properties;
    expect(EventPattern).toEqual({ source: ['roadcall.incident-service'], 'detail-type': ['WorkCompleted'] });
    expect(Targets).toMatchObject([
      { RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3_600 }, DeadLetterConfig: {} },
    ]);
  });

  it('has a bound of tries and a place for what could not be delivered in every rule', () => {
    for (const { Properties } of resourcesOf('AWS::Events::Rule'))
      for (const target of Properties['Targets'] as readonly unknown[])
        expect(target).toMatchObject({
          RetryPolicy: {
            MaximumRetryAttempts: expect.any(Number),
            MaximumEventAgeInSeconds: expect.any(Number),
          },
          DeadLetterConfig: { Arn: expect.anything() },
        });
  });

  it('keeps events at which an asynchronous function failed', () => {
    for (const { Properties } of resourcesOf('AWS::Lambda::EventInvokeConfig'))
      expect(Properties).toMatchObject({ DestinationConfig: { OnFailure: {} } });
    expect(resourcesOf('AWS::Lambda::EventInvokeConfig')).toHaveLength(9);
  });
});

describe('APIs', () => {
  const open = (routes: readonly Resource[]) =>
    routes.filter(({ Properties }) => Properties['AuthorizationType'] !== 'JWT');

  it('ask for a token on every route but the two of health', () => {
    const routes = resourcesOf('AWS::ApiGatewayV2::Route');
    expect(routes.length).toBeGreaterThan(10);
    expect(
      open(routes)
        .map(({ Properties }) => String(Properties['RouteKey']))
        .toSorted(),
    ).toEqual(['GET /healthz', 'GET /readyz']);
  });

  it('are two, each with tokens of the pool and an access log', () => {
    expect(
      resourcesOf('AWS::ApiGatewayV2::Authorizer').map(({ Properties }) => Properties['AuthorizerType']),
    ).toEqual(['JWT', 'JWT']);
    for (const { Properties } of resourcesOf('AWS::ApiGatewayV2::Stage'))
      expect(Properties).toMatchObject({
        StageName: '$default',
        AccessLogSettings: { DestinationArn: {} },
        DefaultRouteSettings: { ThrottlingRateLimit: 1_000, ThrottlingBurstLimit: 2_000 },
      });
  });

  it('of approvals have the paths that the service has below /approvals', () => {
    const { approvals } = production().templates;
    expect(
      resourcesOf('AWS::ApiGatewayV2::Route', approvals)
        .map(({ Properties }) => String(Properties['RouteKey']))
        .toSorted(),
    ).toEqual([
      'GET /payments',
      'GET /payments/flagged',
      'GET /payments/pending',
      'GET /payments/unreviewed',
      'GET /payments/{id}',
      'GET /payments/{id}/audit',
      'GET /reports/{report}',
      'PATCH /payments/{id}',
      'POST /payments',
      'POST /payments/{id}/approve',
      'POST /payments/{id}/process',
      'POST /payments/{id}/reject',
      'POST /payments/{id}/review',
    ]);
  });
});

it('breaks no rule of CloudFormation or cdk-nag that nothing explains', () => {
  expect(production().findings).toEqual([]);
});

describe('A deployment of another kind', () => {
  const small = synthesized({
    stage: 'staging',
    keepData: 'false',
    highlyAvailable: 'false',
    domain: 'pay.example.com',
    certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/1',
    vpcId: 'vpc-0123456789abcdef0',
    vpcZones: 'eu-central-1a,eu-central-1b',
    vpcPrivateSubnets: 'subnet-0123456789abcdef1,subnet-0123456789abcdef2',
  });

  it('takes everything with it when it is destroyed and keepData is false', () => {
    for (const type of ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::RDS::DBCluster', 'AWS::KMS::Key'])
      for (const { DeletionPolicy } of resourcesOf(type, small.templates.data))
        expect([type, DeletionPolicy]).toEqual([type, 'Delete']);
  });

  it('uses the VPC that is there, and one database instance where it need not be highly available', () => {
    small.templates.data.resourceCountIs('AWS::EC2::VPC', 0);
    small.templates.data.resourceCountIs('AWS::EC2::NatGateway', 0);
    small.templates.data.resourceCountIs('AWS::RDS::DBInstance', 1);
  });

  it('has one domain for both services, approvals below /approvals, and no other address', () => {
    const mappings = resourcesOf(
      'AWS::ApiGatewayV2::ApiMapping',
      small.templates.platform,
      small.templates.approvals,
    );
    expect(mappings.map(({ Properties }) => Properties['ApiMappingKey'])).toEqual([undefined, 'approvals']);
    for (const { Properties } of resourcesOf('AWS::ApiGatewayV2::Api', ...Object.values(small.templates)))
      expect(Properties['DisableExecuteApiEndpoint']).toBe(true);
  });
});
