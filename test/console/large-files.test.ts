import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breakableWire } from '../support/breakable-wire.ts';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';
import { processorFile } from '../support/processor-file.ts';

type Reconciliation = Readonly<{ id: string; status: string; counts: Readonly<Record<string, number>> }>;

const MIB = 1_024 ** 2;

let desk: ConsoleDesk;
let folder: string;

/** A file of 12 MiB on the disk: rows of its own, and below them lines that are no rows. */
async function aLargeFile(name: string): Promise<string> {
  const text = await processorFile(desk, name, [{ paid: 700, says: 700 }]);
  const filler = `${name} ${'x'.repeat(8_000)}\n`;
  const path = join(folder, `${name}.csv`);
  writeFileSync(path, text + filler.repeat(Math.ceil((12 * MIB) / filler.length)));
  return path;
}

/** The form that sends files, with one in it, and what was asked of the server by it. */
async function aForm(path: string, { url = desk.url } = {}) {
  const { page, faults } = await desk.open();
  const keys: string[] = [];
  const links: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (request.method() === 'POST' && pathname.endsWith('/reconciliations'))
      keys.push(request.headers()['idempotency-key'] ?? '');
    if (request.method() === 'PUT') links.push(pathname);
  });
  await logIn(page, url, desk.token, '/reconciliations');
  await page.getByRole('button', { name: 'Reconcile a file' }).press('Enter');
  await page.getByLabel('File', { exact: true }).setInputFiles(path);
  const send = (name = 'Reconcile') => page.getByRole('button', { name, exact: true }).press('Enter');
  return { page, faults, keys, links, send };
}

/** Lets so many bytes a second leave the page, so that a file is under way for seconds. */
async function slowed(page: Page, bytes = 2 * MIB): Promise<() => Promise<unknown>> {
  const session = await page.context().newCDPSession(page);
  const limit = (uploadThroughput: number) =>
    session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput,
    });
  await session.send('Network.enable');
  await limit(bytes);
  return () => limit(-1);
}

const isUnderWay = (page: Page) => page.getByText(/^(?!0\.0 )[0-9.]+ of 12\.[0-9] MiB sent/).waitFor();

/** What the page comes to once the file is read. */
async function readToItsEnd(page: Page): Promise<Reconciliation> {
  await page.waitForURL('**/console/reconciliations/rec_*');
  await page.getByText('Together, all rows of the file').waitFor();
  return desk.api<Reconciliation>(`/reconciliations/${page.url().split('/').at(-1)}`);
}

