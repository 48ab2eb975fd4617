import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { developmentToken, startCli } from '../../support/cli-process.ts';

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
