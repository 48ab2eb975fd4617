import type { Readable } from 'node:stream';
import {
  type CancellationReason,
  DescribeTableCommand,
  DynamoDBServiceException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import type {
  BatchGetCommandInput,
  BatchGetCommandOutput,
  BatchWriteCommandInput,
  BatchWriteCommandOutput,
  DeleteCommandInput,
  DeleteCommandOutput,
  DynamoDBDocumentClient,
  GetCommandInput,
  GetCommandOutput,
  PutCommandInput,
  PutCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  ScanCommandInput,
  ScanCommandOutput,
  TransactWriteCommandInput,
  TransactWriteCommandOutput,
  UpdateCommandInput,
  UpdateCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import { present } from '../../domain/kernel/present.ts';
import { type AwsAddress, addressOf } from '../shared/aws-endpoint.ts';
import { fromJson, parseReply, toJson } from './attribute-json.ts';

/** What each operation on items is asked and gives, by DynamoDB's own names. */
type Operations = Readonly<{
  BatchGetItem: (input: BatchGetCommandInput) => BatchGetCommandOutput;
  BatchWriteItem: (input: BatchWriteCommandInput) => BatchWriteCommandOutput;
  DeleteItem: (input: DeleteCommandInput) => DeleteCommandOutput;
  GetItem: (input: GetCommandInput) => GetCommandOutput;
  PutItem: (input: PutCommandInput) => PutCommandOutput;
  Query: (input: QueryCommandInput) => QueryCommandOutput;
  Scan: (input: ScanCommandInput) => ScanCommandOutput;
  TransactWriteItems: (input: TransactWriteCommandInput) => TransactWriteCommandOutput;
  UpdateItem: (input: UpdateCommandInput) => UpdateCommandOutput;
}>;

/**
 * One request about items, one reply, no retry. Throws what `DynamoDBDocumentClient` throws: a
 * `DynamoDBServiceException` by the name that DynamoDB gives the fault, what the connection threw, a `SyntaxError` for a
 * reply cut short. Items in an exception are as they came over the wire.
 */
export type DataPlane = <Name extends keyof Operations>(
  operation: Name,
  input: Parameters<Operations[Name]>[0],
  abortSignal: AbortSignal,
) => Promise<Omit<ReturnType<Operations[Name]>, '$metadata'>>;

/**
 * What the client is configured with, its endpoint, credentials, signatures, time-outs and connections, without its
 * middleware and schemas, which are most of what a request costs.
 */
export function dataPlane(client: DynamoDBDocumentClient, table: string): DataPlane {
  const { config } = client;
  let known: Promise<Connection> | undefined;
  return async (operation, input, abortSignal) => {
    known ??= connectionOf(client, table);
    const { address, signer } = await known.catch((fault: unknown) => {
      known = undefined;
      throw fault;
    });
    const body = Buffer.from(toJson(input));
    const request = {
      ...address,
      method: 'POST',
      query: {},
      headers: {
        host: address.port === undefined ? address.hostname : `${address.hostname}:${address.port}`,
        'content-type': 'application/x-amz-json-1.0',
        'content-length': `${body.length}`,
        'x-amz-target': `DynamoDB_20120810.${operation}`,
      },
      body,
    };
    const signed = await signer.sign(request, {
      signingDate: new Date(Date.now() + config.systemClockOffset),
    });
    const { response } = await config.requestHandler.handle(signed as HttpRequest, { abortSignal });
    const text = await textOf(response.body as Readable);
    if (response.statusCode < 300) return fromJson(text);
    await correctClock(config, response.headers['date']);
    throw exceptionOf(response.statusCode, text);
  };
}

type Config = DynamoDBDocumentClient['config'];
type HttpRequest = Parameters<Config['requestHandler']['handle']>[0];
type Signer = Awaited<ReturnType<Config['signer']>>;
type Connection = Readonly<{ address: AwsAddress; signer: Signer }>;

/** Which endpoint it is, the client's own settings, the environment and profiles decide once. */
async function connectionOf(client: DynamoDBDocumentClient, TableName: string): Promise<Connection> {
  const [address, signer] = await Promise.all([
    addressOf(new DescribeTableCommand({ TableName }), (command) => client.send(command)),
    client.config.signer(),
  ]);
  return { address, signer };
}

/** All of a reply; rejects when it breaks off. */
const textOf = (body: Readable): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    body.on('data', (chunk: Buffer) => chunks.push(chunk));
    body.on('end', () => resolve(Buffer.concat(chunks).toString()));
    body.on('error', reject);
    body.on('close', () => reject(Object.assign(new Error('the reply broke off'), { code: 'ECONNRESET' })));
  });

/** As the SDK does it: AWS refuses signatures that are five minutes off, and says what time it is. */
async function correctClock(config: Config, date: string | undefined): Promise<void> {
  if (date === undefined || (await config.disableClockSkewCorrection())) return;
  const offset = Date.parse(date) - Date.now();
  config.systemClockOffset = Math.abs(offset) < MOST_SKEW_MS ? 0 : offset;
}

const MOST_SKEW_MS = 240_000;

function exceptionOf(httpStatusCode: number, text: string): DynamoDBServiceException {
  const { __type, message, Message, CancellationReasons } = parseReply(text) as Refusal;
  const name = __type?.split('#').at(-1) ?? 'UnknownError';
  const facts = { message: message ?? Message ?? name, $metadata: { httpStatusCode } };
  return name === 'TransactionCanceledException'
    ? new TransactionCanceledException({ ...facts, ...present({ CancellationReasons }) })
    : new DynamoDBServiceException({ ...facts, name, $fault: httpStatusCode < 500 ? 'client' : 'server' });
}

type Refusal = Readonly<{
  __type?: string;
  message?: string;
  Message?: string;
  CancellationReasons?: CancellationReason[];
}>;
