import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as client from '../../client/src/client.ts';
import type * as webhooks from '../../client/src/webhooks.ts';
import { systemWebhookSecrets } from '../../src/adapters/system/webhook-secrets.ts';
import { signatureHeaders, signaturesOf } from '../../src/domain/webhooks/webhook-signature.ts';
import { hasChromium, launchChromium } from '../support/chromium.ts';
import { faultyGateway } from '../support/faulty-gateway.ts';
import { anHttpApp, aToken } from '../support/http-app.ts';

const SOURCE = join(import.meta.dirname, '../../client/src');

/** A source of the client and all that it imports, as a browser reads it. */
const bundled = (name: string): string =>
  buildSync({
    entryPoints: [join(SOURCE, name)],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
  }).outputFiles.map(({ text }) => text)[0] ?? '';

const answer = (body: string, type: string) => new Response(body, { headers: { 'content-type': type } });
const EVENT = 'id: evt_1\ndata: {"id":"evt_1","event_type":"payment.succeeded"}\n\n';

const PAGE = `<!doctype html><title>Shop</title><script type="module">
import * as client from '/client.js';
import * as webhooks from '/webhooks.js';
globalThis.paywright = { ...client, ...webhooks };
</script>`;

/** What the page has; `evaluate` runs there. */
declare const paywright: typeof client & typeof webhooks;

/** A page, the client as scripts beside it, and the platform below `/api`. */
async function aSite() {
  const { app } = await anHttpApp();
  const scripts = new Map(['client', 'webhooks'].map((name) => [`/${name}.js`, bundled(`${name}.ts`)]));
  return faultyGateway({
    fetch: (request) => {
      const { pathname, search } = new URL(request.url);
      const script = scripts.get(pathname);
      if (script !== undefined) return answer(script, 'text/javascript');
      if (pathname === '/api/events/stream') return answer(EVENT, 'text/event-stream');
      if (!pathname.startsWith('/api/')) return answer(PAGE, 'text/html');
      return app.fetch(new Request(`http://test${pathname.slice('/api'.length)}${search}`, request));
    },
  });
}

describe.runIf(hasChromium())('in a browser', () => {
  let site: Awaited<ReturnType<typeof aSite>>;
  let browser: Browser;
  let page: Page;
  let token: string;

  beforeAll(async () => {
    [site, browser] = await Promise.all([aSite(), launchChromium()]);
    token = await aToken({ permissions: ['payments', 'webhooks'] });
    page = await browser.newPage();
    await page.goto(site.url);
    await page.waitForFunction(() => 'paywright' in globalThis);
  });

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it('a payment is taken once, whatever happens on the way', async () => {
    site.meet(['lost', 'cut', 'unavailable', 'refused']);
    const status = await page.evaluate(async (bearer) => {
      const { POST } = paywright.createClient({ baseUrl: '/api', token: bearer, backoffMs: 1 });
      const body = { amount: 1999, currency: 'USD', payment_method: 'card' } as const;
      return (await paywright.dataOf(POST('/payments', { body }))).status;
    }, token);
    expect(status).toBe('succeeded');
    const keys = site.passed.filter(({ method }) => method === 'POST').map(({ key }) => key);
    expect(keys.length).toBeGreaterThan(4);
    expect(new Set(keys).size).toBe(1);
  });

  it('lists are read, problems are known by their code, and events come', async () => {
    const seen = await page.evaluate(async (bearer) => {
      const { items, events, GET } = paywright.createClient({ baseUrl: '/api', token: bearer });
      const amounts: number[] = [];
      for await (const { amount } of items('/payments')) amounts.push(amount);
      const params = { path: { id: 'pay_1' } };
      const fault = await GET('/payments/{id}', { params }).catch((each: unknown) => each);
      const code = fault instanceof paywright.PaywrightProblem ? fault.code : undefined;
      for await (const { id } of events()) return { amounts, code, id };
      return undefined;
    }, token);
    expect(seen).toEqual({ amounts: [1999], code: 'payment_not_found', id: 'evt_1' });
  });

  it('webhooks are verified', async () => {
    const secrets = systemWebhookSecrets.newSecret();
    const now = Date.now();
    const body = '{"id":"evt_1"}';
    const content = { eventId: 'evt_1', at: now, body };
    const signed = signatureHeaders(content, signaturesOf(content, [secrets], systemWebhookSecrets.hmac));
    const event = await page.evaluate(([delivery, options]) => paywright.verifyWebhook(delivery, options), [
      { body, headers: signed },
      { secrets, now },
    ] as const);
    expect(event).toEqual({ id: 'evt_1' });
  });
});
