import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { localSecret } from '../../src/entrypoints/cli/local-secret.ts';
import { MERCHANT_PERMISSIONS, signToken } from '../../src/entrypoints/cli/tokens.ts';
import { launchWholeChromium } from '../../test/support/chromium.ts';
import { type Asking, fillWithData } from './demo-data.ts';

/** Pictures of five pages, by day and by night, for the README: of a server in memory that is filled and ended here. */
const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'docs/console');
/** So that a clone stays small. */
const LARGEST = 150_000;

const data = mkdtempSync(join(tmpdir(), 'paywright-screenshots-'));

async function startServer(): Promise<Readonly<{ server: ChildProcess; url: string }>> {
  const server = spawn(process.execPath, [join(ROOT, 'src/entrypoints/cli/main.ts'), 'serve'], {
    env: {
      PATH: process.env['PATH'],
      STORAGE: 'memory',
      PORT: '0',
      LOG_LEVEL: 'warn',
      PAYWRIGHT_DATA_DIR: data,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of server.stdout) {
    text += String(chunk);
    const url = /url +(\S+)/.exec(text)?.[1];
    if (url !== undefined && text.includes('Ctrl-C')) return { server, url };
  }
  throw new Error(`The server did not start: ${text}`);
}

const tokenOf = (subject: string, role: string): Promise<string> =>
  signToken(
    { kind: 'hs256', secret: localSecret(data, 'jwt-secret'), issuer: 'paywright', audience: 'paywright' },
    {
      subject,
      role,
      merchantId: 'merchant-123',
      permissions: MERCHANT_PERMISSIONS,
      lifetimeSeconds: 3_600,
    },
  );

const asking =
  (url: string, token: string): Asking =>
  async (method, path, body, key) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify(body),
    });
    return (await response.json()) as never;
  };

async function picture(
  browser: Browser,
  colorScheme: 'light' | 'dark',
  { url, token, pages }: Readonly<{ url: string; token: string; pages: Readonly<Record<string, string>> }>,
): Promise<void> {
  const context = await browser.newContext({ colorScheme, viewport: { width: 1200, height: 750 } });
  const page = await context.newPage();
  await page.goto(`${url}/console/`);
  await page.getByLabel('Token', { exact: true }).fill(token);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Log out' }).waitFor();
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(`${url}/console${path}`);
    await page
      .getByRole('status', { name: /^Loading/ })
      .first()
      .waitFor({ state: 'detached' });
    await page.getByText(/^(Live|Polling)$/).waitFor();
    // What is asked for once the page stands.
    await page.waitForTimeout(2_000);
    const file = join(FOLDER, `${name}-${colorScheme}.png`);
    await page.screenshot({ path: file });
    const { size } = statSync(file);
    if (size > LARGEST) throw new Error(`${file} has ${size} bytes, more than ${LARGEST}`);
    process.stdout.write(`${file}  ${Math.round(size / 1_000)} kB\n`);
  }
  await context.close();
}

mkdirSync(FOLDER, { recursive: true });
const { server, url } = await startServer();
const browser = await launchWholeChromium();
try {
  const [maker, olga] = [await tokenOf('dispatch', 'dispatcher'), await tokenOf('olga', 'admin')];
  const { payment, approval, stop } = await fillWithData(asking(url, maker), asking(url, olga));
  const pages = {
    overview: '/overview?days=7',
    payments: '/payments',
    payment: `/payments/${payment}`,
    approvals: `/approvals?payment=${approval}`,
    webhooks: '/webhooks',
  };
  const token = await tokenOf('petra', 'admin');
  for (const colorScheme of ['light', 'dark'] as const)
    await picture(browser, colorScheme, { url, token, pages });
  stop();
} finally {
  await browser.close();
  server.kill('SIGTERM');
  await new Promise((ended) => server.once('close', ended));
  rmSync(data, { recursive: true, force: true });
}
