import net from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { bodyOf, local, portOf, request, webhookReceivers } from '../support/webhook-receivers.ts';

const { listening, aSender, aReceiver, aRawReceiver } = await webhookReceivers();

describe('the webhook sender', () => {
  it('sends one POST, byte for byte, and gives the answer', async () => {
    const seen: unknown[] = [];
    const receiver = await aReceiver((message, response) => {
      void bodyOf(message).then((body) => {
        seen.push([message.method, message.url, message.headers, body]);
        response.writeHead(202, { 'Retry-After': '7' }).end('gern geschehen Ł 😀');
      });
    });
    const response = await aSender().send(request(local(receiver), '{"text":"Ł 😀"}'));
    expect(response._unsafeUnwrap()).toEqual({
      status: 202,
      retryAfter: '7',
      excerpt: 'gern geschehen Ł 😀',
      durationMs: expect.any(Number),
    });
    expect(seen).toEqual([
      [
        'POST',
        '/hooks?x=1',
        expect.objectContaining({
          host: `127.0.0.1:${portOf(receiver)}`,
          'content-type': 'application/json',
          'content-length': '18',
          'webhook-id': 'evt_1',
        }),
        '{"text":"Ł 😀"}',
      ],
    ]);
  });

  it.each([301, 302, 303, 307, 308])('follows no redirect: %i to metadata is an answer', async (status) => {
    let reached = 0;
    const metadata = await aReceiver((_, response) => {
      reached += 1;
      response.end('secret');
    });
    const receiver = await aReceiver((_, response) => {
      response.writeHead(status, { Location: local(metadata) }).end();
    });
    const response = await aSender().send(request(local(receiver)));
    expect(response._unsafeUnwrap()).toMatchObject({ status, excerpt: '' });
    expect(reached).toBe(0);
  });

  it('gives up on a receiver that never answers, answers too slowly, or never ends', async () => {
    let signs = 0;
    const sign = () => void (signs += 1);
    const silent = await aReceiver(sign);
    const slow = await aReceiver((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.', sign), 20);
      response.on('close', () => clearInterval(timer));
    });
    const deaf = await aRawReceiver(sign);
    const chatty = await aRawReceiver((socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n', sign), 20);
      socket.on('close', () => clearInterval(timer));
    });
    const sender = aSender({ timeoutMs: 300 });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    for (const [each, enough] of [
      [silent, 1],
      [slow, 5],
      [deaf, 1],
      [chatty, 5],
    ] as const) {
      signs = 0;
      const heard = vi.fn();
      const sent = sender.send(request(local(each))).then(heard);
      while (signs < enough) await new Promise(setImmediate);
      await vi.advanceTimersByTimeAsync(299);
      expect(heard).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      await sent;
      expect(heard.mock.lastCall?.[0]._unsafeUnwrapErr()).toMatchObject({
        kind: 'WebhookUnanswered',
        error: 'timeout',
      });
    }
  });

  it('reads no more than it must of an answer that does not end', async () => {
    let sent = 0;
    const closed = Promise.withResolvers<void>();
    const endless = await aReceiver((_, response) => {
      response.writeHead(200);
      const more = () => {
        for (let go = true; go && !response.destroyed; ) {
          sent += 16_384;
          go = response.write(Buffer.alloc(16_384, 97));
        }
      };
      response.on('drain', more).on('close', () => closed.resolve());
      more();
    });
    const result = await aSender().send(request(local(endless)));
    expect(result._unsafeUnwrapErr().error).toBe('response_too_large');
    await closed.promise;
    expect(sent).toBeLessThan(16_000_000);
  });

  it('says of a connection that it was lost, was refused, or spoke something else', async () => {
    const reset = await aReceiver((message) => void message.socket.resetAndDestroy());
    const halfway = await aReceiver((_, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('half', () => response.socket?.resetAndDestroy());
    });
    const short = await aRawReceiver((socket) => {
      socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'));
    });
    const noise = await aRawReceiver((socket) => {
      socket.on('data', () => socket.end('SSH-2.0-OpenSSH_9.9\r\n'));
    });
    const upgrading = await aRawReceiver((socket) => {
      socket.on('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n'),
      );
    });
    const hugeHead = await aRawReceiver((socket) => {
      socket.on('data', () => socket.write(`HTTP/1.1 200 OK\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`));
    });
    const sender = aSender();
    for (const each of [reset, halfway, short, noise, upgrading, hugeHead])
      expect((await sender.send(request(local(each))))._unsafeUnwrapErr().error).toBe('connection_lost');
    const gone = await listening(net.createServer(), '127.0.0.1');
    const url = local(gone);
    await new Promise((resolve) => gone.close(resolve));
    expect((await sender.send(request(url)))._unsafeUnwrapErr().error).toBe('connection_failed');
  });

  it('keeps a printable kibibyte of an answer, and nothing that looks like a card', async () => {
    const responses = [
      `${'Ł'.repeat(600)}end`,
      'a\u0000b\u001b[31mred\u202e\r\nnext\tcell',
      Buffer.from([0xff, 0xfe, 0x41]),
      Buffer.alloc(60_000, 0xff),
      'card 4242 4242 4242 4242 declined',
    ];
    const receiver = await aReceiver((_, response) => void response.end(responses.shift()));
    const sender = aSender();
    const excerpt = async () => (await sender.send(request(local(receiver))))._unsafeUnwrap().excerpt;
    expect(await excerpt()).toBe('Ł'.repeat(512));
    expect(await excerpt()).toBe('a b [31mred  \nnext\tcell');
    expect(await excerpt()).toBe('\ufffd\ufffdA');
    expect(Buffer.byteLength(await excerpt())).toBeLessThanOrEqual(1_024);
    expect(await excerpt()).toBe('');
  });

  it('keeps connections and uses them again, also past one that was closed meanwhile', async () => {
    let connections = 0;
    const receiver = await aReceiver((_, response) => void response.end('ok'));
    receiver.on('connection', () => {
      connections += 1;
    });
    const sender = aSender();
    for (let n = 0; n < 5; n += 1) expect((await sender.send(request(local(receiver)))).isOk()).toBe(true);
    expect(connections).toBe(1);
    receiver.closeAllConnections();
    expect((await sender.send(request(local(receiver)))).isOk()).toBe(true);
    expect(connections).toBe(2);
  });

  it('sends again after it has cut off what was under way', async () => {
    const arrived = Promise.withResolvers<void>();
    const silent = await aReceiver(() => arrived.resolve());
    const sender = aSender({ timeoutMs: 60_000 });
    const sent = sender.send(request(local(silent)));
    await arrived.promise;
    sender.cutOff();
    expect((await sent)._unsafeUnwrapErr().error).toBe('timeout');
    const receiver = await aReceiver((_, response) => void response.end());
    expect((await sender.send(request(local(receiver)))).isOk()).toBe(true);
  });

  it('cuts off what is under way when it is closed', async () => {
    const arrived = Promise.withResolvers<void>();
    const silent = await aReceiver(() => arrived.resolve());
    const sender = aSender({ timeoutMs: 60_000 });
    const sent = sender.send(request(local(silent)));
    await arrived.promise;
    sender.close();
    expect((await sent)._unsafeUnwrapErr().error).toBe('timeout');
    expect((await sender.send(request(local(silent))))._unsafeUnwrapErr().error).toBe('timeout');
  });
});
