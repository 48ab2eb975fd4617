import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit } from '../support/console-looks.ts';
import { type ConsoleDesk, hearNothing, logIn, openConsole, pressPair } from '../support/console-window.ts';

let desk: ConsoleDesk;

/** Holds what is asked for at such addresses until it is let go. */
async function held(page: Page, addresses: string): Promise<() => void> {
  let letGo = (): void => {};
  const waiting = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route(addresses, async (route) => {
    await waiting;
    await route.continue();
  });
  return letGo;
}

const line = (page: Page) => page.getByRole('progressbar', { name: 'Waiting for the server' });

describe.runIf(hasChromium())('what is waited for', () => {
  beforeAll(async () => {
    desk = await openConsole();
    await desk.api('/payments', {
      method: 'POST',
      key: 'order-1',
      body: { amount: 1_999, currency: 'USD', payment_method: 'card' },
    });
    const { id } = await desk.api<Readonly<{ id: string }>>('/webhook_endpoints', {
      method: 'POST',
      key: 'endpoint-1',
      body: { url: 'http://127.0.0.1:65000/', events: ['refund.created'] },
    });
    await desk.api(`/webhook_endpoints/${id}/test`, { method: 'POST', key: 'test-1' });
  });
  afterAll(() => desk.close());

  it.each([
    ['a page whose code is on its way', '/payments', 'g w', '**/assets/webhooks-page-*.js'],
    ['a page whose rows are', '/payments', 'g t', '**/console/api/audit?*'],
  ] as const)('is shown of %s, until it is there', async (_, from, keys, addresses) => {
    const { page, faults } = await desk.open();
    await hearNothing(page);
    await logIn(page, desk.url, desk.token, from);
    await page.locator('[data-row]').first().waitFor();
    await line(page).waitFor({ state: 'detached' });
    const letGo = await held(page, addresses);
    await pressPair(page, keys);
    await line(page).waitFor();
    await expectFit(page, 'what is waited for');
    letGo();
    await line(page).waitFor({ state: 'detached' });
    expect(faults()).toEqual([]);
  });

  it('is shown of other filters, while the rows of those before are there still', async () => {
    const { page } = await desk.open();
    await hearNothing(page);
    await logIn(page, desk.url, desk.token, '/payments');
    await page.locator('[data-row]').first().waitFor();
    await line(page).waitFor({ state: 'detached' });
    const letGo = await held(page, '**/console/api/payments?*attention*');
    await page.getByRole('button', { name: 'Needs attention' }).click();
    await line(page).waitFor();
    letGo();
    await line(page).waitFor({ state: 'detached' });
    await page.getByText('No payment matches').waitFor();
  });

  it('is shown of an action, until it is answered', async () => {
    const { page } = await desk.open();
    await hearNothing(page);
    await logIn(page, desk.url, desk.token, '/webhooks');
    await page.getByRole('button', { name: 'Send a test' }).waitFor();
    await line(page).waitFor({ state: 'detached' });
    const letGo = await held(page, '**/webhook_endpoints/*/test');
    await page.getByRole('button', { name: 'Send a test' }).click();
    await line(page).waitFor();
    letGo();
    await page.getByText('A test event is on its way.').waitFor();
    await line(page).waitFor({ state: 'detached' });
  });

  it('is shown in a drawer that lies over the page, as long as what was asked for there is under way', async () => {
    const { page } = await desk.open({ viewport: { width: 320, height: 800 } });
    await hearNothing(page);
    await logIn(page, desk.url, desk.token, '/webhooks');
    const drawer = page.getByRole('dialog');
    await page.locator('[data-row]').first().click();
    await drawer.getByRole('button', { name: 'Replay' }).waitFor();
    await line(page).first().waitFor({ state: 'detached' });
    const letGo = await held(page, '**/webhook_deliveries/*/replay');
    await drawer.getByRole('button', { name: 'Replay' }).click();
    await drawer.getByRole('progressbar', { name: 'Waiting for the server' }).waitFor();
    await expectFit(page, 'what is waited for in a drawer');
    letGo();
    await drawer.getByText('It is on its way again.').waitFor();
    await drawer.getByRole('progressbar').waitFor({ state: 'detached' });
  });
});
