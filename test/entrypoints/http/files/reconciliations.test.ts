import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { jobsOf } from '../../../../src/composition/jobs.ts';
import { MOST_PENDING_UPLOADS } from '../../../../src/domain/files/file-upload.ts';
import { aKey } from '../../../fixtures/changes.ts';
import { nativeFile } from '../../../fixtures/files.ts';
import { anHttpApp, aPaymentBody, aToken } from '../../../support/http-app.ts';

type Asked = Omit<RequestInit, 'headers'> & Readonly<{ headers?: Readonly<Record<string, string>> }>;
type Body = Readonly<Record<string, unknown>>;

describe('/reconciliations', () => {
  let http: Awaited<ReturnType<typeof anHttpApp>>;
  let authorization: string;
  beforeEach(async () => {
    http = await anHttpApp();
    authorization = `Bearer ${await aToken({ permissions: ['payments', 'settlements'] })}`;
  });

  const ask = async (path: string, { headers = {}, ...init }: Asked = {}) =>
    http.app.request(path, { ...init, headers: { authorization, ...headers } });
  const json = async (response: Response | Promise<Response>) => (await (await response).json()) as Body;
  const send = (body: NonNullable<RequestInit['body']>, type = 'text/csv') =>
    ask('/reconciliations?source=native', { method: 'POST', body, headers: { 'content-type': type } });
  const work = async () => (await jobsOf(http.ports).run(9))._unsafeUnwrap();

  const rowOf = async () => {
    const payment = await json(
      ask('/payments', {
        method: 'POST',
        body: JSON.stringify(aPaymentBody({ amount: 1_250 })),
        headers: { 'content-type': 'application/json', 'idempotency-key': aKey() },
      }),
    );
    const { transactions } = await json(ask(`/payments/${String(payment['id'])}`));
    const [transaction] = transactions as Body[];
    return {
      payment_id: String(payment['id']),
      transaction_id: String(transaction?.['id']),
      status: 'settled',
      fee: '0',
      processed_date: '2026-03-01',
      settlement_date: '2026-03-02',
      amount: '1250',
      currency: 'USD',
    };
  };

  it('calls a file in lists what its query says, and takes no name of other letters', async () => {
    const sendAs = (filename: string) =>
      ask(`/reconciliations?${new URLSearchParams({ source: 'native', filename }).toString()}`, {
        method: 'POST',
        body: `${filename}\n`,
        headers: { 'content-type': 'text/csv' },
      });
    expect(await json(sendAs('march (2).csv'))).toMatchObject({ status: 'pending', file: 'march (2).csv' });
    expect(await json(sendAs('<b>.csv'))).toMatchObject({ status: 400, errors: [{ path: 'filename' }] });
    expect(await json(sendAs('4242 4242 4242 4242.csv'))).toMatchObject({
      code: 'pan_not_accepted',
      errors: [{ path: 'filename' }],
    });
  });

  it('takes a file, settles what it matches, and says what became of every row', async () => {
    const [matched, altered] = [await rowOf(), { ...(await rowOf()), amount: '1200' }];
    const sent = await send(nativeFile([matched, altered]));
    const started = await json(sent);
    expect([sent.status, started['status'], sent.headers.get('location')]).toEqual([
      202,
      'pending',
      `/reconciliations/${String(started['id'])}`,
    ]);
    await work();
    const path = `/reconciliations/${String(started['id'])}`;
    expect(await json(ask(path))).toMatchObject({
      status: 'completed',
      counts: { rows: 2, matched: 1, mismatched: 1, missing_here: 0 },
      sums: {
        USD: {
          rows: 2,
          amount: 2_450,
          outcomes: { matched: { rows: 1, amount: 1_250 }, mismatched: { rows: 1, amount: 1_200 } },
        },
      },
    });
    expect(await json(ask(`${path}/rows?outcome=mismatched`))).toMatchObject({
      items: [{ line: 3, differences: [{ field: 'amount', ours: 1_250, theirs: 1_200 }] }],
      has_more: false,
    });
    const { transactions } = await json(ask(`/payments/${matched.payment_id}`));
    expect(transactions).toMatchObject([{ status: 'settled' }]);
  });

  it('has a report in JSON and CSV once it has ended, by links that need no token and that no entity tag keeps', async () => {
    const { id } = await json(send(nativeFile([{ ...(await rowOf()), reference: "'=1+2" }])));
    const path = `/reconciliations/${String(id)}`;
    await work();
    expect((await ask(path)).headers.get('etag')).toBe('"5"');
    await work();
    const shown = await ask(path);
    expect(shown.headers.get('etag')).toBeNull();
    const { report_url, report_csv_url, ...record } = await json(shown);
    const file = async (url: unknown) => {
      const response = await http.app.request(String(url));
      return { name: response.headers.get('content-disposition'), text: await response.text() };
    };
    const [summary, rows] = [await file(report_url), await file(report_csv_url)];
    expect(summary.name).toBe(`attachment; filename="reconciliation-${String(id)}.json"`);
    expect(rows.name).toBe(`attachment; filename="reconciliation-${String(id)}.csv"`);
    expect({ ...JSON.parse(summary.text), version: 5 }).toMatchObject({
      id,
      counts: record['counts'],
      version: 5,
    });
    expect(rows.text.split('\r\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^line,outcome,type,/),
      expect.stringMatching(/^2,matched,/),
    ]);
    const { items } = await json(ask('/reconciliations'));
    expect((items as Body[])[0]).not.toHaveProperty('report_url');
  });

  it('takes a file by a link that is ordered in JSON, and shows it under the id that was given at once', async () => {
    const order = { filename: 'march (1).csv', source: 'native' };
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'upload-1' };
    const ordered = await ask('/reconciliations', { method: 'POST', body: JSON.stringify(order), headers });
    const { id, upload_url, ...rest } = await json(ordered);
    const path = `/reconciliations/${String(id)}`;
    expect([ordered.status, ordered.headers.get('location')]).toEqual([201, path]);
    expect(rest).toMatchObject({ status: 'pending', content_type: 'text/csv', most_bytes: 1_073_741_824 });
    const again = await ask('/reconciliations', { method: 'POST', body: JSON.stringify(order), headers });
    expect((await json(again))['id']).toBe(id);
    const waiting = await ask(path);
    expect([waiting.status, waiting.headers.get('etag')]).toEqual([200, null]);
    expect(await json(waiting)).toMatchObject({ status: 'pending', file: 'march (1).csv', rows_done: 0 });
    const other = await aToken({ merchant_id: 'merchant-2', permissions: ['settlements'] });
    expect((await ask(path, { headers: { authorization: `Bearer ${other}` } })).status).toBe(404);
    const sent = await http.app.request(String(upload_url), {
      method: 'PUT',
      headers: { 'content-type': 'text/csv' },
      body: nativeFile([await rowOf()]),
    });
    expect(sent.status).toBe(201);
    await work();
    await work();
    expect(await json(ask(path))).toMatchObject({ id, status: 'completed', counts: { rows: 1, matched: 1 } });
  });

  it('refuses a file that is said to be larger than 1 GiB before it is sent, and more uploads than may be pending', async () => {
    const order = async (parts: Body = {}) => {
      const body = JSON.stringify({ filename: 'a.csv', source: 'native', ...parts });
      const headers = { 'content-type': 'application/json' };
      const ordered = await ask('/reconciliations', { method: 'POST', body, headers });
      const { code, most_bytes } = await json(ordered);
      return [ordered.status, code ?? most_bytes, ordered.headers.get('retry-after')];
    };
    expect(await order({ bytes: 1_073_741_825 })).toEqual([413, 'file_too_large', null]);
    expect(await order({ bytes: 77 })).toEqual([201, 77, null]);
    for (let more = 1; more < MOST_PENDING_UPLOADS; more += 1) expect((await order())[0]).toBe(201);
    expect(await order()).toEqual([429, 'uploads_pending', '60']);
  });

  it.each([
    [{}, 'filename'],
    [{ filename: '../x', source: 'native' }, 'filename'],
    [{ filename: 'x.csv', source: 'visa' }, 'source'],
    [{ filename: 'x.csv', source: 'mapped' }, 'mapping'],
    [{ filename: 'x.csv', source: 'native', size: 1 }, 'size'],
  ])('orders no link by %j', async (order, place) => {
    const headers = { 'content-type': 'application/json' };
    const refused = await ask('/reconciliations', { method: 'POST', body: JSON.stringify(order), headers });
    const { errors } = await json(refused);
    expect([refused.status, JSON.stringify(errors)]).toEqual([400, expect.stringContaining(place)]);
  });

  it('a payment that is settled has another entity tag than before, so that no reader keeps the old one', async () => {
    const row = await rowOf();
    const path = `/payments/${row.payment_id}`;
    const tag = (await ask(path)).headers.get('etag') ?? '';
    await send(nativeFile([row]));
    await work();
    const settled = await ask(path, { headers: { 'if-none-match': tag } });
    expect(settled.status).toBe(200);
    expect(settled.headers.get('etag')).not.toBe(tag);
  });

  it('answers the same bytes with the reconciliation that there is, in gzip as other bytes', async () => {
    const file = nativeFile([await rowOf()]);
    const first = await json(send(file));
    const again = await send(file);
    expect([again.status, (await json(again))['id']]).toEqual([200, first['id']]);
    const packed = await json(send(new Uint8Array(gzipSync(file)), 'application/gzip'));
    await work();
    expect((await json(ask(`/reconciliations/${String(packed['id'])}`)))['counts']).toMatchObject({
      rows: 1,
    });
    const { items } = await json(ask('/reconciliations?limit=1'));
    expect(items).toMatchObject([{ id: packed['id'] }]);
  });

  it('refuses what is no file, too large or empty, and keeps nothing of it', async () => {
    const refused = async (response: Promise<Response>) => {
      const answer = await response;
      return `${answer.status} ${String((await json(answer))['code'])}`;
    };
    expect(await refused(send('{}', 'application/xml'))).toBe('415 file_type_mismatch');
    expect(await refused(send(''))).toBe('400 file_empty');
    expect(await refused(send('x'.repeat(10 * 1_024 * 1_024 + 1)))).toBe('413 file_too_large');
    expect(await refused(ask('/reconciliations?source=word', { method: 'POST', body: 'x' }))).toBe(
      '400 invalid_request',
    );
    expect((await http.files.objects.list('', { limit: 9 }))._unsafeUnwrap()).toEqual([]);
    expect(await json(ask('/reconciliations'))).toMatchObject({ items: [] });
  });

  it('another tenant’s reconciliation is not found, nor its rows, nor what is no id', async () => {
    const { id } = await json(send('payment_id\n'));
    authorization = `Bearer ${await aToken({ merchant_id: 'merchant-2', permissions: ['settlements'] })}`;
    for (const path of [`/reconciliations/${String(id)}`, '/reconciliations/rec_1'])
      for (const rest of ['', '/rows']) expect((await ask(`${path}${rest}`)).status).toBe(404);
    authorization = `Bearer ${await aToken({ permissions: ['payments'] })}`;
    expect((await ask('/reconciliations')).status).toBe(403);
  });
});
