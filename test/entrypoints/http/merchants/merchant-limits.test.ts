import { describe, expect, it } from 'vitest';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { aDesk, pay, tokenOf } from '../../../support/merchant-desk.ts';

describe('limits over HTTP', () => {
  const limited = async (rate_limits: object) => {
    const desk = await aDesk();
    await desk.ask('PATCH', '/merchants/merchant-1', { body: { rate_limits } });
    const token = await tokenOf('merchant-1');
    return { ...desk, pay: (body: unknown) => desk.ask('POST', '/payments', { token, body }) };
  };

  it('answer 429 with the time to wait, and repeat what is known', async () => {
    const desk = await limited({ payments_per_day: 2 });
    expect((await desk.pay(pay('one'))).status).toBe(201);
    expect((await desk.pay(pay('two', { payment_method: 'test_declined' }))).status).toBe(402);
    const refused = await desk.pay(pay('three'));
    expect(refused.status).toBe(429);
    expect(problem.parse(refused.json).code).toBe('rate_limited');
    const retryAfter = Number(refused.response.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(86_400);
    for (const [key, status] of [
      ['one', 201],
      ['two', 402],
    ] as const) {
      const method = key === 'two' ? { payment_method: 'test_declined' } : {};
      const replayed = await desk.pay(pay(key, method));
      expect([replayed.status, replayed.response.headers.get('idempotency-replayed')]).toEqual([
        status,
        'true',
      ]);
    }
    const other = await desk.ask('POST', '/payments', {
      token: await tokenOf('merchant-2'),
      body: pay('one'),
    });
    expect(other.status).toBe(201);
    await desk.ask('PATCH', '/merchants/merchant-1', { body: { rate_limits: { payments_per_day: 3 } } });
    expect((await desk.pay(pay('three'))).status).toBe(201);
    expect((await desk.pay(pay('four'))).status).toBe(429);
  });

  it('count each item of a batch', async () => {
    const desk = await limited({ payments_per_day: 10 });
    const payments = Array.from({ length: 15 }, (_, n) => pay(`item-${n}`));
    const token = await tokenOf('merchant-1');
    const { json } = await desk.ask('POST', '/payments/batch', { token, body: { payments } });
    const statuses = (json['results'] as { status: number }[]).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
  });

  it('hold for many at once', async () => {
    const desk = await limited({ payments_per_day: 20 });
    const statuses = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => (await desk.pay(pay(`k-${n}`))).status),
    );
    expect(statuses.filter((status) => status === 201)).toHaveLength(20);
    expect(statuses.filter((status) => status === 429)).toHaveLength(40);
  });

  it('refuse an amount that is over the merchant’s own', async () => {
    const desk = await limited({ max_payment_amount: 1_000 });
    const refused = await desk.pay(pay('one', { amount: 1_001 }));
    expect([refused.status, refused.json['code']]).toEqual([422, 'amount_over_limit']);
    expect((await desk.pay(pay('two', { amount: 1_000 }))).status).toBe(201);
  });
});
