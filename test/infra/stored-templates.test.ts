import { describe, expect, it } from 'vitest';
import { TTL_ATTRIBUTE } from '../../src/adapters/dynamodb/table.ts';
import { tableDefinition } from '../../src/adapters/dynamodb/table-definition.ts';
import { resourcesOf, theResource } from './synthesized.ts';

const NAME = 'paywright-production';

describe('The table', () => {
  const { Properties, DeletionPolicy } = theResource('AWS::DynamoDB::Table', {});
  type Named = Readonly<{ AttributeName: string }>;
  const byName = (all: readonly Named[]) =>
    all.toSorted((a, b) => (a.AttributeName < b.AttributeName ? -1 : 1));

  it('is the one that `paywright migrate` makes', () => {
    const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = tableDefinition(NAME);
    expect(byName(Properties['AttributeDefinitions'] as Named[])).toEqual(byName(AttributeDefinitions));
    expect(Properties['KeySchema']).toEqual(KeySchema);
    expect(Properties['GlobalSecondaryIndexes']).toEqual(GlobalSecondaryIndexes);
    expect(Properties['BillingMode']).toBe(BillingMode);
  });

  it('lets items expire, can be restored to any second, has a stream of keys and is kept', () => {
    expect(Properties).toMatchObject({
      TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
      StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      DeletionProtectionEnabled: true,
    });
    expect(DeletionPolicy).toBe('Retain');
  });

  it('wakes the relay for new events of the outbox alone', () => {
    expect(
      theResource('AWS::Lambda::EventSourceMapping', { StartingPosition: 'LATEST' }).Properties,
    ).toMatchObject({
      BatchSize: 100,
      FilterCriteria: {
        Filters: [
          {
            Pattern: JSON.stringify({
              eventName: ['INSERT'],
              dynamodb: { Keys: { pk: { S: [{ prefix: '#E#' }] } } },
            }),
          },
        ],
      },
    });
  });
});

describe('Files', () => {
  it('are in buckets that are not public, over TLS alone', () => {
    const buckets = resourcesOf('AWS::S3::Bucket');
    expect(buckets).toHaveLength(2);
    for (const { Properties } of buckets)
      expect(Properties['PublicAccessBlockConfiguration']).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
    for (const { Properties } of resourcesOf('AWS::S3::BucketPolicy'))
      expect(JSON.stringify(Properties['PolicyDocument'])).toContain('"aws:SecureTransport":"false"');
  });

  it('of exports end after eight days, uploads that were given up after seven', () => {
    const [files] = resourcesOf('AWS::S3::Bucket').filter(
      ({ Properties }) => Properties['NotificationConfiguration'] !== undefined,
    );
    expect(files?.Properties).toMatchObject({
      LifecycleConfiguration: {
        Rules: expect.arrayContaining([
          expect.objectContaining({ Prefix: 'exports/', ExpirationInDays: 8, Status: 'Enabled' }),
          expect.objectContaining({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }),
        ]),
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } },
        ],
      },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    });
  });

  it('that arrive are reconciled, those that paywright writes are not', () => {
    const key = [{ 'anything-but': { wildcard: ['reconciliation/*/*/*', 'exports/*'] } }];
    expect(theResource('AWS::Events::Rule', { Name: `${NAME}-reconcile` }).Properties).toMatchObject({
      EventPattern: { source: ['aws.s3'], 'detail-type': ['Object Created'], detail: { object: { key } } },
    });
  });
});

describe('The database', () => {
  const cluster = theResource('AWS::RDS::DBCluster', {});

  it('grows from 2 to 16 units, is encrypted, kept, and backed up for 35 days', () => {
    expect(cluster.Properties).toMatchObject({
      ServerlessV2ScalingConfiguration: { MinCapacity: 2, MaxCapacity: 16 },
      StorageEncrypted: true,
      DeletionProtection: true,
      BackupRetentionPeriod: 35,
      ManageMasterUserPassword: true,
    });
    expect(resourcesOf('AWS::RDS::DBInstance')).toHaveLength(2);
  });

  it('is spoken to over TLS alone, by functions through a proxy that holds 80 % of its connections', () => {
    expect(theResource('AWS::RDS::DBProxy', {}).Properties).toMatchObject({ RequireTLS: true });
    expect(theResource('AWS::RDS::DBProxyTargetGroup', {}).Properties).toMatchObject({
      ConnectionPoolConfigurationInfo: { MaxConnectionsPercent: 80, ConnectionBorrowTimeout: 5 },
    });
    expect(theResource('AWS::RDS::DBClusterParameterGroup', {}).Properties['Parameters']).toMatchObject({
      'rds.force_ssl': '1',
    });
  });

  it('is reached on port 5432 from functions and the proxy alone', () => {
    const ingress = resourcesOf('AWS::EC2::SecurityGroupIngress').filter(
      ({ Properties }) => Properties['FromPort'] !== 443,
    );
    const ofTheCluster = expect.objectContaining({ 'Fn::GetAtt': [expect.anything(), 'Endpoint.Port'] });
    for (const { Properties } of ingress) {
      expect([5_432, ofTheCluster]).toContainEqual(Properties['FromPort']);
      expect(Properties['SourceSecurityGroupId']).toBeDefined();
    }
    expect(ingress).toHaveLength(3);
  });
});

describe('Keys', () => {
  it('rotate every year, and are three beside one of HMAC, which KMS does not rotate: of what AWS stores, of settings and of customers’ details', () => {
    const keys = resourcesOf('AWS::KMS::Key').filter(
      ({ Properties }) => Properties['KeySpec'] !== 'HMAC_256',
    );
    expect(keys).toHaveLength(3);
    for (const { Properties } of keys)
      expect(Properties).toMatchObject({ EnableKeyRotation: true, RotationPeriodInDays: 365 });
  });
});
