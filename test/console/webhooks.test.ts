import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, LOOKS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';

let desk: ConsoleDesk;
let shop: http.Server;
let answers: { status: number; body: string };
let received: string[];

describe.runIf(hasChromium())('the page of webhooks', () => {
  beforeAll(async () => {
    received = [];
    answers = { status: 500, body: 'the shop is closed' };
    shop = http.createServer((request, response) => {
      received.push(String(request.headers['webhook-id']));
      request.resume().on('end', () => response.writeHead(answers.status).end(answers.body));
    });
    await new Promise<void>((listening) => shop.listen(0, '127.0.0.1', listening));
    desk = await openConsole();
    await desk.api('/webhook_endpoints', {
      method: 'POST',
      key: 'endpoint-1',
      body: {
        url: `http://127.0.0.1:${(shop.address() as AddressInfo).port}/hooks`,
        events: ['payment.succeeded'],
      },
    });
    await desk.api('/payments', {
      method: 'POST',
      key: 'order-1',
      body: { amount: 1_999, currency: 'USD', payment_method: 'card' },
    });
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

  it.each(LOOKS)('has no barrier in $colorScheme at $width px', async ({ colorScheme, width }) => {
    const { page, faults } = await desk.open({ colorScheme, viewport: { width, height: 800 } });
    await logIn(page, desk.url, desk.token, '/webhooks');
    await page.locator('[data-row]').first().waitFor();
    await expectFit(page, 'webhooks');
    await page.locator('[data-row]').first().click();
    await page.getByRole('heading', { name: 'Attempts' }).waitFor();
    await expectFit(page, 'a delivery');
    expect(faults()).toEqual([]);
  });
});
