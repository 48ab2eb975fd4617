import { Readable } from 'node:stream';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** A reply as DynamoDB gives it: the status and the JSON body. */
export type Reply = Readonly<{ status: number; body: Readonly<Record<string, unknown>> }>;

/** What is done to one request. `send` gives it to the engine, changed or as it is. */
export type Tampering = (
  request: Readonly<{ operation: string; body: Record<string, unknown> }>,
  send: (body?: Record<string, unknown>) => Promise<Reply>,
) => Promise<Reply>;

type HttpRequest = { headers: Record<string, string>; body: Uint8Array };
type HttpResponse = { statusCode: number; headers: Record<string, string>; body: AsyncIterable<Uint8Array> };
type Handle = (request: HttpRequest, options: unknown) => Promise<{ response: HttpResponse }>;

/** Puts `tamper` between the client and the engine, on the wire: everything of the client's own stays in use. */
export function tamperWith(client: DynamoDBDocumentClient, tamper: Tampering): void {
  const handler = client.config.requestHandler as unknown as { handle: Handle };
  const real = handler.handle.bind(handler);
  handler.handle = async (request, options) => {
    const operation = (request.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
    const send = async (changed?: Record<string, unknown>): Promise<Reply> => {
      const body = changed === undefined ? request.body : Buffer.from(JSON.stringify(changed));
      const headers = { ...request.headers, 'content-length': `${body.length}` };
      // Cloned on the prototype it has, because the handler asks for the request's own methods.
      const sent = Object.assign(Object.create(Object.getPrototypeOf(request)), request, { body, headers });
      const { response } = await real(sent as HttpRequest, options);
      return { status: response.statusCode, body: JSON.parse(await textOf(response.body)) as Reply['body'] };
    };
    const reply = await tamper({ operation, body: JSON.parse(new TextDecoder().decode(request.body)) }, send);
    return { response: responseOf(reply) };
  };
}

/** An error as DynamoDB puts it on the wire. */
export const awsError = (
  type: string,
  facts: Readonly<Record<string, unknown>> = {},
  status = 400,
): Reply => ({
  status,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: type, ...facts },
});

/** What a client sees when the connection breaks. */
export const connectionLost = (code = 'ECONNRESET'): Error =>
  Object.assign(new Error(`read ${code}`), { code });

const responseOf = ({ status, body }: Reply): HttpResponse => ({
  statusCode: status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: Readable.from([Buffer.from(JSON.stringify(body))]),
});

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Done to one transaction of so many items. */
export type Fault = Readonly<{
  name: string;
  raise: (send: () => Promise<Reply>, rows: number) => Promise<Reply>;
}>;

/** A cancellation for the second item's reason. */
export const canceled = (code: string) => (rows: number) =>
  awsError('TransactionCanceledException', {
    CancellationReasons: Array.from({ length: rows }, (_, row) => ({ Code: row === 1 ? code : 'None' })),
  });

/** Nothing is sent. */
export const instead = (name: string, reply: (rows: number) => Reply): Fault => ({
  name,
  raise: (_send, rows) => Promise.resolve(reply(rows)),
});

/** It is sent and done, and the reply is lost. */
const lost = (name: string, fault: () => Error): Fault => ({
  name,
  async raise(send) {
    await send();
    throw fault();
  },
});

/** Faults that say nothing about the change, with and without its effect. */
export const TRANSACTION_FAULTS: readonly Fault[] = [
  instead('a transaction conflict', canceled('TransactionConflict')),
  instead('a throttled row', canceled('ThrottlingError')),
  instead('a row over its throughput', canceled('ProvisionedThroughputExceeded')),
  instead('throttling', () => awsError('ThrottlingException')),
  instead('exceeded throughput', () => awsError('ProvisionedThroughputExceededException')),
  instead('the request limit', () => awsError('RequestLimitExceeded')),
  instead('a transaction in progress', () => awsError('TransactionInProgressException')),
  instead('a spent token', () => awsError('IdempotentParameterMismatchException')),
  instead('an internal error', () => awsError('InternalServerError', {}, 500)),
  instead('an unavailable service', () => ({ status: 503, body: {} })),
  { name: 'a refused connection', raise: () => Promise.reject(connectionLost('ECONNREFUSED')) },
  lost('a reply lost after the commit', () => connectionLost()),
  lost('a time-out after the commit', () => Object.assign(new Error('late'), { name: 'TimeoutError' })),
  lost('a reply cut short', () => new SyntaxError('Unexpected end of JSON input')),
  {
    name: 'an internal error after the commit',
    async raise(send) {
      await send();
      return awsError('InternalServerError', {}, 500);
    },
  },
];

/** Raises the fault on the first `times` transactions. */
export function raisedOnTransactions(fault: Fault, times: number): Tampering {
  let left = times;
  return ({ operation, body }, send) => {
    if (operation !== 'TransactWriteItems' || left === 0) return send();
    left -= 1;
    return fault.raise(send, (body['TransactItems'] as unknown[]).length);
  };
}
