import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Page } from 'playwright-core';
import { launchWholeChromium } from '../../test/support/chromium.ts';
import { machine } from '../report.ts';
import { type Server, startServer } from '../server.ts';

/** A page of the list. */
const PAID = 100;
const MANY = 10_000;
/** Of the wheel, in CSS pixels. */
const NOTCH = 400;

const { quick } = new Command('bench:console')
  .description(
    'Measures the console in Chromium, over a server on Postgres: its list of payments, shown and scrolled.',
  )
  .option('--quick', 'few turns: to see that it runs, not how fast', false)
  .parse()
  .opts<{ quick: boolean }>();
const turns = quick ? 2 : 20;

const dataDir = mkdtempSync(join(tmpdir(), 'paywright-bench-console-'));
const server = await startServer('postgres', dataDir);
const browser = await launchWholeChromium();
try {
  for (let n = 0; n < PAID; n += 1) await pay(server, n);
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await logIn(page, server);
  // Those that the window has no room for follow in the frames after the first.
  await page
    .locator('[data-row]')
    .nth(PAID - 1)
    .waitFor();
  const shown: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) shown.push(await shownAfter(page, server));
  const frames = {
    100: await framesOf(page, server, 100),
    [MANY]: await framesOf(page, server, MANY),
  };
  console.log(`Machine: ${machine()}. Chromium ${browser.version()}.\n`);
  console.log('| the console over Postgres | p50 ms | p95 ms | longest ms |\n|---|--:|--:|--:|');
  print(
    `a list of ${PAID} payments, from its address to its first rows on the screen, ${turns} times`,
    shown,
  );
  for (const [rows, each] of Object.entries(frames))
    print(`a frame while a list of ${rows} is scrolled`, each);
} finally {
  await browser.close();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

function print(what: string, values: readonly number[]): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  console.log(`| ${what} | ${at(0.5).toFixed(0)} | ${at(0.95).toFixed(0)} | ${at(1).toFixed(0)} |`);
}

async function pay({ url, token }: Server, n: number): Promise<void> {
  const response = await fetch(new URL('/payments', url), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': `order-${n}`,
    },
    body: JSON.stringify({ amount: 1_000 + n, currency: 'EUR', payment_method: 'card' }),
  });
  if (response.status !== 201) throw new Error(`a payment got ${response.status}`);
}

async function logIn(page: Page, { url, token }: Server): Promise<void> {
  await page.goto(`${url.href}console/payments`);
  await page.getByLabel('Token', { exact: true }).fill(token);
  await page.keyboard.press('Enter');
  await page.locator('[data-row]').first().waitFor();
}

/** From the start of the navigation, by the page's own clock, until the frame after the one that has the rows. */
async function shownAfter(page: Page, { url }: Server): Promise<number> {
  await page.goto(`${url.href}console/payments`);
  return page.evaluate<number>(`new Promise((resolve) => {
    const look = () =>
      document.querySelector('[data-row]') === null
        ? requestAnimationFrame(look)
        : requestAnimationFrame(() => resolve(performance.now()));
    look();
  })`);
}

/** How long each frame took while the list was scrolled, in milliseconds. */
async function framesOf(page: Page, { url, token }: Server, rows: number): Promise<readonly number[]> {
  const { items } = (await (
    await fetch(new URL('/payments?limit=1', url), { headers: { authorization: `Bearer ${token}` } })
  ).json()) as { items: readonly object[] };
  const many = Array.from({ length: rows }, (_, n) => ({
    ...items[0],
    id: `pay_${(2 ** 40 - n).toString(16).padStart(32, '0')}`,
  }));
  await page.route('**/console/api/payments?*', (route) =>
    route.fulfill({
      contentType: 'application/json',
      body: JSON.stringify({ items: many, next_cursor: null, has_more: false }),
    }),
  );
  await page.goto(`${url.href}console/payments`);
  await page.getByText(`${rows} shown`).waitFor({ state: 'attached' });
  await page.mouse.move(600, 400);
  await page.evaluate(`window.frames_ = []; {
    let last = performance.now();
    const next = (at) => { frames_.push(at - last); last = at; requestAnimationFrame(next); };
    requestAnimationFrame(next);
  }`);
  // Down and up again, so that a short list is scrolled as long as a long one.
  for (let n = 0; n < 8 * turns; n += 1) await page.mouse.wheel(0, n % 16 < 8 ? NOTCH : -NOTCH);
  const frames = await page.evaluate<readonly number[]>('frames_');
  await page.unroute('**/console/api/payments?*');
  return frames;
}
