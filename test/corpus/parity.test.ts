import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { memoryApprovalsStorage } from '../../src/adapters/memory/approvals/storage.ts';
import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { wholeApp } from '../../src/entrypoints/http/platform-app.ts';
import { jsonLogger } from '../../src/entrypoints/http/server/logger.ts';
import { serveHttp } from '../../src/entrypoints/http/server/node-server.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { anApprovalsApp } from '../support/approvals-app.ts';
import { httpEvent, restEvent, SOURCE_IP } from '../support/gateway.ts';
import { aPlatform } from '../support/http-app.ts';
import { someDeployment } from '../support/lambda/functions.ts';
import { PATIENT, postgresServer } from '../support/postgres-database.ts';
import type { BothServices } from './both-services.ts';
import type { CorpusGroup } from './corpus-request.ts';
import { CORPUS } from './requests.ts';
import { type RecordedResponse, responsesOf } from './responses.ts';

/** Requests that need no other hand on the installation than their own, and no hour of the day. */
const GROUPS = [
  'authentication',
  'taking-payments',
  'refused-payments',
  'reading-payments',
  'customers',
  'transfers',
  'vendor-payments',
  'refused-vendor-payments',
];

let server: Awaited<ReturnType<typeof postgresServer>>;
let url: string;
const deployed = someDeployment('postgres', () => ({ DATABASE_URL: url }));
beforeAll(async () => {
  server = await postgresServer(inject('postgresUrl'));
  url = await server.newDatabase();
});
afterAll(async () => {
  await deployed.close();
  await server.close();
});

const MERCHANTS = [
  aMerchant('merchant-1'),
  aMerchant('merchant-2'),
  aMerchant('limited', { rateLimits: { maxPaymentAmount: 1_000n } }),
  aMerchant('suspended', { status: 'suspended' }),
];

/** Those of a group that are sent once and by themselves, and that use nothing of a request that is not. */
function plain({ as, requests }: CorpusGroup): CorpusGroup {
  const kept = new Set<string>();
  const sent = requests.filter(({ before, besideItself, times, path, body, headers, keep = {} }) => {
    const names = [...JSON.stringify([path, body, headers]).matchAll(/\{\{(\w+)\}\}/g)].map(
      ([, name = '']) => name,
    );
    const isPlain = !before && !besideItself && !times && names.every((name) => kept.has(name));
    if (isPlain) for (const name of Object.keys(keep)) kept.add(name);
    return isPlain;
  });
  return { as, requests: sent };
}

const bothBy = (send: (request: Request) => Promise<Response>): BothServices => ({
  send,
  sendBesideItself: () => Promise.reject(new Error('each is sent by itself')),
  happen: () => Promise.reject(new Error('nothing happens beside')),
});

/** Over HTTP to a server of Node, as the address that the gateway's requests come from. */
async function nodeServer(): Promise<Readonly<{ services: BothServices; close: () => Promise<void> }>> {
  const storage = memoryStorage();
  await addMerchants(storage, MERCHANTS);
  const app = wholeApp(aPlatform(storage).app, anApprovalsApp(memoryApprovalsStorage()).app);
  const connection = { incoming: { socket: { remoteAddress: SOURCE_IP } } };
  const { url, close } = await serveHttp(
    { fetch: (request) => app.fetch(request, connection) },
    { host: '127.0.0.1', port: 0, log: jsonLogger({ level: 'silent' }) },
  );
  return { services: bothBy((request) => overHttp(url, request)), close };
}

async function overHttp(url: string, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const body = Buffer.from(await request.arrayBuffer());
  return new Promise((resolve, reject) => {
    const headers = Object.fromEntries(request.headers);
    const sent = httpRequest(`${url}${pathname}${search}`, { method: request.method, headers }, (got) => {
      const pieces: Buffer[] = [];
      got.on('data', (piece: Buffer) => pieces.push(piece));
      got.on('end', () =>
        resolve(answerOf(got.statusCode ?? 0, Buffer.concat(pieces), got.headers as Record<string, string>)),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const answerOf = (status: number, body: Buffer, headers: Record<string, string>): Response =>
  new Response(status === 204 || status === 304 ? null : Uint8Array.from(body), { status, headers });

/** What a gateway's answer is made of, in either format. */
type Handed = Readonly<{
  statusCode: number;
  headers?: Record<string, string>;
  multiValueHeaders?: Record<string, readonly string[]>;
  body: string;
  isBase64Encoded: boolean;
}>;

/**
 * Bundles of every function of the API, each under Lambda's runtime client, on a database that holds merchants alone, behind a
 * gateway that routes to them. The instances are those of the group before, whose connections ended with its database.
 */
async function gateway(eventOf: (request: Request) => Promise<unknown>): Promise<BothServices> {
  await server.renew(url);
  const storage = postgresStorage(postgresPool({ ...PATIENT, connectionString: url }));
  await addMerchants(storage, MERCHANTS);
  await storage.close();
  return bothBy(async (request) => {
    const handed = await deployed.invoked<Handed>(functionFor(request), await eventOf(request));
    const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = handed;
    const listed = Object.entries(multiValueHeaders ?? {}).map(([name, values]) => [name, values.join(', ')]);
    return answerOf(
      statusCode,
      Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
      headers ?? (Object.fromEntries(listed) as Record<string, string>),
    );
  });
}

function functionFor({ method, url }: Request): string {
  const { pathname } = new URL(url);
  const isRead = method === 'GET' || method === 'HEAD';
  if (!pathname.startsWith('/approvals')) return isRead ? 'query' : 'process';
  if (isRead)
    return /\/(?:pending|flagged|unreviewed)$/.test(pathname) ? 'approvals-pending' : 'approvals-get';
  return /^\/approvals\/(?:payments|events)$/.test(pathname) ? 'approvals-create' : 'approvals-approve';
}

/** What a server or a gateway says of the connection, and not of the answer. */
const OF_THE_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'date',
  'transfer-encoding',
  'content-length',
]);
const TIME = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g;

/** A log names the time of a move only where the clock went on since the move before, which it may not have within a millisecond. */
const MOVED_AT = /"updated_?[aA]t":"<time>",|,"updated_?[aA]t":"<time>"/g;
const isLog = (body: string): boolean => /"previous_?[hH]ash":/.test(body);

const timeless = (responses: readonly RecordedResponse[]) =>
  responses.map(({ name, status, headers, body }) => ({
    name,
    status,
    headers: Object.fromEntries(Object.entries(headers).filter(([header]) => !OF_THE_CONNECTION.has(header))),
    body: withoutMoves(body.replaceAll(TIME, '<time>')),
  }));

const withoutMoves = (body: string): string => (isLog(body) ? body.replaceAll(MOVED_AT, '') : body);

it('300 requests and more, good and bad, have the same status, headers and bytes from a server of Node and from Lambda', async () => {
  const groups = GROUPS.map((name) => plain(CORPUS[name] ?? { as: 'anonymous', requests: [] }));
  expect(groups.flatMap(({ requests }) => requests).length).toBeGreaterThan(300);
  let compared = 0;
  for (const group of groups) {
    const node = await nodeServer();
    const served = timeless(await responsesOf(node.services, group));
    await node.close();
    for (const eventOf of [httpEvent, restEvent]) {
      const answered = timeless(await responsesOf(await gateway(eventOf), group));
      for (const [index, answer] of answered.entries())
        expect.soft(answer, answer.name).toEqual(served[index]);
      compared += answered.length;
    }
  }
  expect(compared).toBeGreaterThan(600);
}, 300_000);
