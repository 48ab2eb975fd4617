import { Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** `storage` encrypts what AWS stores for us; `customers` the settings of functions and the secret that signs for us. */
export type Keys = Readonly<{ storage: Key; customers: Key }>;

/** What all keys of a deployment have in common; one that is deleted can be had back for `pendingWindow`. */
export type KeyTerms = Readonly<{
  name: string;
  removalPolicy: RemovalPolicy;
  rotationPeriod: Duration;
  pendingWindow: Duration;
}>;

export const keyTerms = (name: string, removalPolicy: RemovalPolicy): KeyTerms => ({
  name,
  removalPolicy,
  rotationPeriod: Duration.days(365),
  pendingWindow: Duration.days(30),
});

/** Both rotate every year. */
export function encryptionKeys(scope: Construct, { name, ...terms }: KeyTerms): Keys {
  const key = (id: string, description: string) =>
    new Key(scope, id, {
      alias: `${name}-${id.toLowerCase()}`,
      description,
      enableKeyRotation: true,
      ...terms,
    });
  const storage = key('Storage', 'Encrypts tables, files, queues, secrets and logs of paywright');
  const { region, account, partition } = Stack.of(scope);
  storage.addToResourcePolicy(
    new PolicyStatement({
      sid: 'LogsOfThisAccount',
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal('logs.amazonaws.com')],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:/paywright/${name}/*`,
        },
      },
    }),
  );
  storage.addToResourcePolicy(
    new PolicyStatement({
      sid: 'ServicesThatSendToOurQueuesAndTopics',
      effect: Effect.ALLOW,
      principals: [
        new ServicePrincipal('events.amazonaws.com'),
        new ServicePrincipal('cloudwatch.amazonaws.com'),
      ],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    }),
  );
  return {
    storage,
    customers: key('Customers', 'Encrypts settings of functions and what signs cursors'),
  };
}
