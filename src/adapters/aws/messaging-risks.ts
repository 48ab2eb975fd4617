import { DescribeEventBusCommand } from '@aws-sdk/client-eventbridge';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { StorageRisk } from '../../ports/storage-risk.ts';
import { foreignEndpoint } from '../shared/aws-endpoint.ts';
import type { SqsQueue } from './approval-queue.ts';
import type { EventBridgeBus } from './event-bus.ts';
import { isOfTheWorld, nameOf } from './faults.ts';

/** Six times what a function that consumes the queue may take, as AWS asks for: a slow one must not meet its own message again. */
const LEAST_HIDDEN_S = 180;

/** What of a queue must not be so in production: where it is asked, that it has no dead letters, hides too short, or is in the clear. */
export const queueRisks = ({ client, url: QueueUrl }: SqsQueue): Promise<readonly StorageRisk[]> =>
  unlessSilent('SQS', QueueUrl, async () => {
    const asked = () => new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
    const foreign = await foreignEndpoint('SQS', asked(), (command) => client.send(command));
    // Nothing is said to a place that is not AWS.
    if (foreign.length > 0) return foreign;
    const { Attributes = {} } = await client.send(asked());
    const hiddenSeconds = Number(Attributes['VisibilityTimeout'] ?? 0);
    const isEncrypted =
      Attributes['SqsManagedSseEnabled'] === 'true' || Boolean(Attributes['KmsMasterKeyId']);
    const risks: StorageRisk[] = [];
    if (!Attributes['RedrivePolicy'])
      risks.push({ kind: 'QueueUnfit', url: QueueUrl, lacks: 'dead_letter_queue' });
    if (hiddenSeconds < LEAST_HIDDEN_S)
      risks.push({ kind: 'QueueUnfit', url: QueueUrl, lacks: 'visibility' });
    if (!isEncrypted) risks.push({ kind: 'QueueUnfit', url: QueueUrl, lacks: 'encryption' });
    return risks;
  });

/** The same of a bus: where it is asked, and that it is there, since EventBridge takes events for one that is not and drops them. */
export const busRisks = ({ client, name }: EventBridgeBus): Promise<readonly StorageRisk[]> =>
  unlessSilent('EventBridge', name, async () => {
    const asked = () => new DescribeEventBusCommand({ Name: name });
    const foreign = await foreignEndpoint('EventBridge', asked(), (command) => client.send(command));
    if (foreign.length === 0) await client.send(asked());
    return foreign;
  });

async function unlessSilent(
  service: string,
  resource: string,
  ask: () => Promise<readonly StorageRisk[]>,
): Promise<readonly StorageRisk[]> {
  try {
    return await ask();
  } catch (fault) {
    if (!isOfTheWorld(fault)) throw fault;
    return [{ kind: 'ResourceUnreachable', service, resource, fault: nameOf(fault) }];
  }
}
