import { beforeAll, describe, expect, it } from 'vitest';
import { createClient, dataOf, type PaywrightClient, PaywrightUnsettled } from '../../client/src/client.ts';
import { anHttpApp, aToken } from '../support/http-app.ts';

let client: PaywrightClient;
const seen: string[] = [];

beforeAll(async () => {
  const { app } = await anHttpApp();
  const token = await aToken({ permissions: ['payments', 'transfers'] });
  const fetch = async (request: Request) => {
    seen.push(request.url);
    return app.fetch(request);
  };
  client = createClient({ baseUrl: 'http://pay.test', token, fetch });
  for (let n = 1; n <= 5; n++)
    await client.POST('/payments', { body: { amount: n, currency: 'USD', payment_method: 'card' } });
});

describe('a list', () => {
  it('is read page after page, with its filters in each', async () => {
    seen.length = 0;
    const pages: number[][] = [];
    const init = { params: { query: { limit: 2, status: 'succeeded' } } } as const;
    for await (const { items } of client.pages('/payments', init))
      pages.push(items.map(({ amount }) => amount));
    expect(pages).toEqual([[5, 4], [3, 2], [1]]);
    expect(seen.every((url) => url.includes('limit=2&status=succeeded'))).toBe(true);
  });

  it('is asked for no further than it is used', async () => {
    seen.length = 0;
    for await (const payment of client.items('/payments', { params: { query: { limit: 2 } } }))
      if (payment.amount === 4) break;
    expect(seen).toHaveLength(1);
  });

  it('is read in approvals too, whose pages say otherwise how they go on', async () => {
    const page = (ids: readonly string[], nextCursor: string | null) =>
      Response.json({ payments: ids.map((paymentId) => ({ paymentId })), pagination: { nextCursor } });
    const approvals = createClient({
      baseUrl: 'http://pay.test',
      fetch: async ({ url }) => (url.includes('cursor=more') ? page(['c'], null) : page(['a', 'b'], 'more')),
    });
    const ids: string[] = [];
    for await (const { paymentId } of approvals.items('/approvals/payments')) ids.push(paymentId);
    expect(ids).toEqual(['a', 'b', 'c']);
  });

  it('that leads in a circle ends with a fault', async () => {
    const circle = createClient({
      baseUrl: 'http://pay.test',
      fetch: async () => Response.json({ items: [], next_cursor: 'again' }),
    });
    const read = async () => {
      for await (const page of circle.pages('/events')) expect(page.items).toEqual([]);
    };
    await expect(read()).rejects.toThrow('/events leads back');
  });
});

describe('a payment that has no answer yet', () => {
  const answering = (states: readonly string[]) => {
    const left = [...states];
    return createClient({
      baseUrl: 'http://pay.test',
      fetch: async () => Response.json({ id: 'pay_1', status: left.length > 1 ? left.shift() : left[0] }),
    });
  };

  it('is asked for until it has ended', async () => {
    const { untilFinal } = answering(['pending', 'processing', 'requires_action', 'failed']);
    expect((await untilFinal('pay_1', { everyMs: 1 })).status).toBe('failed');
  });

  it('is given back as it is when the time is over, and left when the signal says so', async () => {
    const { untilFinal } = answering(['processing']);
    const late = await untilFinal('pay_1', { everyMs: 1, timeoutMs: 20 }).catch((each: unknown) => each);
    expect(late).toBeInstanceOf(PaywrightUnsettled);
    expect((late as PaywrightUnsettled).payment.status).toBe('processing');
    const signal = AbortSignal.timeout(20);
    await expect(untilFinal('pay_1', { everyMs: 1_000, signal })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });

  it('has the transactions that ended it', async () => {
    const [payment] = (await dataOf(client.GET('/payments', { params: { query: { limit: 1 } } }))).items;
    const { transactions } = await client.untilFinal(payment?.id ?? '');
    expect(transactions.map(({ type }) => type)).toEqual(['capture']);
  });
});
