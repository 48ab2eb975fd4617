import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateEventBusCommand,
  type EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { onTestFinished, vi } from 'vitest';

export const REGION = 'eu-central-1';

/** Until the test's end the SDK's clients that are made, and first used, ask at `url`, with credentials that no emulator checks. */
export function askingAt(url: string): void {
  vi.stubEnv('AWS_ENDPOINT_URL', url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
}

const arnOf = async (client: SQSClient, QueueUrl: string): Promise<string> => {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  return Attributes?.['QueueArn'] ?? '';
};

const newQueue = async (client: SQSClient, Attributes: Record<string, string>): Promise<string> => {
  const { QueueUrl = '' } = await client.send(
    new CreateQueueCommand({ QueueName: `approvals-${randomUUID()}`, Attributes }),
  );
  return QueueUrl;
};

/** A queue of one's own with dead letters after three receives, as `infra/` makes it, that hides messages for as long as is said. */
export async function aQueue(
  client: SQSClient,
  visibilityS = 300,
): Promise<Readonly<{ url: string; deadUrl: string }>> {
  const deadUrl = await newQueue(client, { MessageRetentionPeriod: '1209600' });
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: await arnOf(client, deadUrl),
    maxReceiveCount: 3,
  });
  const url = await newQueue(client, {
    VisibilityTimeout: `${visibilityS}`,
    RedrivePolicy,
    SqsManagedSseEnabled: 'true',
  });
  return { url, deadUrl };
}

/** A bus of one's own, and the URL of a queue that gets what its rule lets through. */
export async function aBus(
  { events, sqs }: Readonly<{ events: EventBridgeClient; sqs: SQSClient }>,
  pattern: object,
): Promise<Readonly<{ name: string; listener: string }>> {
  const name = `approvals-${randomUUID()}`;
  const listener = await newQueue(sqs, {});
  await events.send(new CreateEventBusCommand({ Name: name }));
  await events.send(
    new PutRuleCommand({ Name: 'all', EventBusName: name, EventPattern: JSON.stringify(pattern) }),
  );
  const Arn = await arnOf(sqs, listener);
  await events.send(new PutTargetsCommand({ Rule: 'all', EventBusName: name, Targets: [{ Id: '1', Arn }] }));
  return { name, listener };
}

type AwsCall = Readonly<{ action: string; input: Readonly<Record<string, unknown>> }>;
type AwsAnswer = Readonly<{ status?: number; body: unknown }>;

/** AWS as the test has it answer, each call by the last word of its target; `calls` are those that came. */
export async function anAws(answer: (call: AwsCall) => AwsAnswer): Promise<readonly AwsCall[]> {
  const calls: AwsCall[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const text = Buffer.concat(pieces).toString();
      const call = {
        action: String(request.headers['x-amz-target']).split('.').at(-1) ?? '',
        input: JSON.parse(text) as AwsCall['input'],
      };
      calls.push(call);
      const { status = 200, body } = answer(call);
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    vi.unstubAllEnvs();
  });
  askingAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return calls;
}
