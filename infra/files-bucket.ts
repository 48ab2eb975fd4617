import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { EXPORTS_PREFIX } from '../src/application/files/export-object.ts';

/** Where processors put their files, as `reconciliation/<merchant>/<name>`. */
export const RECONCILIATION_PREFIX = 'reconciliation/';

/**
 * Exported, uploaded and reconciled files. What arrives is an event on the account's default bus. Exports live for 7 days and
 * are deleted by retention; the lifecycle deletes what retention could not. Files of reconciliations are evidence and are
 * kept, after 90 days in a cheaper class.
 */
export function filesBucket(
  scope: Construct,
  { key, removalPolicy, keepData }: Readonly<{ key: IKey; removalPolicy: RemovalPolicy; keepData: boolean }>,
): Bucket {
  const common = {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    removalPolicy,
  };
  const accessLogs = new Bucket(scope, 'FilesAccessLogs', {
    ...common,
    encryption: BucketEncryption.S3_MANAGED,
    lifecycleRules: [{ id: 'logs', expiration: Duration.days(365) }],
  });
  const bucket = new Bucket(scope, 'Files', {
    ...common,
    encryption: BucketEncryption.KMS,
    encryptionKey: key,
    bucketKeyEnabled: true,
    versioned: keepData,
    serverAccessLogsBucket: accessLogs,
    serverAccessLogsPrefix: 'files/',
    lifecycleRules: [
      { id: 'uploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
      {
        id: 'exports',
        prefix: EXPORTS_PREFIX,
        expiration: Duration.days(8),
        noncurrentVersionExpiration: Duration.days(1),
      },
      { id: 'replaced', noncurrentVersionExpiration: Duration.days(90) },
      {
        id: 'reconciled',
        prefix: RECONCILIATION_PREFIX,
        transitions: [{ storageClass: StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(90) }],
      },
    ],
  });
  // `eventBridgeEnabled` of the construct would install a function for what is one property.
  (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
    eventBridgeConfiguration: { eventBridgeEnabled: true },
  };
  return bucket;
}
