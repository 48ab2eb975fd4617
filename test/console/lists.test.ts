import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../support/chromium.ts';
import { type ConsoleDesk, logIn, openConsole } from '../support/console-window.ts';
import { eventually } from '../support/eventually.ts';
import { ownRow, processorFile, reconciled } from '../support/processor-file.ts';

type Items = Readonly<{ items: readonly Readonly<Record<string, string>>[] }>;

let desk: ConsoleDesk;
let admin: string;

const post = <T>(path: string, body: object, as = desk.token) =>
  desk.api<T>(path, { method: 'POST', key: randomUUID(), body, as });
const pay = (body: object) =>
  post<Readonly<{ id: string }>>('/payments', {
    amount: 1_999,
    currency: 'USD',
    payment_method: 'card',
    ...body,
  });

/** What the API answers, as the value of one field of each. */
const listed = async (path: string, field = 'id', as = desk.token): Promise<readonly string[]> => {
  const { items, payments } = await desk.api<Items & Readonly<{ payments?: Items['items'] }>>(path, { as });
  return (payments ?? items).map((each) => each[field] ?? '');
};

/** What the rows of a page are about, in their order: the last id in the address that the link of each leads to. */
const shown = (page: Page, within: string) =>
  page
    .locator(`${within} a[href]`)
    .evaluateAll((links: readonly { getAttribute(name: string): string | null }[]) => [
      ...new Set(
        links.map((link) =>
          link
            .getAttribute('href')
            ?.match(/[a-z]{2,3}_[0-9a-f]{32}|[0-9a-f-]{36}/g)
            ?.at(-1),
        ),
      ),
    ]);

const LISTS = [
  { page: 'customers', api: '/customers' },
  { page: 'disputes', api: '/disputes', field: 'payment_id' },
  { page: 'exceptions', api: '/exceptions' },
  { page: 'exports', api: '/exports' },
  { page: 'reconciliations', api: '/reconciliations' },
  { page: 'settlements', api: '/settlements' },
  { page: 'webhooks', api: '/webhook_deliveries', caption: 'Deliveries, newest first' },
] as const;

describe.runIf(hasChromium())('the lists of the console', () => {
  beforeAll(async () => {
    desk = await openConsole();
    admin = await desk.tokenOf({ role: 'admin' });
    const maker = await desk.tokenOf({ role: 'dispatcher' });
    await post('/webhook_endpoints', { url: 'http://127.0.0.1:9/hook', events: ['payment.succeeded'] });
    for (const name of ['ada', 'grace', 'alan'])
      await post('/customers', { email: `${name}@example.com`, name });
    for (const n of [1, 2]) {
      await pay({ payment_method: 'test_disputed', amount: 4_200 + n });
      const rows = [1_999, 4_200, 990].map((paid) => ({ paid, says: paid - n }));
      await reconciled(desk, await processorFile(desk, `po_${n}`, rows, [ownRow('fee', 25, `po_${n}`)]));
      await post('/exports', { kind: 'payments' });
      await post(
        '/approvals/payments',
        {
          incidentId: randomUUID(),
          vendorId: randomUUID(),
          payerType: 'back_office',
          amountCents: 5_000 * n,
          lineItems: [{ description: 'Tow', quantity: 1, unitPriceCents: 5_000 * n }],
        },
        maker,
      );
    }
    await eventually(async () => expect(await listed('/disputes')).toHaveLength(2));
    // Nothing more comes of itself once each payment was tried at the endpoint.
    await eventually(async () => expect((await listed('/webhook_deliveries')).length).toBeGreaterThan(7));
  });
  afterAll(() => desk.close());

  it.each(LISTS)(
    'have the rows of $api, in its order, on the page $page',
    async ({ page: path, api, ...rest }) => {
      const { page, faults } = await desk.open();
      await logIn(page, desk.url, desk.token, `/${path}`);
      const ids = await listed(`${api}?limit=100`, 'field' in rest ? rest.field : 'id');
      expect(ids.length).toBeGreaterThan(1);
      const caption = 'caption' in rest ? rest.caption : '';
      await expect.poll(() => shown(page, `table:has(caption:has-text("${caption}")) tbody`)).toEqual(ids);
      expect(faults()).toEqual([]);
    },
  );

  it('have in the inbox what the API says waits for approval, the oldest first', async () => {
    const { page, faults } = await desk.open();
    await logIn(page, desk.url, admin, '/approvals');
    const ids = await listed('/approvals/payments/pending?limit=100', 'paymentId', admin);
    expect(ids).toHaveLength(2);
    await expect.poll(() => shown(page, 'ol[aria-label^="Waiting"]')).toEqual(ids);
    expect(faults()).toEqual([]);
  });

  it('have the next page of payments below the first when it is asked for, none missing and none twice', async () => {
    await post('/payments/batch', {
      payments: Array.from({ length: 130 }, (_, n) => ({
        amount: 100 + n,
        currency: 'EUR',
        payment_method: 'card',
        idempotency_key: `many-${n}`,
      })),
    });
    const { page } = await desk.open();
    await logIn(page, desk.url, desk.token, '/payments?currency=EUR');
    await page.getByText('100 shown', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText('130 shown, all there are').waitFor();
    const first = await desk.api<Items & Readonly<{ next_cursor: string }>>(
      '/payments?currency=EUR&limit=100',
    );
    const second = await listed(`/payments?currency=EUR&limit=100&cursor=${first.next_cursor}`);
    const ids = [...first.items.map(({ id }) => id), ...second];
    expect(new Set(ids).size).toBe(130);
    await expect.poll(() => shown(page, 'table tbody')).toEqual(ids);
  });
});
