import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { jsonLogger } from '../../../../src/entrypoints/http/server/logger.ts';
import { type ListeningServer, serveHttp } from '../../../../src/entrypoints/http/server/node-server.ts';
import { anHttpApp, aPaymentBody, aToken } from '../../../support/http-app.ts';
import { exchange, statusesOf } from '../../../support/raw-exchange.ts';

const servers: ListeningServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function aServer() {
  const opened = await anHttpApp();
  const log = jsonLogger({ level: 'silent' });
  const server = await serveHttp(opened.app, { host: '127.0.0.1', port: 0, log });
  servers.push(server);
  return { ...opened, url: server.url };
}

const body = JSON.stringify(aPaymentBody({ idempotency_key: 'k' }));
/** A payment on a connection that is kept open. */
const post = async (headers: readonly string[], rest: string) =>
  [
    'POST /payments HTTP/1.1',
    'Host: x',
    'Content-Type: application/json',
    `Authorization: Bearer ${await aToken()}`,
    ...headers,
    '',
    rest,
  ].join('\r\n');

describe('bytes that two readers could take for different requests', () => {
  it('answers an offer to change the protocol as if it was none, and hangs up, because what follows was not read', async () => {
    const { url } = await aServer();
    const offer = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';
    const response = await exchange(url, `${offer}GET /nonsense HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(statusesOf(response)).toEqual([200]);
    expect(response).toMatch(/connection: close/i);
  });

  it.each<readonly [string, readonly string[], string]>([
    ['a length in a list', [`Content-Length: ${body.length}, ${body.length}`], body],
    ['a length with a sign', [`Content-Length: +${body.length}`], body],
    ['a length in hexadecimal', ['Content-Length: 0x35'], body],
    [
      'an encoding of transfer given twice',
      ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
      '0\r\n\r\n',
    ],
    ['an encoding of transfer before a space', ['Transfer-Encoding : chunked'], '0\r\n\r\n'],
    ['an encoding of transfer on a line of its own', ['Transfer-Encoding:', ' chunked'], '0\r\n\r\n'],
    ['a chunk of more bytes than there are', ['Transfer-Encoding: chunked'], 'FFFFFFFFFFFFFFFFF\r\nx'],
    ['a chunk of fewer than none', ['Transfer-Encoding: chunked'], '-1\r\nx'],
    ['a chunk that is longer than it says', ['Transfer-Encoding: chunked'], '1\r\nxyz\r\n0\r\n\r\n'],
    ['chunks that end in bare line feeds', ['Transfer-Encoding: chunked'], '1\nx\n0\n\n'],
    [
      'a chunk that says more than 16 KiB of itself',
      ['Transfer-Encoding: chunked'],
      `1;${'x'.repeat(20_000)}\r\nx\r\n0\r\n\r\n`,
    ],
    [
      'a header that ends in a bare carriage return',
      ['X: a\rTransfer-Encoding: chunked', 'Content-Length: 5'],
      '0\r\n\r\n',
    ],
  ])('takes nothing behind %s for a request', async (_, headers, rest) => {
    const { url } = await aServer();
    const smuggled = 'GET /nonsense HTTP/1.1\r\nHost: x\r\n\r\n';
    const statuses = statusesOf(await exchange(url, (await post(headers, rest)) + smuggled));
    expect(statuses).toEqual([400]);
  });

  it('end at the end of the body also where the request is refused before that is read', async () => {
    const { url } = await aServer();
    const inner = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';
    const last = 'GET /nonsense HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    for (const outer of ['POST /payments', 'GET /payments', 'PUT /payments', 'POST /nonsense']) {
      const head = `${outer} HTTP/1.1\r\nHost: x\r\nContent-Length: ${inner.length}\r\n\r\n`;
      const statuses = statusesOf(await exchange(url, head + inner + last));
      expect([outer, statuses.length, statuses.at(-1)]).toEqual([outer, 2, 404]);
    }
  });
});

describe('connections that end in the middle of a request', () => {
  it('leave nothing in flight, and nothing on record', async () => {
    const { url, app, storage } = await aServer();
    const head = await post([`Content-Length: ${body.length}`], body.slice(0, 10));
    await Promise.all(
      Array.from(
        { length: 50 },
        (_, n) =>
          new Promise<void>((resolve) => {
            const socket = connect(Number(new URL(url).port), '127.0.0.1');
            socket.on('error', () => {});
            socket.on('close', () => resolve());
            socket.write(head, () => (n % 2 === 0 ? socket.resetAndDestroy() : socket.end()));
            socket.resume();
          }),
      ),
    );
    const inFlight = async () =>
      /^paywright_http_requests_in_flight (\d+)/m.exec(await (await app.request('/metrics')).text())?.[1];
    await expect.poll(inFlight).toBe('1');
    const stored = await storage.payments.list('merchant-1' as never, {}, { limit: 1 });
    expect(stored._unsafeUnwrap()).toEqual([]);
  });
});
