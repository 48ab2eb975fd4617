import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** Seconds that a message which was received stays hidden; ten times what a function may take. */
const VISIBILITY_S = 300;
const LONG_POLL_S = 20;
/** Receptions after which a message goes to the dead letters. */
const MOST_RECEPTIONS = 3;
/** The longest there is. A dead letter of a standard queue keeps the age that it had as a message. */
const KEPT_DAYS = 14;

/** A queue and where its messages go that were received three times and never deleted. */
export type QueuePair = Readonly<{ queue: Queue; deadLetters: Queue }>;

export function queuePair(
  scope: Construct,
  id: string,
  { name, key }: Readonly<{ name: string; key: IKey }>,
): QueuePair {
  const dead = deadLetters(scope, `${id}DeadLetters`, { name: `${name}-dead-letters`, key });
  const queue = new Queue(scope, id, {
    queueName: name,
    encryption: QueueEncryption.KMS,
    encryptionMasterKey: key,
    enforceSSL: true,
    retentionPeriod: Duration.days(KEPT_DAYS),
    visibilityTimeout: Duration.seconds(VISIBILITY_S),
    receiveMessageWaitTime: Duration.seconds(LONG_POLL_S),
    deadLetterQueue: { queue: dead, maxReceiveCount: MOST_RECEPTIONS },
  });
  return { queue, deadLetters: dead };
}

/** What could not be delivered or was refused for good, kept for 14 days for people to look at and send back. */
export const deadLetters = (
  scope: Construct,
  id: string,
  { name, key }: Readonly<{ name: string; key: IKey }>,
): Queue =>
  new Queue(scope, id, {
    queueName: name,
    encryption: QueueEncryption.KMS,
    encryptionMasterKey: key,
    enforceSSL: true,
    retentionPeriod: Duration.days(KEPT_DAYS),
  });
