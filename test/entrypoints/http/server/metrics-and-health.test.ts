import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { metricsText } from '../../../../src/entrypoints/http/operation/operation.ts';
import { platformMetrics } from '../../../../src/entrypoints/http/server/metrics.ts';
import { anHttpApp, aPaymentBody, aRequest } from '../../../support/http-app.ts';

describe('/metrics', () => {
  it('counts payments, keys and requests', async () => {
    const { app } = await anHttpApp();
    const pay = async (rest: object) =>
      app.request(
        '/payments',
        await aRequest({ body: JSON.stringify(aPaymentBody({ idempotency_key: 'k', ...rest })) }),
      );
    await pay({});
    await pay({});
    await pay({ amount: 1 });
    await pay({ idempotency_key: 'l', payment_method: 'test_declined' });
    const text = await (await app.request('/metrics')).text();
    expect(text).toContain('paywright_payments_total{status="succeeded"} 1');
    expect(text).toContain('paywright_payments_total{status="failed"} 1');
    expect(text).toContain('paywright_idempotency_total{outcome="replayed"} 1');
    expect(text).toContain('paywright_idempotency_total{outcome="reused"} 1');
    expect(text).toContain(
      'paywright_http_request_seconds_count{method="POST",route="/payments",status="201"} 2',
    );
    expect(text).toContain('paywright_http_requests_in_flight 1');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('is read with the scraper’s token alone where one is set', async () => {
    const token = 'mR8vQ2xK0nZ5wTf1LbYc7GdHj4SpAe9U';
    const metrics = platformMetrics();
    const readable = { access: { kind: 'token', token }, read: () => metricsText(metrics) } as const;
    const { app } = await anHttpApp({ metrics, readable });
    for (const authorization of [undefined, `Bearer ${token}x`, `bearer${token}`, token]) {
      const refused = await app.request('/metrics', { headers: authorization ? { authorization } : {} });
      expect(refused.status).toBe(401);
      expect(await refused.text()).not.toContain('paywright_payments_total');
    }
    const read = await app.request('/metrics', { headers: { authorization: `Bearer ${token}` } });
    expect(await read.text()).toContain('paywright_payments_total');
  });

  it.each(['localhost:8080', 'LOCALHOST', 'api.localhost', '127.0.0.1:8080', '127.1', '[::1]:8080'])(
    'is open where no other machine asks, under %s',
    async (host) => {
      const { app } = await anHttpApp();
      expect((await app.request(`http://${host}/metrics`)).status).toBe(200);
    },
  );

  it.each(['evil.example', '127.0.0.1.evil.example', 'notlocalhost', '192.0.2.1:8080', '[::2]'])(
    'is refused to a page whose name, %s, was led to this machine',
    async (host) => {
      const { app } = await anHttpApp();
      const refused = await app.request(`http://${host}/metrics`);
      expect(refused.status).toBe(401);
      expect(await refused.text()).not.toContain('paywright_payments_total');
    },
  );

  it('is no route where it has a listener of its own', async () => {
    const { app } = await anHttpApp({
      readable: { access: { kind: 'elsewhere' }, read: () => Promise.reject(new Error('it was read')) },
    });
    expect((await app.request('/metrics')).status).toBe(404);
  });

  it('belong to one app', async () => {
    const first = await anHttpApp();
    const second = await anHttpApp();
    await first.app.request('/healthz');
    expect(await (await second.app.request('/metrics')).text()).not.toContain('route="/healthz"');
  });
});

describe('/healthz and /readyz', () => {
  it('answer without a token', async () => {
    const { app } = await anHttpApp();
    expect(await (await app.request('/healthz')).json()).toEqual({ status: 'ok' });
    expect(await (await app.request('/readyz')).json()).toEqual({ status: 'ready', storage: 'memory' });
  });

  it('say how keys are that a service keeps, and go on serving what needs none', async () => {
    for (const [check, keys] of [
      [() => okAsync(undefined), 'usable'],
      [() => errAsync({ kind: 'KeysUnusable', reason: 'disabled', cause: undefined } as const), 'disabled'],
    ] as const) {
      const { app } = await anHttpApp({ keysHealth: { check } });
      const ready = await app.request('/readyz');
      expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', storage: 'memory', keys }]);
    }
  });

  it('say how the secret of tokens is that a service keeps', async () => {
    for (const [check, token_secret] of [
      [() => okAsync(undefined), 'usable'],
      [() => errAsync({ kind: 'SecretUnusable', reason: 'denied', cause: undefined } as const), 'denied'],
    ] as const) {
      const { app } = await anHttpApp({ secretHealth: { check } });
      const ready = { status: 'ready', storage: 'memory', token_secret };
      expect(await (await app.request('/readyz')).json()).toEqual(ready);
    }
  });
});
