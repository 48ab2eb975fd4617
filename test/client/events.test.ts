import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createClient, type StreamedEvent } from '../../client/src/client.ts';
import { messagesIn } from '../../client/src/event-stream.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const open: { close: () => void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

const lineOf = (n: number) =>
  `id: evt_${n}\nevent: payment.succeeded\ndata: {"id":"evt_${n}","event_type":"payment.succeeded"}\n\n`;

/** A server that answers each connection in its turn, the last answer being for all that come after. */
async function aStream(answers: readonly Answer[], newest?: string) {
  const resumed: (string | undefined)[] = [];
  let connection = 0;
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/events?')) {
      const items = newest === undefined ? [] : [{ id: newest }];
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ items, next_cursor: null }));
    }
    resumed.push(request.headers['last-event-id'] as string | undefined);
    const answer = answers[Math.min(connection++, answers.length - 1)];
    answer?.(response, request);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  open.push({ close: () => void (server.closeAllConnections(), server.close()) });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { client: createClient({ baseUrl: url, token: 'a-token', retries: 0, backoffMs: 1 }), resumed };
}

const streaming =
  (text: string, end: (response: ServerResponse) => void = () => {}): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`retry: 1\n\n${text}`, () => end(response));
  };

/** The first events, after which the stream is left. */
async function first(count: number, events: AsyncIterable<StreamedEvent>): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of events) if (ids.push(id) === count) break;
  return ids;
}

describe('events', () => {
  it('go on after the last one that was taken, however the connection ended', async () => {
    const { client, resumed } = await aStream(
      [
        streaming(lineOf(1) + lineOf(2), (response) => response.end()),
        streaming(`${lineOf(3)}id: evt_4\ndata: {"id"`, (response) => response.destroy()),
        (response) => response.writeHead(503).end(),
        (response) => response.destroy(),
        streaming(`: heartbeat\n\n${lineOf(4)}`),
      ],
      'evt_0',
    );
    expect(await first(4, client.events())).toEqual(['evt_1', 'evt_2', 'evt_3', 'evt_4']);
    expect(resumed).toEqual(['evt_0', 'evt_2', 'evt_3', 'evt_3', 'evt_3']);
  });

  it('begin with the first there ever is, where there was none', async () => {
    const { client, resumed } = await aStream([(response) => response.destroy(), streaming(lineOf(1))]);
    expect(await first(1, client.events())).toEqual(['evt_1']);
    expect(resumed).toEqual([`evt_${'0'.repeat(32)}`, `evt_${'0'.repeat(32)}`]);
  });

  it('begin after the one that is named', async () => {
    const { client, resumed } = await aStream([streaming(lineOf(8))]);
    expect(await first(1, client.events({ after: 'evt_7' }))).toEqual(['evt_8']);
    expect(resumed).toEqual(['evt_7']);
  });

  it('are asked for again where the connection falls silent', async () => {
    const { client, resumed } = await aStream([streaming(lineOf(1)), streaming(lineOf(2))]);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const events = client.events({ after: 'evt_0' });
    await events.next();
    const next = events.next();
    while (resumed.length === 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await next).value).toMatchObject({ id: 'evt_2' });
    expect(resumed).toEqual(['evt_0', 'evt_1']);
    await events.return(undefined);
  });

  it('end with the signal', async () => {
    const { client } = await aStream([streaming(lineOf(1))]);
    const stop = new AbortController();
    const ids: string[] = [];
    for await (const { id } of client.events({ signal: stop.signal })) {
      ids.push(id);
      stop.abort();
    }
    expect(ids).toEqual(['evt_1']);
  });

  it('end with the refusal of a token', async () => {
    const refused: Answer = (response) =>
      response
        .writeHead(401, { 'content-type': 'application/problem+json' })
        .end('{"code":"unauthenticated"}');
    const { client, resumed } = await aStream([refused]);
    await expect(first(1, client.events())).rejects.toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(resumed).toHaveLength(1);
  });
});

describe('a stream of messages', () => {
  const read = async (text: string, sizes: readonly number[] = [text.length]) => {
    const bytes = new TextEncoder().encode(text);
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (let at = 0, n = 0; at < bytes.length; n++) {
          const size = Math.max(1, sizes[n % sizes.length] ?? 1);
          controller.enqueue(bytes.subarray(at, at + size));
          at += size;
        }
        controller.close();
      },
    });
    const messages = [];
    for await (const message of messagesIn(body)) if (message !== undefined) messages.push(message);
    return messages;
  };

  it('is the same wherever its bytes are cut, with any line end', async () => {
    const expected = [
      { retryMs: 3_000, event: 'message', data: '' },
      { id: 'é', event: 'x', data: 'a\nb' },
      { event: 'message', data: ' c' },
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('\n', '\r', '\r\n'),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        async (end, sizes) => {
          const lines = [
            ': hello',
            'retry: 3000',
            '',
            'id: é',
            'event: x',
            'data: a',
            'data:b',
            '',
            'data:  c',
            '',
          ];
          // The last return may be half of a line end until more comes.
          const text = `${lines.join(end)}${end}: more${end}`;
          expect(await read(text, sizes)).toEqual(expected);
        },
      ),
    );
  });

  it('has no message that the end cuts off', async () => {
    expect(await read('id: 1\ndata: whole\n\nid: 2\ndata: half\n')).toEqual([
      { id: '1', event: 'message', data: 'whole' },
    ]);
  });
});
