import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { okAsync } from 'neverthrow';
import type { ApprovalMessage } from '../../domain/approvals/approval-message.ts';
import { jsonText, parseJson } from '../../domain/kernel/json.ts';
import type {
  ApprovalQueue,
  QueuedApproval,
  ReceivedApproval,
} from '../../ports/approvals/approval-queue.ts';
import { called, MESSAGING_CLIENT, sent } from './calls.ts';
import { type BatchEntry, partialBatches } from './partial-batches.ts';

/** Where a standard queue of SQS is. */
export type SqsQueue = Readonly<{ client: SQSClient; url: string }>;

/** The client's own endpoint is asked, and not the one that the queue's URL names, so that one setting decides. */
export const sqsClient = (region: string): SQSClient =>
  new SQSClient({ region, useQueueUrlAsEndpoint: false, ...MESSAGING_CLIENT });

const MOST_ENTRIES = 10;
const MOST_BYTES = 262_144;

/** What SQS calls wrong with a message itself, in an entry's reply or for a whole request. */
const REFUSALS: ReadonlySet<string> = new Set([
  'BatchRequestTooLong',
  'InvalidMessageContents',
  'InvalidParameterValue',
  'MessageTooLong',
]);

/**
 * The approvers' queue in SQS. How long a message is hidden, after how many receives it is dead and for how long it is kept is the
 * queue's own (`docs/decisions/0029-the-queue-and-the-bus.md`); `now` is not looked at. Depths are SQS's own, and rough.
 */
export function sqsApprovalQueue({ client, url }: SqsQueue): ApprovalQueue {
  const QueueUrl = url;
  const send = partialBatches<Omit<SendMessageBatchRequestEntry, 'Id'>>({
    most: MOST_ENTRIES,
    mostBytes: MOST_BYTES,
    refusals: REFUSALS,
    async send(entries) {
      const { Successful = [], Failed = [] } = await client.send(
        new SendMessageBatchCommand({
          QueueUrl,
          Entries: entries.map((entry, index) => ({ ...entry, Id: `${index}` })),
        }),
      );
      const taken = new Set(Successful.map(({ Id }) => Id));
      const failed = new Map(Failed.map((each) => [each.Id, each]));
      return entries.map((_, index) => {
        if (taken.has(`${index}`)) return undefined;
        const { Code = 'Unanswered', Message } = failed.get(`${index}`) ?? {};
        return { code: Code, message: Message };
      });
    },
  });
  let deadLetterUrl: Promise<string | undefined> | undefined;

  const figuresOf = async (of: string) => {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl: of,
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'RedrivePolicy',
        ],
      }),
    );
    return {
      waiting: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
      hidden: Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
      deadLetterArn: deadLetterArnIn(Attributes['RedrivePolicy']),
    };
  };

  /** A name is asked once: where a queue's dead letters go is part of what it is. */
  const deadLettersOf = (arn: string | undefined): Promise<string | undefined> => {
    if (arn === undefined) return Promise.resolve(undefined);
    const [, , , , QueueOwnerAWSAccountId, QueueName] = arn.split(':');
    deadLetterUrl ??= client
      .send(new GetQueueUrlCommand({ QueueName, QueueOwnerAWSAccountId }))
      .then((found) => found.QueueUrl)
      .catch((fault: unknown) => {
        deadLetterUrl = undefined;
        throw fault;
      });
    return deadLetterUrl;
  };

  const deadQueue = async () => deadLettersOf((await figuresOf(url)).deadLetterArn);

  return {
    send: (messages) => sent(() => send(messages.map(entryOf))),

    receive: (limit) =>
      limit <= 0
        ? okAsync([])
        : called(() => receive({ client, url }, { MaxNumberOfMessages: Math.min(limit, MOST_ENTRIES) })).map(
            (messages) => messages.flatMap(receivedIn),
          ),

    remove: (receipts) =>
      called(async () => {
        for (let from = 0; from < receipts.length; from += MOST_ENTRIES) {
          const Entries = receipts
            .slice(from, from + MOST_ENTRIES)
            .map((ReceiptHandle, index) => ({ Id: `${index}`, ReceiptHandle }));
          const { Failed = [] } = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
          // A receipt that is none, or whose message is gone, removes nothing: that is no fault.
          const [fault] = Failed.filter(({ SenderFault }) => SenderFault !== true);
          if (fault !== undefined)
            throw Object.assign(new Error(fault.Message), {
              name: fault.Code ?? 'Unanswered',
              $fault: 'server',
            });
        }
      }),

    depth: () =>
      called(async () => {
        const { waiting, hidden, deadLetterArn } = await figuresOf(url);
        const deadUrl = await deadLettersOf(deadLetterArn);
        if (deadUrl === undefined) return { waiting, hidden, dead: 0 };
        const dead = await figuresOf(deadUrl);
        return { waiting, hidden, dead: dead.waiting + dead.hidden };
      }),

    deadLetters: (limit) =>
      called(async () => {
        const deadUrl = await deadQueue();
        const letters = new Map<string, ApprovalMessage>();
        while (deadUrl !== undefined && letters.size < limit) {
          const known = letters.size;
          const messages = await receive({ client, url: deadUrl }, SHOWN_ONLY);
          for (const received of messages.flatMap(receivedIn))
            letters.set(received.message.body.paymentId, received.message);
          if (letters.size === known) break;
        }
        return [...letters.values()].slice(0, limit);
      }),

    redrive: () =>
      called(async () => {
        const { deadLetterArn: SourceArn } = await figuresOf(url);
        if (SourceArn === undefined) return { moved: 0 };
        const { Results = [] } = await client.send(new ListMessageMoveTasksCommand({ SourceArn }));
        // SQS runs one at a time, and refuses a second.
        if (!Results.some(({ Status }) => Status === 'RUNNING'))
          await client.send(new StartMessageMoveTaskCommand({ SourceArn }));
        return {};
      }),
  };
}

