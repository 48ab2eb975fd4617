import { beforeEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../../src/adapters/memory/storage.ts';
import { addMerchants, aMerchant } from '../../../fixtures/merchants.ts';
import { aPaymentBody, aPlatform, aRequest, aToken } from '../../../support/http-app.ts';
import { type HandClock, handClock } from '../../../support/relay-workers.ts';

const EVERYTHING = ['payments', 'exports', 'transfers', 'audit', 'settlements'];
const DAY_MS = 86_400_000;
const daily = { kind: 'payments', every: 'day', format: 'json', timezone: 'Europe/Berlin' };

describe('export schedules', () => {
  let clock: HandClock;
  let platform: ReturnType<typeof aPlatform>;
  beforeEach(async () => {
    clock = handClock(Date.parse('2026-03-02T12:00:00Z'));
    const storage = memoryStorage();
    await addMerchants(storage, [aMerchant('merchant-1'), aMerchant('suspended', { status: 'suspended' })]);
    platform = aPlatform(storage, { clock });
  });

  async function send(
    method: string,
    path: string,
    { body, permissions = EVERYTHING }: Readonly<{ body?: unknown; permissions?: readonly string[] }> = {},
  ) {
    const authorization = `Bearer ${await aToken({ permissions })}`;
    const response = await platform.app.request(path, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      json: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
    };
  }
  const made = async (body: object) => {
    const { status, json } = await send('POST', '/export_schedules', { body });
    expect([status, json]).toMatchObject([201, {}]);
    return `/export_schedules/${String(json['id'])}`;
  };

  it('order a file of the day that is over, which their exports name and a link reads', async () => {
    const paid = await platform.app.request(
      '/payments',
      await aRequest({ body: JSON.stringify(aPaymentBody({ idempotency_key: 'order-1' })) }),
    );
    const { id } = (await paid.json()) as { id: string };
    const schedule = await made(daily);
    expect((await send('GET', schedule)).json).toMatchObject({
      at: { time: '06:00' },
      next_run: { at: '2026-03-03T05:00:00.000Z', period: { from: '2026-03-02', to: '2026-03-02' } },
    });
    expect(await platform.work()).toEqual([]);
    clock.pass(DAY_MS);
    expect(await platform.work()).toMatchObject([{ work: 'export_schedule', end: 'released' }]);
    expect(await platform.work()).toMatchObject([{ work: 'export', end: 'completed' }]);
    const { json } = await send('GET', '/exports');
    expect(json['items']).toMatchObject([
      {
        query: { start_date: '2026-03-01T23:00:00.000Z', end_date: '2026-03-02T22:59:59.999Z' },
        schedule: {
          id: schedule.split('/').at(-1),
          every: 'day',
          period: { from: '2026-03-02', to: '2026-03-02' },
        },
      },
    ]);
    const [item] = json['items'] as readonly { id: string }[];
    const { json: shown } = await send('GET', `/exports/${String(item?.id)}`);
    const file = await platform.app.request(String(shown['result_url']));
    expect(JSON.parse(await file.text())).toMatchObject({ id });
    expect((await send('GET', schedule)).json).toMatchObject({
      last_run: { every: 'day', period: { from: '2026-03-02', to: '2026-03-02' }, export_id: item?.id },
      next_run: { at: '2026-03-04T05:00:00.000Z', period: { from: '2026-03-03', to: '2026-03-03' } },
    });
  });

  it('take no filter that a process of the version before would leave out', async () => {
    for (const filters of [{ attention: true }, { metadata: { order: '1' } }, { idempotency_key: 'k' }])
      expect(
        (await send('POST', '/export_schedules', { body: { kind: 'payments', every: 'day', filters } }))
          .status,
      ).toBe(400);
  });

  it('are made, changed and resumed only with the permission that reading their rows takes', async () => {
    for (const [kind, needed] of [
      ['journal', 'transfers'],
      ['ledger_entries', 'transfers'],
      ['audit', 'audit'],
      ['settlements', 'settlements'],
    ] as const) {
      const body = { kind, every: 'day' };
      const refused = await send('POST', '/export_schedules', { body, permissions: ['exports'] });
      expect([refused.status, refused.json['code']]).toEqual([403, 'permission_missing']);
      const schedule = await made(body);
      const change = { body: { status: 'paused' } };
      expect((await send('PATCH', schedule, { ...change, permissions: ['exports'] })).status).toBe(403);
      expect((await send('PATCH', schedule, { ...change, permissions: ['exports', needed] })).status).toBe(
        200,
      );
      expect((await send('GET', schedule, { permissions: ['exports'] })).status).toBe(200);
    }
    expect((await send('GET', '/export_schedules', { permissions: ['payments'] })).status).toBe(403);
  });

  it('of a merchant that is suspended go on: what it may order by hand it may have ordered', async () => {
    const authorization = `Bearer ${await aToken({ permissions: ['exports'], merchant_id: 'suspended' })}`;
    const ordered = await platform.app.request('/export_schedules', {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(daily),
    });
    expect(ordered.status).toBe(201);
    clock.pass(DAY_MS);
    await platform.work();
    expect(await platform.work()).toMatchObject([{ work: 'export', end: 'completed' }]);
  });

  it('are 20 of one merchant at the most, those that are removed not counted', async () => {
    const all: string[] = [];
    for (let n = 0; n < 20; n += 1) all.push(await made(daily));
    const refused = await send('POST', '/export_schedules', { body: daily });
    expect([refused.status, refused.json['code']]).toEqual([409, 'too_many_export_schedules']);
    expect((await send('DELETE', String(all[0]))).status).toBe(204);
    await made(daily);
    const { json } = await send('GET', '/export_schedules');
    expect(json['items']).toHaveLength(20);
  });
});
