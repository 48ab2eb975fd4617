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

/** What waits everywhere, as far as the page hears. */
const WAITING = {
  outboxes: {
    platform: { unsent: 10_000, parked: 0, oldest_at: EVENT.created },
    approvals: { unsent: 1, parked: 0, oldest_at: EVENT.created },
  },
  approval_queue: { waiting: 3, hidden: 2, dead: 1 },
  jobs: { due: 1, running: 1, later: 1_000, oldest_due_at: EVENT.created },
  webhook_deliveries: { due: 7, oldest_due_at: EVENT.created },
};

const JOB = {
  id: `job_${'1'.repeat(32)}`,
  work: 'export',
  state: 'due',
  merchant_id: 'merchant-123',
  subject: `exp_${'1'.repeat(32)}`,
  due_at: EVENT.created,
  attempts: 2,
  last_error: 'storage_unavailable',
  done: 100,
  created: EVENT.created,
};

/** The rows of each list, by the end of its path. */
const ROWS: Readonly<Record<string, readonly object[]>> = {
  unsent: [{ id: EVENT.id, type: EVENT.type, created: EVENT.created }],
  jobs: [JOB, { ...JOB, id: `job_${'2'.repeat(32)}`, state: 'running', attempts: 0, total: 400 }],
  webhook_deliveries: [
    {
      id: `whd_${'1'.repeat(32)}`,
      merchant_id: 'merchant-123',
      endpoint_id: `whe_${'1'.repeat(32)}`,
      event_id: EVENT.id,
      event_type: 'payment.failed',
      due_at: EVENT.created,
      tries: 1,
      created: EVENT.created,
    },
  ],
  dead_letters: [
    {
      payment_id: '00000000-0000-4000-8000-000000000001',
      incident_id: '00000000-0000-4000-8000-000000000002',
      vendor_id: '00000000-0000-4000-8000-000000000003',
      amount_cents: 12_050,
      priority: 'high',
      created: EVENT.created,
    },
  ],
};

let desk: ConsoleDesk;
let admin: string;

/** One event of a service is parked, as far as the page hears, until it was put back. */
async function withParked(page: Page, service = 'platform'): Promise<Readonly<{ unpark: () => void }>> {
  let items: readonly (typeof EVENT)[] = [EVENT];
  await page.route('**/outbox/parked?*', (route) =>
    route.fulfill({
      json: { items: route.request().url().includes(`service=${service}`) ? items : [], has_more: false },
    }),
  );
  return { unpark: () => void (items = []) };
}

/** Everywhere something waits, as far as the page hears. */
async function withWaiting(page: Page): Promise<void> {
  await page.route('**/api/system', async (route) => {
    const state = (await (await route.fetch()).json()) as object;
    return route.fulfill({ json: { ...state, ...WAITING } });
  });
  for (const [end, items] of Object.entries(ROWS))
    await page.route(`**/${end}?*`, (route) => route.fulfill({ json: { items, has_more: end === 'jobs' } }));
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

  it('leads from each number to the rows that make it, by keyboard', async () => {
    const { page, faults } = await desk.open();
    await withWaiting(page);
    await withParked(page);
    await logIn(page, desk.url, admin, '/system');
    for (const [number, id, list, row] of [
      ['10,000 or more', 'unsent-events', 'Events that wait', 'payment.succeeded'],
      ['7', 'due-deliveries', 'Webhook deliveries that are due', 'payment.failed'],
      ['1,000 or more', 'jobs', 'Jobs of files', 'storage_unavailable'],
    ] as const) {
      await page.getByRole('link', { name: number, exact: true }).focus();
      await page.keyboard.press('Enter');
      const rows = page.getByRole('region', { name: list, exact: true });
      await rows.getByText(row).first().waitFor();
      // The list has the focus, and stands where it is seen.
      expect(await page.evaluate(`document.activeElement?.id`)).toBe(id);
      await expect
        .poll(() => page.evaluate(`document.activeElement.getBoundingClientRect().top < innerHeight`))
        .toBe(true);
    }
    const dead = page.getByRole('region', { name: 'Dead letters to approvers' });
    await dead.getByText('12,050 cents').waitFor();
    await page.getByText('paywright approval-queue redrive').waitFor();
    await page.getByRole('region', { name: 'Jobs of files' }).getByText('The oldest 2 of more.').waitFor();
    expect(await page.getByRole('link', { name: '3', exact: true }).count()).toBe(0);
    expect(faults()).toEqual([]);
  });

  it('says that the queue does not answer, and shows the rest', async () => {
    const { page } = await desk.open();
    await page.route('**/api/system', async (route) => {
      const { approval_queue: _, ...state } = (await (await route.fetch()).json()) as Record<string, unknown>;
      return route.fulfill({ json: state });
    });
    await logIn(page, desk.url, admin, '/system');
    await page.getByText('The queue does not answer.').waitFor();
    await page.getByRole('heading', { name: 'Webhook deliveries' }).waitFor();
  });

  it('puts a parked event back by keyboard, under one key when no answer came', async () => {
    const { page } = await desk.open();
    const { unpark } = await withParked(page);
    const keys: (string | undefined)[] = [];
    let isCut = true;
    await page.route('**/unpark', async (route) => {
      keys.push(route.request().headers()['idempotency-key']);
      if (isCut) return route.abort('connectionreset');
      unpark();
      return route.fulfill({ status: 202, json: EVENT });
    });
    await logIn(page, desk.url, admin, '/system');
    await page.getByText('the sink refused it').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    isCut = false;
    await page.keyboard.press('Enter');
    await page.getByText('the sink refused it').waitFor({ state: 'detached' });
    expect([keys.length, new Set(keys).size]).toEqual([4, 1]);
  });

  it('puts a parked event of approvals back as one of the platform', async () => {
    const { page } = await desk.open();
    const { unpark } = await withParked(page, 'approvals');
    const paths: string[] = [];
    await page.route('**/unpark', (route) => {
      paths.push(new URL(route.request().url()).pathname);
      unpark();
      return route.fulfill({ status: 202, json: EVENT });
    });
    await logIn(page, desk.url, admin, '/system');
    await page
      .getByRole('region', { name: 'Parked events of approvals' })
      .getByRole('button', { name: 'Put back on its way' })
      .click();
    await page.getByText('the sink refused it').waitFor({ state: 'detached' });
    expect(paths).toEqual([expect.stringContaining(`/outbox/${EVENT.id}/unpark`)]);
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
    await withWaiting(page);
    await logIn(page, desk.url, admin, '/system');
    await page.getByText('the sink refused it').waitFor();
    await page.getByText('Closed', { exact: true }).waitFor();
    await page.getByText('12,050 cents').waitFor();
    await expectFit(page, 'the system');
    expect(faults()).toEqual([]);
  });
});
