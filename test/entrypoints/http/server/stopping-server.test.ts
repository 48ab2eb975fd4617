import { Server } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { jsonLogger } from '../../../../src/entrypoints/http/server/logger.ts';
import { serveHttp } from '../../../../src/entrypoints/http/server/node-server.ts';
import { eventually } from '../../../support/eventually.ts';
import { statusesOf } from '../../../support/raw-exchange.ts';

const log = jsonLogger({ level: 'silent' });
const serving = (respond: () => Response) =>
  serveHttp({ fetch: respond }, { host: '127.0.0.1', port: 0, log });

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

/** A connection that is kept open, as those of a proxy are. */
function aConnection(url: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const heard = { bytes: '' };
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    heard.bytes += chunk;
  });
  const over = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return { socket, heard, over };
}

const bodyOf = (bytes: string) => bytes.slice(bytes.indexOf('\r\n\r\n') + 4);

/** More than systems keep on the way to a reader. */
const LARGE = 'x'.repeat(30_000_000);

/** Of a server that waits until it cuts what is left, it waits for ever. */
const neverCutting = () => vi.spyOn(Server.prototype, 'closeAllConnections').mockReturnValue();

describe('a server that is stopped', () => {
  afterEach(() => vi.restoreAllMocks());

  it('answers what is on its way on a connection at rest, which is over then', async () => {
    const server = await serving(() => new Response('well'));
    const { socket, heard, over } = aConnection(server.url);
    socket.write(REQUEST);
    await eventually(() => expect(statusesOf(heard.bytes)).toEqual([200]));
    expect(heard.bytes).toMatch(/connection: keep-alive/i);
    const closed = server.close();
    socket.write(REQUEST);
    await Promise.all([over, closed]);
    expect(statusesOf(heard.bytes)).toEqual([200, 200]);
    expect(heard.bytes).toMatch(/connection: close/i);
    await expect(fetch(server.url)).rejects.toThrow();
  });

  it('lets the slow have all of an answer that was made before', async () => {
    const server = await serving(() => new Response(LARGE));
    const { socket, heard, over } = aConnection(server.url);
    socket.write(REQUEST);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    const unused = aConnection(server.url);
    await new Promise((resolve) => unused.socket.once('connect', resolve));
    const closed = server.close();
    await unused.over;
    socket.resume();
    await Promise.all([over, closed]);
    expect(bodyOf(heard.bytes).length).toBe(LARGE.length);
  });

  it('ends with the answers whose heads had left, though nothing told their readers to hang up', async () => {
    neverCutting();
    let end = () => {};
    const body = () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(Buffer.from('first'));
          end = () => {
            controller.enqueue(Buffer.from('last'));
            controller.close();
          };
        },
      });
    const server = await serving(() => new Response(body()));
    const { socket, heard, over } = aConnection(server.url);
    socket.write(REQUEST);
    await new Promise((resolve) => socket.once('data', resolve));
    const closed = server.close();
    end();
    await Promise.all([over, closed]);
    expect(heard.bytes).toContain('last');
  });

  it('waits for no connection on which nothing was asked', async () => {
    neverCutting();
    const server = await serving(() => new Response('well'));
    const { socket, over } = aConnection(server.url);
    await new Promise((resolve) => socket.once('connect', resolve));
    await Promise.all([server.close(), over]);
  });
});
