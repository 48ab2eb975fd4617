import http from 'node:http';
import { describe, expect, it } from 'vitest';
import { httpWebhookSender } from '../../src/adapters/webhooks/sender.ts';
import type { WebhookSender } from '../../src/ports/webhook-sender.ts';
import { mayReach, portOf, request, webhookReceivers } from '../support/webhook-receivers.ts';

const { dns, open, aSender, aShop } = await webhookReceivers();

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
