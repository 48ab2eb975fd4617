import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { expectFit } from '../support/console-looks.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';

const NOTHING = '0'.repeat(32);
const PAGES = [
  ['/overview', 'Overview', '`payments`'],
  ['/payments?currency=EUR', 'Payments', '`payments`'],
  [`/payments/pay_${NOTHING}`, 'Payments', '`payments`'],
  ['/customers', 'Customers', '`customers`'],
  ['/ledger', 'Ledger', '`transfers`'],
  ['/reconciliations', 'Reconciliation', '`settlements`'],
  ['/exceptions?status=open', 'Exceptions', '`settlements`'],
  ['/exports?kind=payments', 'Exports', '`exports`'],
  ['/webhooks', 'Webhooks', '`webhooks`'],
  [`/approvals?payment=${randomUUID()}`, 'Approvals', '`dispatcher`'],
  ['/fraud', 'Fraud review', '`dispatcher`'],
  ['/merchants', 'Merchants', '`admin`'],
  ['/system', 'System', '`admin`'],
] as const;

let desk: ConsoleDesk;
let token: string;

describe.runIf(hasChromium())('a link to a page that the token does not permit', () => {
  beforeAll(async () => {
    desk = await openConsole();
    token = await desk.tokenOf({ merchant: 'merchant-123', permissions: ['audit'] });
  });
  afterAll(() => desk.close());

  it('shows nothing that could be done there, asks for nothing and says what is lacking', async () => {
    const { page, faults } = await desk.open();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    for (const [address, name, lacked] of PAGES) {
      await logIn(page, desk.url, token, address);
      const main = page.locator('#page');
      await main.getByRole('heading', { name, level: 1 }).waitFor();
      expect(await main.getByRole('alert').innerText(), address).toContain(lacked);
      expect(await main.getByRole('button').count(), address).toBe(0);
      expect(await page.getByRole('dialog').count(), address).toBe(0);
    }
    await expectFit(page, 'a page that is not permitted');
    expect(asked.filter((path) => path.startsWith('/console/api/'))).toEqual([]);
    expect(faults()).toEqual([]);
  });
});
