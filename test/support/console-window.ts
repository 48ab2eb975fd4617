import type { Browser, BrowserContextOptions, Keyboard, Page } from 'playwright-core';
import { expect, inject, onTestFinished } from 'vitest';
import { launchChromium } from './chromium.ts';
import { dataDirectory, developmentToken, type Offered, startServing } from './cli-process.ts';
import { builtConsole } from './console-build.ts';
import { postgresServer } from './postgres-database.ts';

type Asked = Readonly<{ method?: string; body?: unknown; key?: string; as?: string }>;

/** A page of the console, and what it did that it must not. */
export type Window = Readonly<{
  page: Page;
  /** Requests to other hosts, and what the policy of the page kept it from. */
  faults: () => readonly string[];
}>;

export type ConsoleDesk = Readonly<{
  url: string;
  token: string;
  /** Of another merchant, person or role, or one with these permissions alone. */
  tokenOf: (
    as: Readonly<
      | { merchant: string; role?: string; subject?: string; permissions?: readonly string[] }
      | { role: string; permissions?: readonly string[] }
    >,
  ) => Promise<string>;
  /** Asks the API itself. */
  api: <T>(path: string, asked?: Asked) => Promise<T>;
  /** A window of its own, where nobody is logged in, until the test ends. */
  open: (options?: BrowserContextOptions) => Promise<Window>;
  close: () => Promise<void>;
}>;

/** A server with the console over a database of its own, and a browser before it. */
export async function openConsole(): Promise<ConsoleDesk> {
  const postgres = await postgresServer(inject('postgresUrl'));
  const [DATABASE_URL] = await Promise.all([postgres.newDatabase(), builtConsole()]);
  await postgres.close();
  const data = dataDirectory();
  const env = { STORAGE: 'postgres', DATABASE_URL, LOG_LEVEL: 'warn', PAYWRIGHT_DATA_DIR: data.path };
  const [server, browser] = await Promise.all([startServing(env), launchChromium()]);
  const { url, token } = server;
  return {
    url,
    token,
    tokenOf: (as) => developmentToken(env, as),
    api: async <T>(path: string, { method = 'GET', body, key, as = token }: Asked = {}) => {
      const response = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${as}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return (await response.json()) as T;
    },
    open: (options) => openWindow(browser, url, options),
    close: () => closeAll(browser, server, data.remove),
  };
}

async function openWindow(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Window> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  // A bound of what hangs, below the one of a test.
  context.setDefaultTimeout(150_000);
  const page = await context.newPage();
  const outside: string[] = [];
  const refused: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(`${url}/`)) outside.push(`asked ${request.url()}`);
  });
  page.on('pageerror', (error) => refused.push(`threw ${error.message}`));
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted ?Type/i.test(message.text())) refused.push(message.text());
  });
  // Left open, it would hear, ask and draw beside all later tests of the file.
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') await printPage(page);
    // What is answered in the place of others may be under way still.
    if (!page.isClosed()) await page.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  });
  return { page, faults: () => [...outside, ...refused] };
}

/** A wait that ends in vain says what it waited for; this says what was there. */
async function printPage(page: Page): Promise<void> {
  const text = await page
    .locator('body')
    .innerText({ timeout: 5_000 })
    .catch((error: unknown) => String(error));
  console.error(`The page of ${page.url()} says:\n${text}`);
}

async function closeAll(browser: Browser, { cli }: Offered, remove: () => void): Promise<void> {
  await browser.close();
  cli.child.kill('SIGTERM');
  await cli.ended;
  remove();
}

/** Opens a page of the console in the session that this token has begun, as in a window where its owner logged in before. */
export async function logIn(page: Page, url: string, token: string, path = '/payments'): Promise<void> {
  // As the form does, whose page costs as much as a third of the one that is to be looked at.
  const answer = await page.context().request.post(`${url}/console/session`, {
    data: { token },
    headers: { origin: url, 'sec-fetch-site': 'same-origin' },
  });
  expect(answer.status()).toBe(200);
  await page.goto(`${url}/console${path}`);
  await isLoggedIn(page);
}

/** Keeps the pages that `page` opens from now on from hearing of changes and from asking again by themselves: a test that counts what they ask for would count those too, where the machine is slow. */
export async function hearNothing(page: Page): Promise<void> {
  await page.addInitScript(`
    window.EventSource = class extends EventTarget { close() {} };
    window.setInterval = () => 0;
  `);
}

/** Logs in by the form that the console shows in the place of the page. */
export async function logInByForm(page: Page, url: string, token: string, path = '/payments'): Promise<void> {
  await page.goto(`${url}/console${path}`);
  await page.getByLabel('Token', { exact: true }).fill(token);
  await page.keyboard.press('Enter');
  await isLoggedIn(page);
}

const isLoggedIn = (page: Page): Promise<void> =>
  page
    .getByRole('button', { name: 'Log out' })
    .or(page.getByRole('button', { name: 'Menu' }))
    .first()
    .waitFor();

/** Presses two keys such as `g p` as quickly as by hand, however slow the machine: the second does not wait for the first's effect. */
export async function pressPair(
  { keyboard }: Readonly<{ keyboard: Pick<Keyboard, 'press'> }>,
  pair: `${string} ${string}`,
): Promise<void> {
  await Promise.all(pair.split(' ').map((key) => keyboard.press(key)));
}
