import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole, pressPair } from '../support/console-window.ts';
import { inShell } from '../support/shell-command.ts';

type Delivery = Readonly<{ id: string; attempts: readonly object[] }>;

let desk: ConsoleDesk;
let shop: http.Server;
let answers: { status: number; body: string };
let received: string[];
let signatures: string[];
/** Of another endpoint: what it was sent, the paused one was not. */
let witnessed = 0;
let endpoint: { id: string; secret: string };

const take = (key: string) =>
  desk.api<{ id: string }>('/payments', {
    method: 'POST',
    key,
    body: { amount: 1_999, currency: 'USD', payment_method: 'card' },
  });
const listen = (path: string, events: readonly string[] = ['payment.succeeded']) =>
  desk.api<typeof endpoint>('/webhook_endpoints', {
    method: 'POST',
    key: `endpoint-${path}`,
    body: {
      url: `http://127.0.0.1:${(shop.address() as AddressInfo).port}${path}`,
      events,
    },
  });
const turn = (status: 'paused' | 'enabled', { id }: { id: string } = endpoint) =>
  desk.api(`/webhook_endpoints/${id}`, { method: 'PATCH', body: { status } });
const deliveriesOf = async (query: string) =>
  (await desk.api<{ items: readonly unknown[] }>(`/webhook_deliveries?${query}`)).items;
const missed = ({ id }: { id: string } = endpoint) =>
  desk.api<{ replayed: number }>(`/webhook_endpoints/${id}/replay_failed`, {
    method: 'POST',
    key: crypto.randomUUID(),
    body: { since: new Date(Date.now() - 3_600_000).toISOString(), dry_run: true },
  });

