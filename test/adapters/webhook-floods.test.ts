import type net from 'node:net';
import { describe, expect, it } from 'vitest';
import { local, portOf, request, webhookReceivers } from '../support/webhook-receivers.ts';

const { dns, aSender, aRawReceiver, aShop } = await webhookReceivers();

/** Writes the same again and again as fast as it is taken, until the connection is closed. */
function flood(socket: net.Socket, text: string): void {
  const chunk = text.repeat(Math.ceil(16_384 / text.length));
  const write = () => {
    while (!socket.destroyed) if (!socket.write(chunk)) return void socket.once('drain', write);
  };
  write();
}

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

describe('A receiver that floods', () => {
  it.each([
    ['interim responses', '', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
    ['leave to go on', '', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['blank lines before its answer', '', '\r\n'],
    ['chunk extensions', CHUNKED, `1;${'a'.repeat(8_000)}\r\nx\r\n`],
    ['zeros before the size of a chunk', CHUNKED, '0'],
  ])('is cut off long before the attempt’s time is over: %s', async (_, head, again) => {
    const receiver = await aRawReceiver((socket) =>
      socket.once('data', () => {
        socket.write(head);
        flood(socket, again);
      }),
    );
    const result = await aSender({ timeoutMs: 20_000 }).send(request(local(receiver)));
    expect(result._unsafeUnwrapErr().error).toBe('response_too_large');
  });

  it('is cut off under TLS as well', async () => {
    const shop = await aShop((_, response) =>
      flood(response.socket as net.Socket, 'HTTP/1.1 103 Early Hints\r\n\r\n'),
    );
    dns.say('shop.test', ['127.0.0.2']);
    const sender = aSender({ timeoutMs: 20_000 });
    const result = await sender.send(request(`https://shop.test:${portOf(shop)}/`));
    expect(result._unsafeUnwrapErr().error).toBe('response_too_large');
  });

  it('is one that sends more than an answer takes, and not one that sends a body in the smallest chunks', async () => {
    const receiver = await aRawReceiver((socket) =>
      socket.on('data', () => socket.write(`${CHUNKED}${'1\r\nx\r\n'.repeat(60_000)}0\r\n\r\n`)),
    );
    const sender = aSender({ timeoutMs: 20_000 });
    for (let n = 0; n < 3; n += 1)
      expect((await sender.send(request(local(receiver))))._unsafeUnwrap().status).toBe(200);
  });
});
