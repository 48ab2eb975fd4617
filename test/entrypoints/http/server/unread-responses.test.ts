import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { jsonLogger } from '../../../../src/entrypoints/http/server/logger.ts';
import { type ListeningServer, serveHttp } from '../../../../src/entrypoints/http/server/node-server.ts';
import { cutUnread } from '../../../../src/entrypoints/http/server/unread-responses.ts';

const KIB = 1_024;
const LIMITS = { writeTimeoutMs: 20_000, mostUnreadBytes: 256 * KIB };

afterEach(() => void vi.useRealTimers());

/** A response of which so many bytes were written, as the server sees it. */
function aResponse(written: number) {
  const state = { taken: 0, isCut: false };
  const response = {
    get socket() {
      return { bytesWritten: written, writableLength: written - state.taken };
    },
    destroy: () => void (state.isCut = true),
  } as unknown as ServerResponse;
  return { response, state };
}

function watched(...written: readonly number[]) {
  vi.useFakeTimers();
  const all = written.map(aResponse);
  const active = new Set(all.map(({ response }) => response));
  let cuts = 0;
  const end = cutUnread(active, LIMITS, () => {
    cuts += 1;
    for (const { response, state } of all) if (state.isCut) active.delete(response);
  });
  return { states: all.map(({ state }) => state), cuts: () => cuts, end };
}

describe('a response that waits for its reader', () => {
  it('is cut when nothing of it was taken for the time-out and a second for every 16 KiB', () => {
    const { states, cuts } = watched(64 * KIB);
    vi.advanceTimersByTime(LIMITS.writeTimeoutMs + 4_000);
    expect(states[0]?.isCut).toBe(false);
    vi.advanceTimersByTime(3_000);
    expect([states[0]?.isCut, cuts()]).toEqual([true, 1]);
  });

  it('is left alone while its reader takes something now and then, and when all of it was taken', () => {
    const { states } = watched(64 * KIB, 64 * KIB);
    const [slow, quick] = states;
    if (quick !== undefined) quick.taken = 64 * KIB;
    for (let turn = 0; turn < 10; turn += 1) {
      if (slow !== undefined) slow.taken += KIB;
      vi.advanceTimersByTime(LIMITS.writeTimeoutMs);
    }
    expect(states.map(({ isCut }) => isCut)).toEqual([false, false]);
  });

  it('is cut before its time when too much waits in all, the one that waited longest first', () => {
    const { states, end } = watched(100 * KIB, 100 * KIB, 100 * KIB);
    const [, second] = states;
    vi.advanceTimersByTime(1_000);
    expect(states.filter(({ isCut }) => isCut)).toHaveLength(1);
    expect(second?.isCut).toBe(false);
    end();
    vi.advanceTimersByTime(60_000);
    expect(states.filter(({ isCut }) => isCut)).toHaveLength(1);
  });
});

const log = jsonLogger({ level: 'silent' });
const servers: ListeningServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function aServer(fetch: () => Response, limits: object) {
  const cuts: string[] = [];
  const server = await serveHttp(
    { fetch },
    { host: '127.0.0.1', port: 0, log, limits, onCut: (why) => void cuts.push(why) },
  );
  servers.push(server);
  return { port: Number(new URL(server.url).port), url: server.url, cuts };
}

describe('over a socket', () => {
  it('a stream whose reader does not read is asked for no more than fits, then canceled', async () => {
    let pieces = 0;
    const canceled = Promise.withResolvers<void>();
    const endless = () =>
      new ReadableStream({
        pull(controller) {
          pieces += 1;
          controller.enqueue(new Uint8Array(4 * KIB));
        },
        cancel: () => canceled.resolve(),
      });
    const { port, cuts } = await aServer(() => new Response(endless()), { writeTimeoutMs: 100 });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await canceled.promise;
    socket.destroy();
    expect(cuts).toEqual(['unread']);
    // What two sockets of one machine hold between them.
    expect(pieces * 4 * KIB).toBeLessThan(16 * KIB * KIB);
  });

  it('connections beyond the limit are closed as they come, and those that are idle make room', async () => {
    const { port, url, cuts } = await aServer(() => new Response('ok'), { maxConnections: 2 });
    const idle = Array.from({ length: 2 }, () => connect(port, '127.0.0.1'));
    const closed = idle.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of idle) {
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await new Promise((resolve) => socket.once('data', resolve));
    }
    await expect(fetch(url)).rejects.toThrow();
    expect(cuts).toEqual(['too_many_connections']);
    await Promise.all(closed);
    expect((await fetch(url)).status).toBe(200);
  });
});
