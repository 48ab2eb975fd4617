import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { httpWebhookSender, type SenderSettings } from '../../src/adapters/webhooks/sender.ts';
import type { WebhookSender } from '../../src/ports/webhook-sender.ts';
import { SHOP_CERTIFICATE, SHOP_KEY } from '../fixtures/shop-certificate.ts';
import { dnsStub } from '../support/dns-stub.ts';

const dns = await dnsStub();
afterAll(() => dns.close());

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** What plays the public Internet here; 127.0.0.1 and all else play what must not be reached. */
const mayReach = (address: string) => /^127\.0\.0\.[2-9]$/.test(address);

function aSender(settings: Partial<SenderSettings> = {}): WebhookSender {
  const sender = httpWebhookSender({
    allowLoopbackHttp: true,
    timeoutMs: 2_000,
    nameServers: [dns.server],
    mayReach,
    trust: SHOP_CERTIFICATE,
    ...settings,
  });
  open.push(() => sender.close());
  return sender;
}

const portOf = (server: net.Server) => (server.address() as AddressInfo).port;

async function listening<Server extends net.Server>(server: Server, host: string, port = 0): Promise<Server> {
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  open.push(() => {
    if (server instanceof http.Server) server.closeAllConnections();
    server.close();
  });
  return server;
}

const aReceiver = (handle: http.RequestListener, host = '127.0.0.1', port = 0) =>
  listening(http.createServer(handle), host, port);

const aShop = (handle: http.RequestListener, host = '127.0.0.2', port = 0) =>
  listening(https.createServer({ key: SHOP_KEY, cert: SHOP_CERTIFICATE }, handle), host, port);

/** A receiver that says what it likes, byte by byte. */
const aRawReceiver = (handle: (socket: net.Socket) => void) =>
  listening(
    net.createServer((socket) => {
      socket.on('error', () => {});
      handle(socket);
    }),
    '127.0.0.1',
  );

const local = (server: net.Server) => `http://127.0.0.1:${portOf(server)}/hooks?x=1`;
const request = (url: string, body = '{"id":"evt_1"}') => ({
  url,
  body,
  headers: { 'Content-Type': 'application/json', 'webhook-id': 'evt_1' },
});

const bodyOf = async (message: http.IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

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
    const silent = await aReceiver(() => {});
    const slow = await aReceiver((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const deaf = await aRawReceiver(() => {});
    const chatty = await aRawReceiver((socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    const sender = aSender({ timeoutMs: 300 });
    for (const each of [silent, slow, deaf, chatty]) {
      const start = performance.now();
      const result = await sender.send(request(local(each)));
      expect(result._unsafeUnwrapErr()).toMatchObject({ kind: 'WebhookUnanswered', error: 'timeout' });
      expect(performance.now() - start).toBeLessThan(1_500);
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

describe('the guard at connect time', () => {
  it('connects to the address it checked, and proves itself and asks for the name', async () => {
    const seen: unknown[] = [];
    const shop = await aShop((message, response) => {
      const { servername } = message.socket as import('node:tls').TLSSocket & { servername?: string };
      seen.push([message.headers.host, servername, message.socket.localAddress]);
      response.end();
    });
    dns.say('shop.test', ['127.0.0.2']);
    const port = portOf(shop);
    expect((await aSender().send(request(`https://shop.test:${port}/`)))._unsafeUnwrap().status).toBe(200);
    expect(seen).toEqual([[`shop.test:${port}`, 'shop.test', '127.0.0.2']]);
  });

  it('trusts no certificate of another name, or of an unknown authority', async () => {
    const shop = await aShop((_, response) => void response.end());
    dns.say('shop.test', ['127.0.0.2']);
    dns.say('other.test', ['127.0.0.2']);
    const send = (sender: WebhookSender, name: string) =>
      sender.send(request(`https://${name}:${portOf(shop)}/`));
    expect((await send(aSender(), 'other.test'))._unsafeUnwrapErr().error).toBe('tls_failed');
    const { trust: _, ...untrusting } = { trust: '' };
    const strict = httpWebhookSender({
      ...untrusting,
      allowLoopbackHttp: false,
      nameServers: [dns.server],
      mayReach,
    });
    open.push(() => strict.close());
    expect((await send(strict, 'shop.test'))._unsafeUnwrapErr().error).toBe('tls_failed');
  });

  it('looks again at each attempt: a name that leads elsewhere a moment later reaches nothing', async () => {
    let inside = 0;
    const shop = await aShop((_, response) => void response.end());
    const port = portOf(shop);
    await aShop(
      (_, response) => {
        inside += 1;
        response.end('secret');
      },
      '127.0.0.1',
      port,
    );
    const sender = aSender();
    const send = async () => sender.send(request(`https://shop.test:${port}/`));
    dns.say('shop.test', ['127.0.0.2']);
    expect((await send()).isOk()).toBe(true);
    for (const rebound of [
      ['127.0.0.1'],
      ['169.254.169.254'],
      ['127.0.0.2', '127.0.0.1'],
      ['127.0.0.2', '::1'],
      ['127.0.0.2', 'fd00:ec2::254'],
    ]) {
      dns.say('shop.test', rebound);
      const before = dns.asked();
      expect((await send())._unsafeUnwrapErr().error).toBe('address_refused');
      expect(dns.asked()).toBe(before + 2);
    }
    dns.say('shop.test', ['127.0.0.2']);
    expect((await send()).isOk()).toBe(true);
    dns.say('shop.test', []);
    expect((await send())._unsafeUnwrapErr().error).toBe('name_not_found');
    expect(inside).toBe(0);
  });

  it('uses a kept connection only for the address that was checked', async () => {
    const seen: (string | undefined)[] = [];
    const handle: http.RequestListener = (message, response) => {
      seen.push(message.socket.localAddress);
      response.end();
    };
    const port = portOf(await aShop(handle, '127.0.0.2'));
    await aShop(handle, '127.0.0.3', port);
    const sender = aSender();
    for (const address of ['127.0.0.2', '127.0.0.3', '127.0.0.2']) {
      dns.say('shop.test', [address]);
      expect((await sender.send(request(`https://shop.test:${port}/`))).isOk()).toBe(true);
    }
    expect(seen).toEqual(['127.0.0.2', '127.0.0.3', '127.0.0.2']);
  });

  it('goes on to another address of a name when one cannot be reached', async () => {
    const shop = await aShop((_, response) => void response.end(), '127.0.0.5');
    dns.say('shop.test', ['127.0.0.4', '127.0.0.5']);
    const result = await aSender().send(request(`https://shop.test:${portOf(shop)}/`));
    expect(result.isOk()).toBe(true);
  });

  it('waits for a silent name server no longer than for all of the attempt', async () => {
    dns.say('silent.test', 'silent');
    const result = await aSender({ timeoutMs: 200 }).send(request('https://silent.test/'));
    expect(result._unsafeUnwrapErr().error).toBe('timeout');
  });

  it('asks once for many attempts that begin while it asks', async () => {
    const shop = await aShop((_, response) => void response.end());
    dns.say('shop.test', ['127.0.0.2']);
    const sender = aSender();
    const before = dns.asked();
    const url = `https://shop.test:${portOf(shop)}/`;
    const results = await Promise.all(Array.from({ length: 20 }, () => sender.send(request(url))));
    expect(results.every((each) => each.isOk())).toBe(true);
    expect(dns.asked()).toBe(before + 2);
  });
});
