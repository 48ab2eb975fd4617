import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit, WIDTHS } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole, pressPair } from '../support/console-window.ts';

type State = Readonly<{
  version: string;
  node: string;
  outboxes: Readonly<Record<string, Readonly<{ unsent: number; parked: number }>>>;
}>;

const EVENT = {
  id: `evt_${'1'.repeat(32)}`,
  type: 'payment.succeeded',
  merchant_id: 'merchant-123',
  created: '2026-03-01T12:00:00.000Z',
  tries: 5,
  error: 'the sink refused it',
};

let desk: ConsoleDesk;
let admin: string;

/** One event is parked, as far as the page hears, until it was put back. */
async function withParked(page: Page): Promise<Readonly<{ unpark: () => void }>> {
  let items: readonly (typeof EVENT)[] = [EVENT];
  await page.route('**/outbox/parked?*', (route) =>
    route.fulfill({
      json: { items: route.request().url().includes('service=platform') ? items : [], has_more: false },
    }),
  );
  return { unpark: () => void (items = []) };
}

describe.runIf(hasChromium())('the page of the system', () => {
  beforeAll(async () => {
    desk = await openConsole();
    admin = await desk.tokenOf({ merchant: 'merchant-123', permissions: ['admin'] });
  });
  afterAll(() => desk.close());

  it('says versions, readiness and what waits as the API does', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, admin, '/cost');
    await pressPair(page, 'g y');
    const state = await desk.api<State>('/system', { as: admin });
    await page.getByText(state.version, { exact: true }).waitFor();
    await page.getByText(state.node, { exact: true }).waitFor();
    const { storage } = await desk.api<Readonly<{ storage: string }>>('/readyz');
    await page.getByText(storage, { exact: true }).waitFor();
    await page.getByText('Closed', { exact: true }).waitFor();
    const numbers = await page
      .getByRole('region', { name: 'Outboxes' })
      .getByRole('definition')
      .allTextContents();
    const { platform, approvals } = state.outboxes;
    expect(numbers).toEqual([platform, approvals].flatMap((each) => [`${each?.unsent}`, `${each?.parked}`]));
    expect(await page.getByText('None is parked.').count()).toBe(2);
    expect(faults()).toEqual([]);
  });

  it('puts a parked event back by keyboard, under one key when the answer was lost', async () => {
    const { page } = await desk.open();
    const { unpark } = await withParked(page);
    const keys: (string | undefined)[] = [];
    await page.route('**/unpark', async (route) => {
      keys.push(route.request().headers()['idempotency-key']);
      if (keys.length === 1) return route.abort('connectionreset');
      unpark();
      return route.fulfill({ status: 202, json: EVENT });
    });
    await logIn(page, desk.url, admin, '/system');
    await page.getByText('the sink refused it').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('the sink refused it').waitFor({ state: 'detached' });
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  it('says why the system is not to be had', async () => {
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/system');
    await page.getByRole('alert').filter({ hasText: '`admin`' }).first().waitFor();
    expect(await page.getByRole('link', { name: 'System' }).count()).toBe(0);
  });

  it.each(WIDTHS)('has no barrier by day or by night at %d px', async (width) => {
    const { page, faults } = await desk.open({ viewport: { width, height: 800 } });
    await withParked(page);
    await logIn(page, desk.url, admin, '/system');
    await page.getByText('the sink refused it').waitFor();
    await page.getByText('Closed', { exact: true }).waitFor();
    await expectFit(page, 'the system');
    expect(faults()).toEqual([]);
  });
});
