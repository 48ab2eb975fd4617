import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { afterAll, afterEach } from 'vitest';
import { httpWebhookSender, type SenderSettings } from '../../src/adapters/webhooks/sender.ts';
import type { WebhookSender } from '../../src/ports/webhook-sender.ts';
import { SHOP_CERTIFICATE, SHOP_KEY } from '../fixtures/shop-certificate.ts';
import { dnsStub } from './dns-stub.ts';

/** What plays the public Internet here; 127.0.0.1 and all else play what must not be reached. */
export const mayReach = (address: string) => /^127\.0\.0\.[2-9]$/.test(address);

/** Receivers on this machine, the names that lead to them, and senders to reach them: all are closed after each test of the file. */
export async function webhookReceivers() {
  const dns = await dnsStub();
  afterAll(() => dns.close());

  const open: (() => void)[] = [];
  afterEach(() => {
    for (const close of open.splice(0)) close();
  });

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

  async function listening<Server extends net.Server>(
    server: Server,
    host: string,
    port = 0,
  ): Promise<Server> {
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

  return { dns, open, listening, aSender, aReceiver, aShop, aRawReceiver };
}

/** Where it listens on this machine. */
export const portOf = (server: net.Server) => (server.address() as AddressInfo).port;

/** The address of a receiver that is reached over plain HTTP. */
export const local = (server: net.Server) => `http://127.0.0.1:${portOf(server)}/hooks?x=1`;

/** What the sender is given to send. */
export const request = (url: string, body = '{"id":"evt_1"}') => ({
  url,
  body,
  headers: { 'Content-Type': 'application/json', 'webhook-id': 'evt_1' },
});

/** All that was sent. */
export const bodyOf = async (message: http.IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};
