import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What happens to one request: the service says that it is asked too often; its answer is lost after it has done what was
 * asked; it never gets the request; it gets the request twice and its second answer is given; it gets the request after the next
 * one of the same kind; or a byte of the answer's body is another.
 */
export type AwsTrouble = 'throttled' | 'reply lost' | 'request lost' | 'duplicated' | 'overtaken' | 'damaged';

export type AwsProxy = Readonly<{
  url: string;
  /** The next requests whose name matches meet these, one each: `PUT /bucket/key?partNumber=1`, `POST / AmazonSQS.SendMessage`. */
  trouble(name: RegExp, ...troubles: readonly AwsTrouble[]): void;
  /** The names of all requests that came, in their order. */
  seen(): readonly string[];
  /** Of the requests that came since, without those before. */
  forget(): void;
  /** How many troubles were met. */
  met(): number;
  close(): Promise<void>;
}>;

/** One request as it came; `action` is its `X-Amz-Target`, empty for S3. */
export type AwsRequest = Readonly<{ method: string; url: string; action: string; body: Buffer }>;

/**
 * A wire of HTTP to an AWS emulator at `target`, which can be troubled; `heard` gets each request before anything comes of it.
 * Signatures stay right: the `Host` that was signed is sent on.
 */
export async function awsProxy(
  target: string,
  heard: (request: AwsRequest) => void = () => {},
): Promise<AwsProxy> {
  const plan: { name: RegExp; trouble: AwsTrouble }[] = [];
  const waiting: { name: RegExp; go: () => void }[] = [];
  let seen: string[] = [];
  let met = 0;

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bytesOf(incoming);
    const action = String(incoming.headers['x-amz-target'] ?? '');
    const [method, url] = [incoming.method ?? '', incoming.url ?? ''];
    const name = `${method} ${url}${action === '' ? '' : ` ${action}`}`;
    seen.push(name);
    heard({ method, url, action, body });
    const index = plan.findIndex((each) => each.name.test(name));
    const [planned] = index < 0 ? [] : plan.splice(index, 1);
    if (planned !== undefined) met += 1;
    switch (planned?.trouble) {
      case undefined:
        break;
      case 'throttled':
        return throttle(response, action);
      case 'request lost':
        incoming.socket.destroy();
        return;
      case 'reply lost':
        await forward(target, incoming, body);
        incoming.socket.destroy();
        return;
      case 'duplicated':
        await forward(target, incoming, body);
        break;
      case 'overtaken':
        await new Promise<void>((go) => waiting.push({ name: planned.name, go }));
        break;
      case 'damaged': {
        const reply = await forward(target, incoming, body);
        const at = Math.floor(reply.body.length / 2);
        reply.body[at] = (reply.body[at] ?? 0) ^ 1;
        return answer(response, reply);
      }
    }
    answer(response, await forward(target, incoming, body));
    const overtaken = waiting.findIndex((each) => each.name.test(name));
    if (overtaken >= 0) waiting.splice(overtaken, 1)[0]?.go();
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    trouble: (name, ...troubles) => void plan.push(...troubles.map((trouble) => ({ name, trouble }))),
    seen: () => seen,
    forget: () => {
      seen = [];
    },
    met: () => met,
    close() {
      for (const { go } of waiting.splice(0)) go();
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}

type Reply = Readonly<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>;

const forward = (target: string, incoming: IncomingMessage, body: Buffer): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const { method, headers } = incoming;
    const outgoing = sendRequest(`${target}${incoming.url}`, { method, headers }, (reply) => {
      bytesOf(reply).then(
        (all) => resolve({ status: reply.statusCode ?? 502, headers: reply.headers, body: all }),
        reject,
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });

function answer(response: ServerResponse, { status, headers, body }: Reply): void {
  const { 'transfer-encoding': _, connection: __, ...rest } = headers;
  response.writeHead(status, rest).end(body);
}

/** As the protocols of the services have it: XML of S3, JSON of the others. */
function throttle(response: ServerResponse, action: string): void {
  if (action === '') {
    response
      .writeHead(503, { 'content-type': 'application/xml' })
      .end('<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>');
    return;
  }
  response
    .writeHead(400, { 'content-type': 'application/x-amz-json-1.1' })
    .end('{"__type":"ThrottlingException","message":"Rate exceeded"}');
}

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}
