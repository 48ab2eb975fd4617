import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import ipaddr from 'ipaddr.js';
import { ResultAsync } from 'neverthrow';
import { afterEach, describe, expect, it } from 'vitest';
import type { PlatformAppParts } from '../../../../src/entrypoints/http/platform-app.ts';
import { clientAddressBehind } from '../../../../src/entrypoints/http/server/client-address.ts';
import { jsonLogger } from '../../../../src/entrypoints/http/server/logger.ts';
import { type ListeningServer, serveHttp } from '../../../../src/entrypoints/http/server/node-server.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { eventually } from '../../../support/eventually.ts';
import { anHttpApp, aPaymentBody, aToken } from '../../../support/http-app.ts';
import { exchange, statusesOf } from '../../../support/raw-exchange.ts';

const log = jsonLogger({ level: 'silent' });
const servers: ListeningServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function aServer(parts: Partial<PlatformAppParts> = {}, patience = {}) {
  const { app } = await anHttpApp(parts);
  const server = await serveHttp(app, { host: '127.0.0.1', port: 0, log, patience });
  servers.push(server);
  return server;
}

const problemIn = (bytes: string) =>
  problem.parse(JSON.parse(bytes.slice(bytes.lastIndexOf('\r\n\r\n') + 4)));

const body = JSON.stringify(aPaymentBody({ idempotency_key: 'k' }));
const post = async (headers: readonly string[], rest = body) =>
  [
    'POST /payments HTTP/1.1',
    'Host: x',
    'Connection: close',
    'Content-Type: application/json',
    `Authorization: Bearer ${await aToken()}`,
    ...headers,
    '',
    rest,
  ].join('\r\n');

