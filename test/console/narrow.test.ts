import { randomUUID } from 'node:crypto';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';
import { eventually } from '../support/eventually.ts';
import { processorFile, reconciled } from '../support/processor-file.ts';

const WIDTH = 320;

let desk: ConsoleDesk;
let admin: string;

const post = <T = Readonly<{ id: string; paymentId: string }>>(path: string, body: object, as = desk.token) =>
  desk.api<T>(path, { method: 'POST', key: randomUUID(), body, as });
const narrow = async (path: string, token = desk.token): Promise<Page> => {
  const { page } = await desk.open({ viewport: { width: WIDTH, height: 800 } });
  await logIn(page, desk.url, token, path);
  return page;
};
/** Its right edge is within that of the cell, or else the window, that it is in. */
const expectWhole = async (text: Locator): Promise<void> => {
  const cell = await text.locator('xpath=ancestor-or-self::td').last().boundingBox();
  const box = await text.boundingBox();
  const edge = Math.min(WIDTH, (cell?.x ?? WIDTH) + (cell?.width ?? WIDTH));
  expect((box?.x ?? WIDTH) + (box?.width ?? WIDTH)).toBeLessThanOrEqual(edge);
};

describe.runIf(hasChromium())('in a window of 320 px', () => {
  beforeAll(async () => {
    desk = await openConsole();
    admin = await desk.tokenOf({ merchant: 'merchant-123', role: 'admin', subject: 'olga' });
    await post('/payments', { amount: 7_000, currency: 'USD', payment_method: 'test_disputed' });
    await eventually(async () =>
      expect((await desk.api<{ items: readonly unknown[] }>('/disputes')).items).toHaveLength(1),
    );
    await reconciled(desk, await processorFile(desk, 'po_1', [{ paid: 2_000, says: 2_000 }]));
  });
  afterAll(() => desk.close());

  it('what is to be paid has each line’s price and total, and the sum', async () => {
    const { paymentId } = await post(
      '/approvals/payments',
      {
        incidentId: randomUUID(),
        vendorId: randomUUID(),
        payerType: 'back_office',
        amountCents: 1_440_000,
        lineItems: [{ description: 'Recovery of a truck', quantity: 3, unitPriceCents: 480_000 }],
      },
      await desk.tokenOf({ merchant: 'merchant-123', role: 'dispatcher', subject: 'dispatch' }),
    );
    const page = await narrow(`/approvals?payment=${paymentId}`, admin);
    const lines = page.getByRole('region', { name: 'Line items' });
    await lines.waitFor();
    expect(await lines.getByRole('rowheader').first().innerText()).toMatch(/3 × 4,800\.00 USD/);
    const total = lines.locator('tbody td').filter({ visible: true });
    expect(await total.allInnerTexts()).toEqual(['14,400.00 USD']);
    await expectWhole(total);
    await expectWhole(lines.locator('tfoot td').filter({ visible: true }));
    await expectFit(page, 'a payment to a vendor');
  });

  it('a dispute has its status whole beside what can be done', async () => {
    const page = await narrow('/disputes');
    const status = page.getByRole('cell').getByText('Needs response').filter({ visible: true });
    await status.waitFor();
    await expectWhole(status);
    await expectFit(page, 'disputes');
  });

  it('an entry of the trail has its time below what was done, not over it', async () => {
    const page = await narrow('/audit');
    const entry = page.locator('summary').filter({ hasText: 'Reconciliation completed' });
    await entry.waitFor();
    const what = await entry.locator('span').first().boundingBox();
    const when = await entry.locator('time').boundingBox();
    expect(when?.y).toBeGreaterThanOrEqual((what?.y ?? WIDTH) + (what?.height ?? WIDTH));
  });
});
