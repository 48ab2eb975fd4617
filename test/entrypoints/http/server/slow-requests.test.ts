import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { jsonLogger } from '../../../../src/entrypoints/http/server/logger.ts';
import { type ListeningServer, serveHttp } from '../../../../src/entrypoints/http/server/node-server.ts';
import { exchange, statusesOf } from '../../../support/raw-exchange.ts';

const log = jsonLogger({ level: 'silent' });
const servers: ListeningServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A server that answers so, and has so many milliseconds for a request. */
async function aServer(fetch: (request: Request) => Response | Promise<Response>, requestTimeout: number) {
  const patience = { headersTimeout: requestTimeout, requestTimeout, connectionsCheckingInterval: 50 };
  const server = await serveHttp({ fetch }, { host: '127.0.0.1', port: 0, log, patience });
  servers.push(server);
  return server;
}

describe('a server that is sent a request slowly', () => {
  it('takes a body that comes for longer than any request has, when it comes steadily, and refuses one that trickles', async () => {
    const length = async (request: Request) => new Response(`${(await request.arrayBuffer()).byteLength}`);
    const server = await aServer(length, 500);
    const sent = async (piece: number) => {
      const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' });
      let answer = '';
      socket.on('data', (text) => (answer += String(text)));
      const ended = new Promise<void>((resolve) => {
        socket.once('close', () => resolve());
      });
      const pieces = 20;
      socket.write(
        `PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${pieces * piece}\r\n\r\n`,
      );
      for (let n = 0; n < pieces && answer === ''; n += 1) {
        socket.write('x'.repeat(piece));
        await new Promise((resolve) => setTimeout(resolve, 75));
      }
      await ended;
      return answer;
    };
    const [steady, trickle] = await Promise.all([sent(64 * 1_024), sent(8)]);
    expect([statusesOf(steady), steady.endsWith(`${20 * 64 * 1_024}`)]).toEqual([[200], true]);
    expect(statusesOf(trickle)).toEqual([408]);
  });

  it('hangs up on a client that was answered and goes on to send its body by the byte', async () => {
    const server = await aServer(() => new Response('no', { status: 401 }), 200);
    // Ends when the server hangs up.
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx';
    expect(statusesOf(await exchange(server.url, head))[0]).toBe(401);
  });
});