describe('over a socket', () => {
  it('takes a payment, with a length and in chunks', async () => {
    const { url } = await aServer();
    expect(statusesOf(await exchange(url, await post([`Content-Length: ${body.length}`])))).toEqual([201]);
    const chunks = body
      .split('')
      .map((byte) => `1\r\n${byte}\r\n`)
      .join('');
    const again = await exchange(url, await post(['Transfer-Encoding: chunked'], `${chunks}0\r\n\r\n`));
    expect(statusesOf(again)).toEqual([201]);
    expect(again).toMatch(/idempotency-replayed: true/i);
  });

  it('keeps an idle connection for longer than a load balancer does', async () => {
    const { url } = await aServer();
    const { headers } = await fetch(`${url}/healthz`);
    const [, seconds] = /timeout=(\d+)/.exec(headers.get('keep-alive') ?? '') ?? [];
    expect(Number(seconds)).toBeGreaterThan(60);
  });

  it.each<readonly [string, number, () => string | Promise<string>]>([
    [
      'chunks and a length together',
      400,
      () => post(['Transfer-Encoding: chunked', `Content-Length: ${body.length}`]),
    ],
    ['two lengths', 400, () => post([`Content-Length: ${body.length}`, 'Content-Length: 1'])],
    ['a negative length', 400, () => post(['Content-Length: -1'])],
    ['an encoding of transfer nobody knows', 400, () => post(['Transfer-Encoding: chunked, gzip'])],
    [
      'two Authorization headers',
      401,
      async () => post([`Content-Length: ${body.length}`, `Authorization: Bearer ${await aToken()}`]),
    ],
    [
      'two Idempotency-Key headers',
      400,
      () => post([`Content-Length: ${body.length}`, 'Idempotency-Key: k', 'Idempotency-Key: k']),
    ],
    [
      'a control character in a header',
      400,
      () => post([`Content-Length: ${body.length}`, 'Idempotency-Key: a\x01b']),
    ],
    ['a folded header', 400, () => post([`Content-Length: ${body.length}`, 'Idempotency-Key: a', ' b'])],
    ['headers of 20 KiB', 431, () => post([`Content-Length: ${body.length}`, `X: ${'x'.repeat(20_480)}`])],
    ['what is no HTTP', 400, () => 'hello\r\n\r\n'],
    ['TLS', 400, () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a host that is none', 400, () => 'GET /healthz HTTP/1.1\r\nHost: a b/c\r\nConnection: close\r\n\r\n'],
    ['two hosts', 400, () => 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nHost: y\r\n\r\n'],
    ['no host', 400, () => 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['an empty host', 400, () => 'GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n'],
    ['a host of HTTP/1.0 that is none', 400, () => 'GET /healthz HTTP/1.0\r\nHost: a b/c\r\n\r\n'],
    [
      'an unknown expectation',
      401,
      () =>
        'POST /payments/batch HTTP/1.1\r\nHost: x\r\nExpect: magic\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    ],
    ['a target that is no path', 400, () => 'GET nonsense HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ])('refuses %s with %i and a problem', async (_, status, bytes) => {
    const { url } = await aServer();
    const response = await exchange(url, await bytes());
    expect(statusesOf(response)).toEqual([status]);
    expect(response).toMatch(/content-type: application\/problem\+json/i);
    expect(problemIn(response).status).toBe(status);
  });

  it.each(['GET', 'HEAD'])('answers a probe of HTTP/1.0 by %s, which names no host', async (method) => {
    const { url } = await aServer();
    expect(statusesOf(await exchange(url, `${method} /healthz HTTP/1.0\r\n\r\n`))).toEqual([200]);
  });

  it('refuses a body that grows past the limit, whatever its length claims', async () => {
    const { url } = await aServer();
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    const response = await exchange(
      url,
      await post(['Transfer-Encoding: chunked'], chunk.repeat(8)),
      200,
      '0\r\n\r\n',
    );
    expect(statusesOf(response)).toEqual([413]);
    const declared = await exchange(url, await post(['Content-Length: 100000000'], ' '.repeat(300_000)));
    expect(statusesOf(declared)).toEqual([413]);
  });

  it('tells a client that looks at the answer only once it has sent all, far more than is read', async () => {
    const { url } = await aServer();
    const bytes = await post(['Content-Length: 32000000'], ' '.repeat(32_000_000));
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject).write(bytes, () => resolve());
    });
    expect(statusesOf(await text(socket))).toEqual([413]);
  });

  it('reads every header, also the last of as many as fit', async () => {
    const { url } = await aServer();
    const many = Array.from({ length: 3_500 }, () => 'x:');
    const headers = [...many, `Content-Length: ${body.length}`, 'Idempotency-Key: other'];
    const response = await exchange(url, await post(headers));
    expect([statusesOf(response), problemIn(response).code]).toEqual([[400], 'idempotency_key_mismatch']);
  });

  it('hangs up on a client that was refused and does not hang up itself', async () => {
    const { url, close } = await aServer({}, { headersTimeout: 60_000, requestTimeout: 60_000 });
    const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
    socket.write('hello\r\n\r\n');
    const refused = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    expect(statusesOf(refused.toString())).toEqual([400]);
    // Ends when no connection is left, or cuts what is left after 25 s.
    await close();
    socket.destroy();
  });

  it('answers pipelined requests in order', async () => {
    const { url } = await aServer();
    const get = (path: string, close = false) =>
      `GET ${path} HTTP/1.1\r\nHost: x\r\n${close ? 'Connection: close\r\n' : ''}\r\n`;
    expect(
      statusesOf(await exchange(url, get('/healthz') + get('/nonsense') + get('/readyz', true))),
    ).toEqual([200, 404, 200]);
  });

  it('begins a pipelined request when the one before it is answered, and hangs up on a client that sends too many', async () => {
    let begun = 0;
    const finish: (() => void)[] = [];
    const { url } = await aServer({
      health: {
        name: 'memory',
        check() {
          begun++;
          return ResultAsync.fromSafePromise(new Promise<void>((resolve) => finish.push(resolve)));
        },
      },
    });
    const ready = 'GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n';
    const last = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const answers = exchange(url, ready.repeat(2) + last);
    await eventually(() => expect(finish.length).toBe(1));
    await fetch(`${url}/healthz`);
    expect(begun).toBe(1);
    finish[0]?.();
    await eventually(() => expect(finish.length).toBe(2));
    finish[1]?.();
    expect(statusesOf(await answers)).toEqual([200, 200, 200]);
    const flood = exchange(url, ready.repeat(1_000));
    await eventually(() => expect(finish.length).toBe(3));
    finish[2]?.();
    expect(statusesOf(await flood)).toEqual([]);
    expect(begun).toBe(3);
  });

  it('hangs up on clients that take their time with headers or body', async () => {
    const { url } = await aServer(
      {},
      { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 50 },
    );
    const slowHead = await exchange(url, 'GET /healthz HTTP/1.1\r\nHost: x\r\n');
    expect(statusesOf(slowHead)).toEqual([408]);
    expect(problemIn(slowHead).status).toBe(408);
    const slowBody = await exchange(url, await post([`Content-Length: ${body.length}`], body.slice(0, 10)));
    expect(statusesOf(slowBody)).toEqual([408]);
  });

  it('records the address of the connection', async () => {
    const { app, storage } = await anHttpApp();
    const server = await serveHttp(app, { host: '127.0.0.1', port: 0, log });
    servers.push(server);
    const response = await exchange(
      server.url,
      await post([`Content-Length: ${body.length}`, 'X-Forwarded-For: 203.0.113.9']),
    );
    const { id, merchant_id } = JSON.parse(response.slice(response.indexOf('\r\n\r\n') + 4)) as {
      id: never;
      merchant_id: never;
    };
    const [entry] = (await storage.auditTrail.ofPayment(merchant_id, id))._unsafeUnwrap();
    expect(entry?.ipAddress).toBe('127.0.0.1');
  });

  it('records the client’s address behind a trusted proxy, also where the header came in lines of its own', async () => {
    const loopback = { network: ipaddr.IPv4.parse('127.0.0.0'), bits: 8 };
    const { app, storage } = await anHttpApp({ clientAddress: clientAddressBehind([loopback]) });
    const server = await serveHttp(app, { host: '127.0.0.1', port: 0, log });
    servers.push(server);
    const forwarded = ['X-Forwarded-For: 1.1.1.1', 'X-Forwarded-For: 203.0.113.9, 127.0.0.2'];
    const response = await exchange(server.url, await post([`Content-Length: ${body.length}`, ...forwarded]));
    const { id, merchant_id } = JSON.parse(response.slice(response.indexOf('\r\n\r\n') + 4)) as {
      id: never;
      merchant_id: never;
    };
    const [entry] = (await storage.auditTrail.ofPayment(merchant_id, id))._unsafeUnwrap();
    expect(entry?.ipAddress).toBe('203.0.113.9');
  });
});

describe('a server', () => {
  it('says which port is taken', async () => {
    const { url } = await aServer();
    const port = Number(new URL(url).port);
    const { app } = await anHttpApp();
    await expect(serveHttp(app, { host: '127.0.0.1', port, log })).rejects.toThrow(
      `port ${port} on 127.0.0.1 is taken`,
    );
  });

  it('that closes finishes what it has begun, takes nothing new, and hangs up', async () => {
    let finish = () => {};
    const waiting = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let begun = () => {};
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const { url, close } = await aServer({
      health: {
        name: 'memory',
        check() {
          begun();
          return ResultAsync.fromSafePromise(waiting);
        },
      },
    });
    const response = exchange(url, 'GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n');
    await started;
    const closed = close();
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    finish();
    expect(await response).toMatch(/^HTTP\/1\.1 200[^]*connection: close/i);
    await closed;
  });
});
