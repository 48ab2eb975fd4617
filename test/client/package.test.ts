import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, describe, expect, it } from 'vitest';
import { packedClient, run, tool } from '../support/packed-client.ts';

const SOURCES = join(import.meta.dirname, '../../client/src');
const { tarball, shop, installed, remove } = packedClient();

afterAll(remove);

describe('the package', () => {
  it('has nothing but what it is made of', () => {
    const files = readdirSync(installed);
    expect(files.toSorted()).toEqual(['README.md', 'dist', 'package.json']);
    const sources = readdirSync(SOURCES).map((name) => name.replace('.ts', ''));
    expect(readdirSync(join(installed, 'dist')).toSorted()).toEqual(
      sources.flatMap((name) => [`${name}.d.ts`, `${name}.js`]).toSorted(),
    );
  });

  it('imports nothing of Node, so that browsers run it', () => {
    const dist = join(installed, 'dist');
    const imported = readdirSync(dist)
      .flatMap((name) => [
        ...readFileSync(join(dist, name), 'utf8').matchAll(/(?:from|import\() ?'([^'.][^']*)'/g),
      ])
      .map(([, name]) => name);
    expect(new Set(imported)).toEqual(new Set(['openapi-fetch']));
  });

  it('is as publint and attw have packages', async () => {
    const { messages, pkg } = await publint({
      pkgDir: installed,
      strict: true,
    });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
    // Ends with another code, and so throws, where it finds anything.
    run(tool('attw'), [tarball, '--profile', 'esm-only', '--quiet'], shop);
  });

  it('runs where it is installed', () => {
    writeFileSync(
      join(shop, 'take.js'),
      `import { createClient, dataOf, PaywrightProblem } from 'paywright-client';
import { verifyWebhook } from 'paywright-client/webhooks';
const answers = [new Response('', { status: 503 }), Response.json({ id: 'pay_1' }, { status: 201 })];
const { POST } = createClient({ baseUrl: 'https://pay.test', fetch: async () => answers.shift(), backoffMs: 1 });
const payment = await dataOf(POST('/payments', { body: {} }));
console.log(payment.id, typeof verifyWebhook, new PaywrightProblem(402, {}, {}).status);
`,
    );
    expect(run(process.execPath, ['take.js'], shop)).toBe('pay_1 function 402\n');
  });

  it('has types that let right calls through, and no others', () => {
    writeFileSync(
      join(shop, 'take.ts'),
      `import { createClient, dataOf, PaywrightProblem } from 'paywright-client';
import type { components } from 'paywright-client/api';
const { POST, GET, items } = createClient({ baseUrl: 'https://pay.test', token: 'a token' });
const body = { amount: 1999, currency: 'USD', payment_method: 'card' } as const;
export const payment: components['schemas']['Payment'] = await dataOf(POST('/payments', { body }));
for await (const { id, amount } of items('/payments', { params: { query: { status: 'succeeded' } } })) {
  const both: string = id + amount.toFixed(2);
  both.trim();
}
for await (const item of items('/settlements/{id}/items', { params: { path: { id: 'stl_1' } } })) item.toString();
// @ts-expect-error: no such path.
await GET('/payment');
// @ts-expect-error: an amount is no text.
await POST('/payments', { body: { ...body, amount: '19.99' } });
// @ts-expect-error: it is no list.
items('/balance');
// @ts-expect-error: no such filter.
items('/payments', { params: { query: { state: 'succeeded' } } });
export const isDeclined = (fault: PaywrightProblem): boolean => fault.code === 'card_declined';
`,
    );
    const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022'];
    const modern = ['--module', 'nodenext', '--lib', 'es2023,dom,dom.iterable', '--types', ''];
    expect(run(tool('tsc'), [...strict, ...modern, 'take.ts'], shop)).toBe('');
  });
});
