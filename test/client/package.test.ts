import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const CLIENT = join(ROOT, 'client');

/** A package as `npm pack` makes it, and an empty folder that has it installed. */
let folder: string;
let tarball: string;
let shop: string;

const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: 'pipe',
    env: { ...process.env, NO_COLOR: '1' },
  });
const tool = (name: string) => join(ROOT, 'node_modules/.bin', name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'paywright-package-'));
  run(process.execPath, [join(ROOT, 'tools/client/main.ts')], ROOT);
  for (const file of ['package.json', 'README.md']) cpSync(join(CLIENT, file), join(folder, file));
  run(tool('tsc'), ['-p', CLIENT, '--outDir', join(folder, 'dist')], ROOT);
  const [made] = JSON.parse(run('npm', ['pack', '--ignore-scripts', '--json'], folder)) as [
    { filename: string },
  ];
  tarball = join(folder, made.filename);
  shop = join(folder, 'shop');
  mkdirSync(join(shop, 'node_modules/paywright-client'), { recursive: true });
  run(
    'tar',
    ['-xzf', tarball, '--strip-components=1', '-C', join(shop, 'node_modules/paywright-client')],
    shop,
  );
  for (const name of ['openapi-fetch', 'openapi-typescript-helpers'])
    symlinkSync(join(ROOT, 'node_modules', name), join(shop, 'node_modules', name));
  writeFileSync(join(shop, 'package.json'), '{"type": "module"}');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('has nothing but what it is made of', () => {
    const files = readdirSync(join(shop, 'node_modules/paywright-client'));
    expect(files.toSorted()).toEqual(['README.md', 'dist', 'package.json']);
    const sources = readdirSync(join(CLIENT, 'src')).map((name) => name.replace('.ts', ''));
    expect(readdirSync(join(shop, 'node_modules/paywright-client/dist')).toSorted()).toEqual(
      sources.flatMap((name) => [`${name}.d.ts`, `${name}.js`]).toSorted(),
    );
  });

  it('imports nothing of Node, so that browsers run it', () => {
    const dist = join(shop, 'node_modules/paywright-client/dist');
    const imported = readdirSync(dist)
      .flatMap((name) => [
        ...readFileSync(join(dist, name), 'utf8').matchAll(/(?:from|import\() ?'([^'.][^']*)'/g),
      ])
      .map(([, name]) => name);
    expect(new Set(imported)).toEqual(new Set(['openapi-fetch']));
  });

  it('is as publint and attw have packages', async () => {
    const { messages, pkg } = await publint({
      pkgDir: join(shop, 'node_modules/paywright-client'),
      strict: true,
    });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
    // Ends with another code, and so throws, where it finds anything.
    run(tool('attw'), [tarball, '--profile', 'esm-only', '--quiet'], folder);
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
