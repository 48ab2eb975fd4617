import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';

let desk: ConsoleDesk;

const open = async (path: string, token = desk.token): Promise<Page> => {
  const { page } = await desk.open();
  await logIn(page, desk.url, token, path);
  return page;
};

describe.runIf(hasChromium())('what was typed', () => {
  beforeAll(async () => {
    desk = await openConsole();
  });
  afterAll(() => desk.close());

  it.each([
    ['/settlements', 'Currency', 'US', 'usd', 'currency=USD'],
    ['/exceptions', 'Currency', 'dollar', ' eur ', 'currency=EUR'],
    ['/audit', 'Id', 'pay_1 pay_2', 'pay_1', 'entity_id=pay_1'],
  ])(
    'as a filter of %s that is none stays where it is, and is said to be none',
    async (path, label, wrong, right, search) => {
      const page = await open(path);
      const field = page.getByRole('form', { name: 'Filters' }).getByLabel(label, { exact: true });
      await field.fill(wrong);
      await field.press('Enter');
      expect(await page.locator(':invalid:focus').inputValue()).toBe(wrong);
      expect(new URL(page.url()).search).toBe('');
      await field.fill(right);
      await field.press('Enter');
      await page.waitForURL(`**${path}?${search}`);
    },
  );

  it('stays in a dialog when it is marked up to beyond the edge, and when that is pressed, which closes what has no form', async () => {
    const page = await open('/exports?kind=payments');
    const dialog = page.getByRole('dialog');
    const customer = dialog.getByLabel('Customer', { exact: true });
    await customer.fill('cus_1');
    const box = await customer.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 20, (box?.y ?? 0) + 10);
    await page.mouse.down();
    await page.mouse.move(5, (box?.y ?? 0) + 10);
    await page.mouse.up();
    expect(await customer.inputValue()).toBe('cus_1');
    await page.mouse.click(5, 5);
    expect(await customer.inputValue()).toBe('cus_1');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.keyboard.press('Control+k');
    await dialog.getByRole('combobox').waitFor();
    await page.mouse.click(5, 5);
    await dialog.waitFor({ state: 'detached' });
  });

  it('is asked for by no button that could only fail: who made a payment to a vendor is told that another approves it', async () => {
    const dispatcher = await desk.tokenOf({
      merchant: 'merchant-123',
      role: 'dispatcher',
      subject: 'dispatch',
    });
    const { paymentId } = await desk.api<Readonly<{ paymentId: string }>>('/approvals/payments', {
      method: 'POST',
      key: randomUUID(),
      as: dispatcher,
      body: {
        incidentId: randomUUID(),
        vendorId: randomUUID(),
        payerType: 'back_office',
        amountCents: 4_200,
        lineItems: [{ description: 'Tow', quantity: 1, unitPriceCents: 4_200 }],
      },
    });
    const path = `/approvals?payment=${paymentId}`;
    const own = await open(path, dispatcher);
    const approve = (page: Page) => page.getByRole('button', { name: 'Approve' });
    await own.getByText('You made or changed it: another approves it.').waitFor();
    expect(await approve(own).isEnabled()).toBe(false);
    await own.keyboard.press('a');
    expect(await own.getByRole('dialog').count()).toBe(0);
    const other = await open(
      path,
      await desk.tokenOf({ merchant: 'merchant-123', role: 'admin', subject: 'olga' }),
    );
    await approve(other).click();
    await other.getByRole('dialog').waitFor();
  });
});