describe.runIf(hasChromium())('the page of webhooks', () => {
  beforeAll(async () => {
    received = [];
    signatures = [];
    answers = { status: 500, body: 'the shop is closed' };
    shop = http.createServer((request, response) => {
      if (request.url === '/witness') {
        witnessed += 1;
        request.resume().on('end', () => response.writeHead(204).end());
        return;
      }
      received.push(String(request.headers['webhook-id']));
      signatures.push(String(request.headers['webhook-signature']));
      request.resume().on('end', () => response.writeHead(answers.status).end(answers.body));
    });
    await new Promise<void>((listening) => shop.listen(0, '127.0.0.1', listening));
    desk = await openConsole();
    endpoint = await listen('/hooks');
    await take('order-1');
    await vi.waitUntil(() => received.length > 0, { timeout: 60_000 });
  });
  afterAll(async () => {
    await desk.close();
    shop.closeAllConnections();
    shop.close();
  });

  it('shows by keyboard why a webhook did not arrive, and sends it again', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token, '/webhooks');
    await page.locator('[data-row]').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('dialog');
    await drawer.getByText('the shop is closed').first().waitFor();
    await drawer.getByText('500').first().waitFor();
    answers = { status: 200, body: 'thanks' };
    const before = received.length;
    await page.keyboard.press('Enter');
    await drawer.getByText('It is on its way again.').waitFor();
    await expect.poll(() => received.length).toBeGreaterThan(before);
    expect(new Set(received).size).toBe(1);
    expect(faults()).toEqual([]);
  });

  it('leads from any page to why a webhook does not arrive, and to what did not arrive being sent again, in fewer than ten presses', async () => {
    await turn('paused');
    const witness = await listen('/witness');
    await take('order-2');
    await vi.waitUntil(() => witnessed > 0, { timeout: 60_000 });
    await desk.api(`/webhook_endpoints/${witness.id}`, { method: 'DELETE' }).catch(() => undefined);
    await turn('enabled');
    await expect.poll(async () => (await missed()).replayed).toBe(1);
    answers = { status: 200, body: 'thanks' };
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token, '/payments');
    await page.locator('[data-row]').first().waitFor();
    let presses = 0;
    const press = (key: string) => (presses++, page.keyboard.press(key));
    const before = received.length;
    await pressPair({ keyboard: { press } }, 'g w');
    await page.getByRole('heading', { name: 'Deliveries' }).waitFor();
    await page.locator('[data-row]').first().waitFor();
    // The first row is of the other endpoint.
    await press('j');
    await press('j');
    await press('Enter');
    await page.getByRole('dialog').getByText('the shop is closed').first().waitFor();
    await press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await press('r');
    await page.getByLabel('What failed, expired or was missed in', { exact: true }).waitFor();
    await press('Enter');
    await page.getByText('1 would be sent again.').waitFor();
    await press('Enter');
    await page.getByText('1 on their way again.').waitFor();
    expect(presses).toBeLessThan(10);
    await expect.poll(() => received.length).toBeGreaterThan(before);
    expect(faults()).toEqual([]);
  });

  it('shows what was sent, and the outcomes of an endpoint with the count of each', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/webhooks');
    await page.getByRole('img', { name: /^The latest deliveries, oldest first: .*delivered/ }).waitFor();
    const { items } = await desk.api<{ items: readonly { status: string }[] }>(
      `/webhook_deliveries?endpoint_id=${endpoint.id}`,
    );
    const delivered = items.filter(({ status }) => status === 'delivered').length;
    await page.getByRole('link', { name: `${delivered} delivered` }).click();
    await page.getByText(`${delivered} shown`).waitFor();
    await page.locator('[data-row]').first().click();
    await page.getByRole('region', { name: 'the headers' }).getByText('webhook-id: evt_').waitFor();
    expect(await page.getByRole('region', { name: 'the body' }).textContent()).toContain('payment.succeeded');
  });

  it('shows of each attempt the headers that came, and a command that verifies it and no other body', async () => {
    const { items } = await desk.api<{ items: readonly Delivery[] }>(
      `/webhook_deliveries?endpoint_id=${endpoint.id}`,
    );
    const replayed = items.find(({ attempts }) => attempts.length > 1);
    const count = replayed?.attempts.length ?? 0;
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, desk.token, `/webhooks?delivery=${replayed?.id}`);
    for (let number = count; number > 0; number -= 1) {
      const attempt = page
        .getByRole('listitem')
        .filter({ hasText: 'Headers and signature' })
        .nth(count - number);
      await attempt.getByText('Headers and signature').click();
      const headers = await attempt
        .getByRole('region', { name: `the headers of attempt ${number}` })
        .innerText();
      const [, signature = 'none'] = /^webhook-signature: (.*)$/m.exec(headers) ?? [];
      expect(signatures).toContain(signature);
      const command = await attempt
        .getByRole('region', { name: `the command that verifies attempt ${number}` })
        .textContent();
      expect(await inShell(`${command}`, endpoint.secret)).toEqual({ code: 0, said: 'genuine\n' });
      const tampered = `${command}`.replace('payment.succeeded', 'payment.failed');
      expect((await inShell(tampered, endpoint.secret)).code).toBe(1);
    }
    expect(faults()).toEqual([]);
  });

  it('says of counts that there are more than they are of, where there are', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/webhooks');
    const outcomes = page.getByRole('img', { name: /^The latest deliveries, oldest first/ });
    await outcomes.waitFor();
    expect(await page.getByText(/^of the latest \d+$/).count()).toBe(0);
    await page.route('**/webhook_deliveries?endpoint_id=*', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), next_cursor: 'more' } });
    });
    await page.reload();
    await page.getByText(/^of the latest \d+$/).waitFor();
  });

  it('rotates a secret, shows it once, and says how long the one before signs too', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/webhooks');
    await page.getByRole('button', { name: 'Rotate' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).press('Enter');
    await page
      .getByRole('region', { name: 'the secret' })
      .getByText(/^whsec_/)
      .waitFor();
    await page.getByRole('button', { name: 'Done' }).press('Enter');
    await page.getByText(/^The previous secret signs too for (23 h 59 min|1 d), until/).waitFor();
    expect(await page.content()).not.toContain('whsec_');
    await take('order-3');
    await expect.poll(() => signatures.at(-1)?.split(' ').length).toBe(2);
  });

  it('counts what it would replay before it replays, and sends a test', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/webhooks');
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByRole('button', { name: 'Count first' }).click();
    await page.getByText(/^\d+ would be sent again\.$/).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText('A test event is on its way.').waitFor();
  });

  it('replays what it counted: until when it is told, and of the types that are chosen', async () => {
    const other = await listen('/other', ['payment.succeeded', 'payment.created']);
    await turn('paused', other);
    const { id } = await take('order-4');
    await vi.waitUntil(async () => (await deliveriesOf(`payment_id=${id}`)).length > 0, { timeout: 60_000 });
    await turn('enabled', other);
    await expect.poll(async () => (await missed(other)).replayed).toBe(2);
    const { page, faults } = await desk.open({ viewport: { width: 320, height: 800 } });
    await logIn(page, desk.url, desk.token, '/webhooks');
    const row = page.getByRole('listitem').filter({ hasText: '/other' });
    await row.getByRole('button', { name: 'Replay' }).press('Enter');
    const dialog = page.getByRole('dialog');
    const says = async (counted: number) => {
      await dialog.getByRole('button', { name: 'Count first' }).press('Enter');
      await dialog.getByText(`${counted} would be sent again.`).waitFor();
    };
    await says(2);
    const until = dialog.getByLabel('Until (UTC)', { exact: true });
    await until.fill('2020-03-01T00:00');
    await says(0);
    await until.fill('');
    await dialog.getByText('Event types').first().click();
    await dialog.getByRole('checkbox', { name: 'payment.created' }).press('Space');
    await dialog.getByText('1 of 2').waitFor();
    await says(1);
    await expectFit(page, 'a replay of some types');
    await dialog.getByRole('button', { name: 'Replay 1' }).press('Enter');
    await row.getByText('1 on their way again.').waitFor();
    expect(await deliveriesOf(`endpoint_id=${other.id}`)).toMatchObject([{ event_type: 'payment.created' }]);
    await desk.api(`/webhook_endpoints/${other.id}`, { method: 'DELETE' }).catch(() => undefined);
    expect(faults()).toEqual([]);
  });

  it.each(WIDTHS)('has no barrier by day or by night at %d px', async (width) => {
    const { page, faults } = await desk.open({ viewport: { width, height: 800 } });
    await logIn(page, desk.url, desk.token, '/webhooks');
    await page.locator('[data-row]').first().waitFor();
    await expectFit(page, 'webhooks');
    await page.locator('[data-row]').first().click();
    await page.getByRole('heading', { name: 'Attempts' }).waitFor();
    await page.getByText('Headers and signature').first().click();
    await page.getByRole('region', { name: /^the command that verifies attempt/ }).waitFor();
    await expectFit(page, 'a delivery');
    expect(faults()).toEqual([]);
  });
});