/** Dead letters are hidden for as long as it takes to look at them, and no longer. */
const SHOWN_ONLY = { MaxNumberOfMessages: MOST_ENTRIES, VisibilityTimeout: 2 };

/** A short poll that asks all of SQS's servers. */
const receive = async (
  { client, url: QueueUrl }: SqsQueue,
  terms: Readonly<{ MaxNumberOfMessages: number; VisibilityTimeout?: number }>,
): Promise<readonly Message[]> => {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl,
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      MessageAttributeNames: ['All'],
      ...terms,
    }),
  );
  return Messages;
};

function entryOf({
  eventId,
  message: { body, attributes },
}: QueuedApproval): BatchEntry<Omit<SendMessageBatchRequestEntry, 'Id'>> {
  const MessageBody = sqsText(jsonText(body));
  const named = Object.entries(attributes);
  const bytes = named.reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(`${name}String${value}`),
    Buffer.byteLength(MessageBody),
  );
  return {
    eventId,
    bytes,
    entry: {
      MessageBody,
      MessageAttributes: Object.fromEntries(
        named.map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
      ),
    },
  };
}

/** Of what JSON does not escape, SQS refuses these two. */
const sqsText = (json: string): string =>
  json.replace(/[\ufffe\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);

/** What is not one of our messages is left where it is, and is a dead letter in the end. */
function receivedIn({
  Body = '',
  MessageAttributes = {},
  Attributes = {},
  ReceiptHandle = '',
}: Message): readonly ReceivedApproval[] {
  const text = (name: string) => MessageAttributes[name]?.StringValue;
  const body = bodyIn(Body);
  const attributes = {
    paymentId: text('paymentId'),
    incidentId: text('incidentId'),
    priority: text('priority'),
  } as ApprovalMessage['attributes'];
  if (body === undefined || body.paymentId !== attributes.paymentId) return [];
  return [
    {
      receipt: ReceiptHandle,
      receives: Number(Attributes['ApproximateReceiveCount'] ?? 1),
      message: { body, attributes },
    },
  ];
}

function bodyIn(text: string): ApprovalMessage['body'] | undefined {
  try {
    return parseJson(text) as unknown as ApprovalMessage['body'];
  } catch {
    return undefined;
  }
}

function deadLetterArnIn(policy: string | undefined): string | undefined {
  if (policy === undefined || policy === '') return undefined;
  const { deadLetterTargetArn } = JSON.parse(policy) as Readonly<{ deadLetterTargetArn?: string }>;
  return deadLetterTargetArn;
}
