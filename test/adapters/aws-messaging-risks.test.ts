import { Readable } from 'node:stream';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { busRisks, queueRisks } from '../../src/adapters/aws/messaging-risks.ts';
import { riskText } from '../../src/entrypoints/cli/risk-text.ts';
import { REGION } from '../support/aws-messaging.ts';

const URL = 'https://sqs.eu-central-1.amazonaws.com/000000000000/approvals';

/** What a client is made with so that its requests, which are for AWS, are answered here. */
const answeredWith = (status: number, body: object) => ({
  region: REGION,
  maxAttempts: 1,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  requestHandler: {
    handle: async () => ({
      response: {
        statusCode: status,
        reason: '',
        headers: { 'content-type': 'application/x-amz-json-1.0' },
        body: Readable.from([JSON.stringify(body)]),
      },
    }),
  },
});

const aQueue = {
  VisibilityTimeout: '300',
  RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:eu-central-1:000000000000:dead","maxReceiveCount":3}',
  SqsManagedSseEnabled: 'true',
};

const risksOf = (Attributes: object) =>
  queueRisks({ client: new SQSClient(answeredWith(200, { Attributes })), url: URL });

describe('what production refuses of a queue', () => {
  it('is nothing where it has dead letters, hides long enough and is encrypted', async () => {
    expect(await risksOf(aQueue)).toEqual([]);
    expect(
      await risksOf({ ...aQueue, SqsManagedSseEnabled: 'false', KmsMasterKeyId: 'alias/approvals' }),
    ).toEqual([]);
  });

  it.each([
    ['dead_letter_queue', { RedrivePolicy: '' }, 'RedrivePolicy'],
    ['visibility', { VisibilityTimeout: '30' }, 'VisibilityTimeout'],
    ['encryption', { SqsManagedSseEnabled: 'false' }, 'KmsMasterKeyId'],
  ] as const)('is that it lacks %s, with the attribute that mends it', async (lacks, changes, attribute) => {
    const risks = await risksOf({ ...aQueue, ...changes });
    expect(risks).toEqual([{ kind: 'QueueUnfit', url: URL, lacks }]);
    expect(risks.map(riskText).join()).toContain(attribute);
  });

  it('is that it is not there, or not for this role, by the name that SQS gives it', async () => {
    const denied = answeredWith(400, { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'no' });
    const risks = await queueRisks({ client: new SQSClient(denied), url: URL });
    expect(risks).toEqual([
      { kind: 'ResourceUnreachable', service: 'SQS', resource: URL, fault: 'QueueDoesNotExist' },
    ]);
    expect(risks.map(riskText).join()).toContain('QueueDoesNotExist');
  });

  it('is that it is asked elsewhere than at AWS, and then no request goes there', async () => {
    const handle = () => Promise.reject(new Error('it was asked'));
    const client = new SQSClient({
      ...answeredWith(200, {}),
      endpoint: 'http://127.0.0.1:1',
      requestHandler: { handle },
    });
    expect(await queueRisks({ client, url: URL })).toEqual([
      { kind: 'EndpointForeign', service: 'SQS', url: 'http://127.0.0.1:1/' },
    ]);
  });
});

describe('what production refuses of a bus', () => {
  it('is nothing where it is there', async () => {
    const client = new EventBridgeClient(answeredWith(200, { Name: 'approvals' }));
    expect(await busRisks({ client, name: 'approvals' })).toEqual([]);
  });

  it('is that it is not there: EventBridge would take events for it and drop them', async () => {
    const client = new EventBridgeClient(
      answeredWith(400, { __type: 'ResourceNotFoundException', message: 'no' }),
    );
    expect(await busRisks({ client, name: 'approvals' })).toEqual([
      {
        kind: 'ResourceUnreachable',
        service: 'EventBridge',
        resource: 'approvals',
        fault: 'ResourceNotFoundException',
      },
    ]);
  });

  it('is that it is asked elsewhere than at AWS', async () => {
    const client = new EventBridgeClient({ ...answeredWith(200, {}), endpoint: 'http://127.0.0.1:1' });
    expect((await busRisks({ client, name: 'approvals' })).map(({ kind }) => kind)).toEqual([
      'EndpointForeign',
    ]);
  });
});