describe.runIf(hasChromium())('a file above 10 MiB in the console', () => {
  beforeAll(async () => {
    desk = await openConsole();
    folder = mkdtempSync(join(tmpdir(), 'large-files-'));
  });
  afterAll(async () => {
    await desk?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is sent to a link and read as it is counted, once, and leads to what became of it when it is sent again', async () => {
    const path = await aLargeFile('large');
    const { page, faults, links, send } = await aForm(path);
    const fast = await slowed(page);
    await send();
    await isUnderWay(page);
    await fast();
    const done = await readToItsEnd(page);
    expect(done).toMatchObject({ status: 'completed', counts: { matched: 1 } });
    expect(links).toEqual([expect.stringMatching(/^\/objects\//)]);
    expect(faults()).toEqual([]);

    const again = await aForm(path);
    await again.send();
    const earlier = again.page.getByRole('link', { name: 'What became of the same bytes' });
    await earlier.press('Enter');
    await again.page.waitForURL(`**/console/reconciliations/${done.id}`);
  });

  it('goes on under the same link when the connection was lost in the middle', async () => {
    const wire = await breakableWire(desk.url);
    const { page, keys, links, send } = await aForm(await aLargeFile('lost'), { url: wire.url });
    const fast = await slowed(page);
    await send();
    await isUnderWay(page);
    wire.cut();
    await page.getByText('The connection was lost').waitFor();
    wire.mend();
    await fast();
    await send('Send again');
    expect(await readToItsEnd(page)).toMatchObject({ status: 'completed', counts: { matched: 1 } });
    expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
    expect([links.length, new Set(links).size]).toEqual([2, 1]);
    await page.close();
    await wire.close();
  });

  it('is stopped by a button, and by leaving the form', async () => {
    const { page, links, send } = await aForm(await aLargeFile('stopped'));
    const fast = await slowed(page);
    const ended: string[] = [];
    page.on('requestfailed', (request) => ended.push(request.method()));
    await send();
    await isUnderWay(page);
    await page.getByRole('button', { name: 'Stop', exact: true }).press('Enter');
    await page.getByText('It was stopped').waitFor();
    await send('Send again');
    await isUnderWay(page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await fast();
    await expect.poll(() => ended.filter((method) => method === 'PUT').length).toBe(2);
    expect(new Set(links).size).toBe(1);
    expect(new URL(page.url()).pathname).toBe('/console/reconciliations');
    const { items } =
      await desk.api<Readonly<{ items: readonly Readonly<{ file: string }>[] }>>('/reconciliations');
    expect(items.map(({ file }) => file)).not.toContain('stopped.csv');
  });

  it('is ordered anew where its link is over, and is offered to no token that it would not be taken of', async () => {
    const { page, keys, send } = await aForm(await aLargeFile('over'));
    const body = JSON.stringify({
      title: 'The link is not valid, or not any more',
      detail: 'Ask for a new link.',
      code: 'link_refused',
    });
    await page.route('**/objects/*', (route) =>
      route.fulfill({ status: 403, contentType: 'application/problem+json', body }),
    );
    await send();
    await page.getByText('The link is not valid, or not any more').waitFor();
    await page.unrouteAll();
    await send();
    expect(await readToItsEnd(page)).toMatchObject({ status: 'completed' });
    expect(new Set(keys).size).toBe(2);

    const token = await desk.tokenOf({ merchant: 'merchant-123', permissions: ['payments'] });
    const { page: other } = await desk.open();
    await logIn(other, desk.url, token, '/reconciliations');
    await other.getByRole('alert').getByText('`settlements`').waitFor();
    expect(await other.getByRole('button', { name: 'Reconcile a file' }).count()).toBe(0);
  });

  it('is refused before it is sent where it is empty or no CSV, and after it was read where it holds none', async () => {
    const [empty, picture, noise] = ['empty.csv', 'photo.png', 'noise.csv'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    writeFileSync(empty, '');
    writeFileSync(picture, 'x');
    writeFileSync(noise, Buffer.alloc(11 * MIB, 7));
    const { page, links, keys, send } = await aForm(empty);
    await send();
    await page.getByText('Choose a file that is not empty.').waitFor();
    await page.getByLabel('File', { exact: true }).setInputFiles(picture);
    await send();
    await page.getByText('Choose a CSV file, or one in gzip.').waitFor();
    expect([links, keys]).toEqual([[], []]);
    await page.getByLabel('File', { exact: true }).setInputFiles(noise);
    await send();
    await page.waitForURL('**/console/reconciliations/rec_*');
    await page.getByText('The file was refused').waitFor();
  });

  it.each(WIDTHS)(
    'has no barrier by day or by night at %d px while it is sent and after it was not',
    async (width) => {
      const { page, send, faults } = await aForm(await aLargeFile(`looks-${width}`));
      await page.setViewportSize({ width, height: 800 });
      const fast = await slowed(page, MIB);
      await send();
      await isUnderWay(page);
      await expectFit(page, 'a file under way');
      await page.getByRole('button', { name: 'Stop', exact: true }).press('Enter');
      await page.getByText('It was stopped').waitFor();
      await expectFit(page, 'a file that was stopped');
      await fast();
      expect(faults()).toEqual([]);
    },
  );
});
