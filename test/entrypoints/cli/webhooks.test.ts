import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WebhookEvent } from '../../../client/src/webhooks.ts';
import { developmentToken, startCli } from '../../support/cli-process.ts';
import { runInProcess } from '../../support/run-program.ts';

function aDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'paywright-webhooks-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

/** A CLI process that ends with the test. */
function running(args: readonly string[], env: Readonly<Record<string, string>>) {
  const process = startCli(args, env);
  onTestFinished(async () => {
    process.child.kill('SIGTERM');
    await process.ended;
  });
  return process;
}

describe('paywright webhooks listen', () => {
  it('registers itself, prints the deliveries of a payment as verified, and leaves nothing behind', async () => {
    const env = { STORAGE: 'memory', PORT: '0', PAYWRIGHT_DATA_DIR: aDataDir() };
    const server = running(['serve'], env);
    const url = (await server.said(/url +(\S+)/))[1] ?? '';
    const token = await developmentToken(env, { merchant: 'merchant-123' });
    const listener = running(['webhooks', 'listen', '--server', url], env);
    await listener.said(/listening on http:\/\/127\.0\.0\.1:\d+/);

    const authorization = `Bearer ${token}`;
    const taken = await fetch(`${url}/payments`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', 'idempotency-key': 'one' },
      body: JSON.stringify({ amount: 1999, currency: 'USD', payment_method: 'card' }),
    });
    expect(taken.status).toBe(201);
    await listener.said(/verified +payment\.created +evt_/);
    await listener.said(/verified +payment\.succeeded +evt_/);

    listener.child.kill('SIGTERM');
    expect(await listener.ended).toBe(0);
    const left = await fetch(`${url}/webhook_endpoints`, { headers: { authorization } });
    expect(await left.json()).toMatchObject({ items: [] });
  });

  it('passes on what is genuine, that of before first, and answers as its receiver does', async () => {
    const env = { STORAGE: 'memory', PORT: '0', PAYWRIGHT_DATA_DIR: aDataDir() };
    const server = running(['serve'], env);
    const url = (await server.said(/url +(\S+)/))[1] ?? '';
    const before = await runInProcess(['trigger', 'payment.failed', '--json', '--url', url], env);
    const { id } = JSON.parse(before.out) as { id: string };

    const got: WebhookEvent[] = [];
    const receiver = createServer((request, response) => {
      void text(request).then((body) => {
        const { event_type } = JSON.parse(body) as { event_type: string };
        got.push(JSON.parse(body) as WebhookEvent);
        response.writeHead(event_type === 'payment.failed' ? 202 : 500).end();
      });
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void receiver.close());
    await once(receiver, 'listening');
    const to = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`;
    const since = ['--since', '2026-01-01', '--forward-to', to];
    const listener = running(['webhooks', 'listen', '--server', url, ...since], env);
    await listener.said(new RegExp(`verified +payment\\.failed +${id} +answered 202`));
    await runInProcess(['trigger', 'payment.authorized', '--url', url], env);
    await listener.said(/verified +payment\.authorized +evt_\w+ +answered 500/);
    expect(got.find((event) => event.id === id)).toMatchObject({ data: { status: 'failed' } });
  });

  it('says what is not genuine, and answers it with 401', async () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    const env = { PAYWRIGHT_DATA_DIR: aDataDir(), WEBHOOK_SECRET: `whsec_${key}` };
    const listener = running(['webhooks', 'listen'], env);
    const url = (await listener.said(/listening on (\S+)/))[1] ?? '';
    const body = JSON.stringify({ id: 'evt_1', event_type: 'payment.created', created: '', data: {} });
    const timestamp = `${Math.floor(Date.now() / 1_000)}`;
    const signed = (signature: string) =>
      fetch(url, {
        method: 'POST',
        headers: { 'webhook-id': 'evt_1', 'webhook-timestamp': timestamp, 'webhook-signature': signature },
        body,
      });
    const right = createHmac('sha256', Buffer.from(key, 'base64'))
      .update(`evt_1.${timestamp}.${body}`)
      .digest('base64');
    expect((await signed(`v1,${right}`)).status).toBe(204);
    expect((await signed('v1,AAAA')).status).toBe(401);
    await listener.said(/verified +payment\.created/);
    await listener.said(/NOT GENUINE +payment\.created/);
  });

  it('says so when no server answers', async () => {
    const listener = startCli(['webhooks', 'listen', '--server', 'http://127.0.0.1:1'], {
      PAYWRIGHT_DATA_DIR: aDataDir(),
    });
    expect(await listener.ended).toBe(1);
    expect(listener.stderr()).toContain('nothing answers at http://127.0.0.1:1');
  });
});
