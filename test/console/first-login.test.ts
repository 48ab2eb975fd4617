import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runProgram } from '../../src/entrypoints/cli/program.ts';
import { hasChromium, launchChromium } from '../support/chromium.ts';
import { dataDirectory } from '../support/cli-process.ts';
import { builtConsole } from '../support/console-build.ts';

let browser: Browser;
let link: string;
let stop = () => {};
let ended: Promise<number>;
const data = dataDirectory();

describe.runIf(hasChromium())('the link that `npm start` prints', () => {
  beforeAll(async () => {
    await builtConsole();
    let said = '';
    const untilStopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    ended = runProgram(['serve'], {
      env: { STORAGE: 'memory', PORT: '0', LOG_LEVEL: 'warn', PAYWRIGHT_DATA_DIR: data.path },
      out: (text) => void (said += text),
      err: () => {},
      interactive: true,
      untilStopped,
    });
    link = await vi.waitUntil(() => /\S+\/console\/#code=\S+/.exec(said)?.[0], { timeout: 60_000 });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    stop();
    await ended;
    data.remove();
  });

  it('opens the console logged in as a merchant with approvals, once, and leaves no code in the address', async () => {
    const page = await browser.newPage();
    await page.goto(link);
    await page.getByRole('button', { name: 'Log out' }).waitFor();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByRole('link', { name: 'Approvals' }).first().waitFor();
    expect(new URL(page.url()).hash).toBe('');
    const again = await (await browser.newContext()).newPage();
    await again.goto(link);
    await again.getByText('This link was used').waitFor();
    expect(await again.getByRole('button', { name: 'Log out' }).count()).toBe(0);
  });
});
