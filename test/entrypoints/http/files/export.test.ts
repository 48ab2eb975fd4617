import { errAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../../src/adapters/memory/storage.ts';
import { payment } from '../../../../src/entrypoints/http/payments/payment-schemas.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import type { Storage } from '../../../../src/ports/storage.ts';
import { aMerchantId, anOpening } from '../../../fixtures/changes.ts';
import { readCsv } from '../../../support/csv-reader.ts';
import { anHttpApp, aPaymentBody, aRequest } from '../../../support/http-app.ts';
import { exporting, exportsOf, type Opened, silent, watched } from './export-calls.ts';

const get = async ({ app }: Opened, query: string) =>
  app.request(`/payments/export${query}`, { headers: await exporting() });

async function pay({ app }: Opened, body: Readonly<Record<string, unknown>> = {}) {
  const key = crypto.randomUUID();
  const order = JSON.stringify(aPaymentBody({ idempotency_key: key, ...body }));
  const response = await app.request('/payments', await aRequest({ body: order }));
  return (await response.json()) as { id: string };
}

describe('GET /payments/export', () => {
  it('gives CSV with a header, newest first, and says so', async () => {
    const opened = await anHttpApp();
    const first = await pay(opened, { description: 'a, "b"', metadata: { order: '1' } });
    const second = await pay(opened, { payment_method: 'test_declined' });
    const response = await get(opened, '');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="payments-exp_[0-9a-f]{32}\.csv"$/,
    );
    const [header = [], ...rows] = readCsv(await response.text());
    const records = rows.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at]])));
    expect(records.map(({ id }) => id)).toHaveLength(2);
    expect(records.find(({ id }) => id === first.id)).toMatchObject({
      amount: '1250',
      amount_decimal: '12.50',
      description: 'a, "b"',
      metadata: '{"order":"1"}',
      status: 'succeeded',
      failure_code: '',
    });
    expect(records.find(({ id }) => id !== first.id)).toMatchObject({
      status: 'failed',
      failure_code: 'card_declined',
    });
    expect(second).toBeDefined();
  });

  it('begins a CSV with a byte order mark where one is asked for, and nothing else', async () => {
    const opened = await anHttpApp();
    await pay(opened, {});
    const bytes = async (query: string) => Buffer.from(await (await get(opened, query)).arrayBuffer());
    const [plain, marked, json] = [
      await bytes(''),
      await bytes('?bom=true'),
      await bytes('?format=json&bom=true'),
    ];
    expect(marked.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect(marked.subarray(3).toString()).toBe(plain.toString());
    expect(json.subarray(0, 1).toString()).toBe('{');
    expect((await get(opened, '?bom=yes')).status).toBe(400);
  });

  it('gives one JSON text for each line', async () => {
    const opened = await anHttpApp();
    for (let each = 0; each < 3; each += 1) await pay(opened, { description: 'two\nlines' });
    const response = await get(opened, '?format=json');
    expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    const lines = (await response.text()).split('\n');
    expect(lines.pop()).toBe('');
    for (const line of lines) expect(payment.parse(JSON.parse(line)).description).toBe('two\nlines');
    expect(lines).toHaveLength(3);
  });

  it('keeps every hostile cell from being run, and every character of it', async () => {
    const opened = await anHttpApp();
    const cells = ['=1+1', '+1', '-1', '@x', '\t=1', '\r=1', '"=1"', '=cmd|" /C calc"!A0', '＝1', 'ok'];
    for (const description of cells) await pay(opened, { description, metadata: { '=k': '=v' } });
    const [header = [], ...rows] = readCsv(await (await get(opened, '')).text());
    const column = (name: string) => rows.map((row) => row[header.indexOf(name)] ?? '');
    const stripped = column('description').map((cell) => cell.replaceAll("'", ''));
    expect(stripped.sort()).toEqual([...cells].sort());
    for (const cell of rows.flat()) expect(cell).not.toMatch(/^\s*[=+\-@＝＋－＠]/);
    for (const cell of column('metadata')) expect(JSON.parse(cell)).toEqual({ '=k': '=v' });
  });

  it('is a header alone, or nothing, where no payment matches', async () => {
    const opened = await anHttpApp();
    expect(readCsv(await (await get(opened, '?status=failed')).text())).toHaveLength(1);
    expect(await (await get(opened, '?status=failed&format=json')).text()).toBe('');
  });

  it('chooses as the list does, and only this tenant’s payments', async () => {
    const opened = await anHttpApp();
    const wanted = await pay(opened, { amount: 5_000, currency: 'EUR' });
    await pay(opened, { amount: 5 });
    const others = anOpening({ merchantId: aMerchantId('merchant-2'), amount: 5_000n, currency: 'EUR' });
    (await opened.storage.commits.commit(others.change))._unsafeUnwrap();
    const text = await (await get(opened, '?format=json&currency=EUR&min_amount=100')).text();
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual([wanted.id]);
  });

  it('has the rows of a list by metadata, by attention and by a key', async () => {
    const opened = await anHttpApp();
    const named = await pay(opened, { amount: 5, metadata: { order: '1001' }, idempotency_key: 'key-of-5' });
    const odd = await pay(opened, { payment_method: 'test_amount_differs' });
    await pay(opened, { metadata: { order: '1002' } });
    for (const [query, ids] of [
      ['metadata[order]=1001', [named.id]],
      ['attention=true', [odd.id]],
      ['idempotency_key=key-of-5', [named.id]],
      ['idempotency_key=key-of-5&status=failed', []],
      ['attention=true&metadata[order]=1001', []],
    ] as const) {
      const text = await (await get(opened, `?format=json&${query}`)).text();
      const lines = text.split('\n').filter((line) => line !== '');
      expect([query, lines.map((line) => JSON.parse(line).id)]).toEqual([query, ids]);
    }
    const records = await exportsOf(opened);
    expect(records.map(({ query }) => query)).toContainEqual({ metadata: { order: '1001' } });
  });

  it.each([
    'metadata=1001',
    'metadata[a]=1&metadata[b]=2',
    'attention=false',
    'customer_email=ada@example.com',
    'format=xml',
    'format=CSV',
    'limit=10',
    'cursor=x',
    'include=total',
    'status=nonsense',
    'status=failed&status=failed',
    'start_date=2026-02-30',
    'start_date=2026-03-02&end_date=2026-03-01',
    'min_amount=5&max_amount=4&currency=USD',
    'min_amount=5',
    'nonsense=1',
  ])('refuses %s, and keeps no record of it', async (query) => {
    const opened = await anHttpApp();
    const response = await get(opened, `?${query}`);
    expect(response.status).toBe(400);
    expect(problem.parse(await response.json()).code).toBe('invalid_request');
    expect(await exportsOf(opened)).toEqual([]);
  });

  it.each([
    'idempotency_key=4242424242424242',
    'decline_code=4242424242424242',
    'metadata[order]=4242%204242%204242%204242',
    'metadata[cvc]=123',
  ])('refuses %s, in which a card stands, and keeps no record of it', async (query) => {
    const opened = await anHttpApp();
    const response = await get(opened, `?${query}`);
    expect(response.status).toBe(422);
    expect(problem.parse(await response.json()).code).toBe('pan_not_accepted');
    expect(await exportsOf(opened)).toEqual([]);
  });

  it('is refused while two of the merchant run, and not for longer', async () => {
    const opened = await anHttpApp();
    await pay(opened);
    const [running] = [await get(opened, ''), await get(opened, '?format=json')];
    const refused = await get(opened, '');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    expect(problem.parse(await refused.json()).code).toBe('too_many_exports');
    expect(await exportsOf(opened)).toHaveLength(2);
    await running.body?.cancel();
    expect(await (await get(opened, '?format=json')).text()).toContain('pay_');
  });

  it('needs the permission for exports', async () => {
    const { app } = await anHttpApp();
    const response = await app.request('/payments/export', await aRequest());
    expect(response.status).toBe(403);
    expect((await app.request('/payments/export')).status).toBe(401);
  });

  it('answers HEAD without reading or recording anything', async () => {
    const opened = await anHttpApp();
    const response = await opened.app.request('/payments/export', {
      method: 'HEAD',
      headers: await exporting(),
    });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(await exportsOf(opened)).toEqual([]);
  });

  it('is on record with its query and its rows', async () => {
    const opened = await anHttpApp();
    await pay(opened);
    await (await get(opened, '?status=succeeded&format=json')).text();
    expect(await exportsOf(opened)).toMatchObject([
      { status: 'completed', format: 'json', query: { status: 'succeeded' }, rows: 1 },
    ]);
  });

  it('is refused as a whole while it cannot be put on record', async () => {
    const storage = memoryStorage();
    let isSilent = false;
    const commits: Storage['commits'] = {
      commit: (change) => (isSilent ? errAsync(silent) : storage.commits.commit(change)),
    };
    const opened = await anHttpApp({}, { ...storage, commits });
    isSilent = true;
    const response = await get(opened, '');
    expect([response.status, problem.parse(await response.json()).code]).toEqual([
      503,
      'storage_unavailable',
    ]);
    expect(await exportsOf(opened)).toEqual([]);
  });

  it('is refused as a whole while not even the first page can be read', async () => {
    const opened = await anHttpApp({}, watched(() => () => errAsync(silent)).storage);
    expect((await get(opened, '')).status).toBe(503);
    expect(await exportsOf(opened)).toMatchObject([{ status: 'failed', rows: 0 }]);
  });
});
