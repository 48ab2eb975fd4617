import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { anHttpApp, aPaymentBody, aRequest, aToken } from '../../../support/http-app.ts';

const EVERYTHING = ['payments', 'exports', 'transfers', 'audit'];

type Answer = Readonly<{ status: number; headers: Headers; json: Record<string, unknown> }>;

describe('exports made by a job', () => {
  let platform: Awaited<ReturnType<typeof anHttpApp>>;
  beforeEach(async () => {
    platform = await anHttpApp();
  });

  async function send(
    method: string,
    path: string,
    {
      body,
      permissions = EVERYTHING,
      merchant = 'merchant-1',
      key,
    }: Readonly<{
      body?: unknown;
      permissions?: readonly string[];
      merchant?: string;
      key?: string;
    }> = {},
  ): Promise<Answer> {
    const authorization = `Bearer ${await aToken({ permissions, merchant_id: merchant })}`;
    const response = await platform.app.request(path, {
      method,
      headers: {
        authorization,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json = (await response.json()) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, json };
  }
  const start = (body: unknown, more: object = {}) => send('POST', '/exports', { body, ...more });
  const pay = async (amount: number) => {
    const body = JSON.stringify(aPaymentBody({ amount, idempotency_key: crypto.randomUUID() }));
    await platform.app.request('/payments', await aRequest({ body }));
  };
  const idOf = ({ json }: Answer) => String(json['export_id']);

  it('are ordered, worked on, and read by a link that needs no token', async () => {
    await pay(1_000);
    await pay(2_000);
    const ordered = await send('POST', '/payments/export', {
      body: { filters: { min_amount: 1_500, currency: 'USD' }, format: 'csv', gzip: true },
    });
    const url = `/exports/${idOf(ordered)}`;
    expect(ordered.status).toBe(202);
    expect(ordered.headers.get('location')).toBe(url);
    expect(ordered.json).toMatchObject({ status: 'pending', check_url: url });
    expect((await send('GET', url)).json).toMatchObject({
      status: 'pending',
      kind: 'payments',
      delivery: 'file',
      query: { min_amount: 1_500, currency: 'USD' },
      progress: { rows_done: 0 },
    });
    expect(await platform.work()).toMatchObject([{ end: 'completed' }]);
    const { json } = await send('GET', url);
    expect(json).toMatchObject({ status: 'completed', progress: { rows_done: 1, rows_total: 1 } });
    expect(json).not.toHaveProperty('slot');
    const file = await platform.app.request(String(json['result_url']));
    expect(file.headers.get('content-disposition')).toBe(
      `attachment; filename="payments-${idOf(ordered)}.csv.gz"`,
    );
    const bytes = Buffer.from(await file.arrayBuffer());
    expect(bytes).toHaveLength(Number(json['size']));
    const rows = gunzipSync(bytes).toString().trim().split('\r\n');
    expect(rows).toHaveLength(2);
    expect(rows[1]).toContain(',2000,20.00,USD,');
  });

  it('have the rows of a list by metadata, attention or a key, and say by what they were chosen', async () => {
    const body = aPaymentBody({ idempotency_key: 'key-of-it', metadata: { order: '1001' } });
    await platform.app.request('/payments', await aRequest({ body: JSON.stringify(body) }));
    await pay(1_000);
    for (const filters of [
      { metadata: { order: '1001' } },
      { idempotency_key: 'key-of-it' },
      { attention: true },
    ]) {
      const url = `/exports/${idOf(await start({ kind: 'payments', filters }))}`;
      expect(await platform.work()).toMatchObject([{ end: 'completed' }]);
      expect((await send('GET', url)).json).toMatchObject({
        query: filters,
        progress: { rows_done: 'attention' in filters ? 0 : 1 },
      });
    }
  });

  it('are ordered with no body at all, as CSV of all payments', async () => {
    const { status, json } = await send('POST', '/payments/export');
    expect(status).toBe(202);
    expect((await send('GET', String(json['check_url']))).json).toMatchObject({ format: 'csv', gzip: false });
  });

  it('are ordered once under one key, and another body under it is refused', async () => {
    const first = await start({ kind: 'payments' }, { key: 'export-1' });
    const again = await start({ kind: 'payments' }, { key: 'export-1' });
    expect(idOf(again)).toBe(idOf(first));
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await start({ kind: 'journal' }, { key: 'export-1' })).json).toMatchObject({
      code: 'idempotency_key_reused',
    });
    const elsewhere = await send('POST', '/payments/export', { body: {}, key: 'export-1' });
    expect(idOf(elsewhere)).not.toBe(idOf(first));
  });

  it('tell webhooks that they ended, and the audit trail and its report that data left', async () => {
    const ordered = await start({ kind: 'payments' });
    await platform.work();
    const links = await send('GET', `/audit?entity_type=export&entity_id=${idOf(ordered)}`);
    expect(links.json['items']).toMatchObject([
      { action: 'export.completed', actor: { type: 'system' } },
      { action: 'export.started', actor: { id: 'user-1', type: 'user' } },
    ]);
    const { json } = await send('GET', '/audit/report');
    expect(json['anomalies']).toMatchObject([{ type: 'data_export', entity_id: idOf(ordered) }]);
    const events = (await platform.storage.outbox.unsent(100))._unsafeUnwrap();
    const event = events.find(({ type }) => type === 'export.completed');
    expect(event?.data).toMatchObject({ id: idOf(ordered), status: 'completed', progress: { rows_done: 0 } });
    expect(event?.data).not.toHaveProperty('job_id');
  });

  it.each([
    [{}, 'kind'],
    [{ kind: 'customers' }, 'kind'],
    [{ kind: 'payments', format: 'xlsx' }, 'format'],
    [{ kind: 'payments', gzip: 'yes' }, 'gzip'],
    [{ kind: 'payments', merchant_id: 'merchant-2' }, 'merchant_id'],
    [{ kind: 'payments', filters: { min_amount: 1 } }, 'filters.currency'],
    [{ kind: 'payments', filters: { decline_code: 'x', status: 'succeeded' } }, 'filters.decline_code'],
    [{ kind: 'journal', filters: { decline_code: 'x' } }, 'filters.decline_code'],
    [{ kind: 'payments', filters: { min_amount: 2, max_amount: 1, currency: 'USD' } }, 'filters.min_amount'],
    [{ kind: 'payments', filters: { min_amount: -1, currency: 'USD' } }, 'filters.min_amount'],
    [{ kind: 'payments', filters: { start_date: '2026-02-30' } }, 'filters.start_date'],
    [
      { kind: 'payments', filters: { start_date: '2026-02-03', end_date: '2026-02-02' } },
      'filters.start_date',
    ],
    [{ kind: 'payments', filters: { entity_id: 'pay_1' } }, 'filters.entity_id'],
    [{ kind: 'journal', filters: { status: 'failed' } }, 'filters.status'],
    [{ kind: 'journal', filters: { attention: true } }, 'filters.attention'],
    [{ kind: 'audit', filters: { metadata: { order: '1' } } }, 'filters.metadata'],
    [{ kind: 'ledger_entries', filters: { idempotency_key: 'k' } }, 'filters.idempotency_key'],
    [{ kind: 'payments', filters: { attention: false } }, 'filters.attention'],
    [{ kind: 'payments', filters: { metadata: {} } }, 'filters.metadata'],
    [{ kind: 'payments', filters: { metadata: { a: '1', b: '2' } } }, 'filters.metadata'],
    [{ kind: 'payments', filters: { customer_email: 'ada@example.com' } }, 'filters.customer_email'],
    [{ kind: 'audit', filters: { currency: 'USD' } }, 'filters.currency'],
  ])('are refused for %j, which names %s', async (body, path) => {
    const { status, json } = await start(body);
    expect(status).toBe(400);
    expect(json['errors']).toMatchObject([{ path }]);
  });

  it('need the permission that reading such rows takes, when they are ordered and when they are read', async () => {
    const exporter = { permissions: ['exports'] };
    for (const kind of ['payments', 'transactions'])
      expect((await start({ kind }, exporter)).status).toBe(202);
    for (const kind of ['ledger_entries', 'journal', 'audit']) {
      const { status, json } = await start({ kind }, exporter);
      expect([status, json['code']]).toEqual([403, 'permission_missing']);
    }
    expect((await start({ kind: 'payments' }, { permissions: ['payments'] })).status).toBe(403);
    const journal = await start({ kind: 'journal' });
    await platform.work();
    const url = `/exports/${idOf(journal)}`;
    expect((await send('GET', url)).json).toHaveProperty('result_url');
    const { json } = await send('GET', url, exporter);
    expect(json).toMatchObject({ status: 'completed' });
    expect(json).not.toHaveProperty('result_url');
  });

  it('are three under way for a merchant, and more are refused with a time to come again', async () => {
    for (let n = 0; n < 3; n += 1) expect((await start({ kind: 'payments' })).status).toBe(202);
    const { status, headers, json } = await start({ kind: 'payments' }, { key: 'fourth' });
    expect([status, json['code'], headers.get('retry-after')]).toEqual([429, 'exports_under_way', '15']);
    expect((await start({ kind: 'payments' }, { merchant: 'merchant-2' })).status).toBe(202);
    await platform.work();
    expect((await start({ kind: 'payments' }, { key: 'fourth' })).status).toBe(202);
  });

  it('are canceled, once, and only while they are under way', async () => {
    const ordered = await start({ kind: 'payments' });
    const cancel = `/exports/${idOf(ordered)}/cancel`;
    const canceled = await send('POST', cancel, { key: 'cancel-1' });
    expect([canceled.status, canceled.json['status']]).toEqual([200, 'canceled']);
    expect((await send('POST', cancel, { key: 'cancel-1' })).status).toBe(200);
    const again = await send('POST', cancel);
    expect([again.status, again.json['code']]).toEqual([409, 'export_ended']);
    expect(await platform.work()).toEqual([]);
    expect((await send('GET', `/exports/${idOf(ordered)}`)).json).toMatchObject({ status: 'canceled' });
  });

  it('are not found by another merchant, nor under an id that is none', async () => {
    const ordered = await start({ kind: 'payments' });
    const other = { merchant: 'merchant-2' };
    for (const [method, path] of [
      ['GET', `/exports/${idOf(ordered)}`],
      ['POST', `/exports/${idOf(ordered)}/cancel`],
    ] as const) {
      const { status, json } = await send(method, path, other);
      expect([status, json['code']]).toEqual([404, 'export_not_found']);
    }
    expect((await send('GET', '/exports/exp_1')).status).toBe(404);
    expect((await send('GET', '/exports', other)).json['items']).toEqual([]);
  });

  it('are listed newest first beside those that were streamed, without links', async () => {
    await (
      await platform.app.request('/payments/export', {
        headers: { authorization: `Bearer ${await aToken({ permissions: EVERYTHING })}` },
      })
    ).text();
    const first = await start({ kind: 'payments' });
    await platform.work();
    const second = await start({ kind: 'audit' });
    const { json } = await send('GET', '/exports?limit=2');
    expect(json['items']).toMatchObject([
      { id: idOf(second), status: 'pending', kind: 'audit' },
      { id: idOf(first), status: 'completed' },
    ]);
    expect(JSON.stringify(json)).not.toContain('result_url');
    const rest = await send('GET', `/exports?limit=2&cursor=${String(json['next_cursor'])}`);
    expect(rest.json).toMatchObject({
      items: [{ delivery: 'stream', status: 'completed', kind: 'payments' }],
      has_more: false,
    });
  });
});
