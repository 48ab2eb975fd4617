import { beforeEach, describe, expect, it } from 'vitest';
import { jobsOf } from '../../../../src/composition/jobs.ts';
import { aKey } from '../../../fixtures/changes.ts';
import { nativeFile } from '../../../fixtures/files.ts';
import { anHttpApp, aPaymentBody, aToken } from '../../../support/http-app.ts';

type Body = Readonly<Record<string, unknown>>;
type Headers = Readonly<Record<string, string>>;

describe('/exceptions', () => {
  let http: Awaited<ReturnType<typeof anHttpApp>>;
  let ann: string;
  let bob: string;
  beforeEach(async () => {
    http = await anHttpApp();
    const permissions = ['payments', 'settlements', 'admin', 'transfers'];
    ann = `Bearer ${await aToken({ permissions, sub: 'okta|ann', email: 'ann@x.com' })}`;
    bob = `Bearer ${await aToken({ permissions, sub: 'okta|bob', email: 'bob@x.com' })}`;
  });

  const ask = async (method: string, path: string, body?: Body, headers: Headers = {}) => {
    const response = await http.app.request(path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: {
        authorization: ann,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
    });
    return { status: response.status, headers: response.headers, json: (await response.json()) as Body };
  };
  const keyed = (headers: Headers = {}) => ({ 'idempotency-key': aKey(), ...headers });
  const byBob = (headers: Headers = {}) => keyed({ authorization: bob, ...headers });

  /** Payments of 12.50, and a file that says 12.00 of each. */
  const opened = async (count = 1): Promise<readonly Body[]> => {
    const rows = [];
    for (let n = 0; n < count; n += 1) {
      const { json: payment } = await ask('POST', '/payments', aPaymentBody({ amount: 1_250 }), keyed());
      const { json: read } = await ask('GET', `/payments/${String(payment['id'])}`);
      const [transaction] = read['transactions'] as Body[];
      rows.push({
        payment_id: String(payment['id']),
        transaction_id: String(transaction?.['id']),
        status: 'settled',
        fee: '0',
        processed_date: '2026-03-01',
        settlement_date: '2026-03-02',
        amount: '1200',
        currency: 'USD',
      });
    }
    await http.app.request('/reconciliations?source=native', {
      method: 'POST',
      body: nativeFile(rows),
      headers: { authorization: ann, 'content-type': 'text/csv' },
    });
    (await jobsOf(http.ports).run(9))._unsafeUnwrap();
    return (await ask('GET', '/exceptions')).json['items'] as Body[];
  };
  const first = async () => {
    const [exception] = await opened();
    return { exception: exception as Body, path: `/exceptions/${String(exception?.['id'])}` };
  };
  const limited = () => ask('PATCH', '/merchants/merchant-1', { resolution_limits: { USD: 10 } });

  it('are listed with both values, their age and what is in question, and read with an entity tag', async () => {
    const { exception, path } = await first();
    expect(exception).toMatchObject({
      kind: 'mismatched',
      status: 'open',
      age: '<1d',
      amount: 50,
      currency: 'USD',
      difference: -50,
      fields: [{ field: 'amount', ours: 1_250, theirs: 1_200 }],
      line: 2,
    });
    const read = await ask('GET', path);
    expect([read.status, read.headers.get('etag'), read.json]).toEqual([200, '"1"', exception]);
    for (const query of ['kind=mismatched', 'age=%3C1d', 'currency=USD', 'status=open'])
      expect((await ask('GET', `/exceptions?${query}`)).json['items']).toHaveLength(1);
    for (const query of ['kind=rejected', 'age=%3E7d', 'currency=EUR', 'status=ignored', 'assigned_to=bob'])
      expect((await ask('GET', `/exceptions?${query}`)).json['items']).toEqual([]);
    for (const query of ['kind=odd', 'age=old', 'currency=usd', 'status=done', 'person=bob'])
      expect((await ask('GET', `/exceptions?${query}`)).status).toBe(400);
  });

  it('are assigned to a person, under the version that was seen', async () => {
    const { path } = await first();
    const assigned = await ask('PATCH', path, { assigned_to: 'bob@x.com' }, { 'if-match': '"1"' });
    expect([assigned.status, assigned.headers.get('etag')]).toEqual([200, '"2"']);
    expect(assigned.json).toMatchObject({ assigned_to: 'bob@x.com' });
    expect((await ask('PATCH', path, { assigned_to: null }, { 'if-match': '"1"' })).json['code']).toBe(
      'version_mismatch',
    );
    expect((await ask('PATCH', path, { assigned_to: null })).json).not.toHaveProperty('assigned_to');
    for (const body of [{}, { assigned_to: '' }, { status: 'ignored' }])
      expect((await ask('PATCH', path, body)).status).toBe(400);
  });

  it('are resolved once under one key: a repeat is given the first answer, and another body is refused', async () => {
    const { path } = await first();
    const body = { action: 'accept_difference', reason: 'the processor keeps it' };
    expect((await ask('POST', `${path}/resolve`, body)).json['code']).toBe('idempotency_key_required');
    const headers = keyed();
    const resolved = await ask('POST', `${path}/resolve`, body, headers);
    expect(resolved).toMatchObject({
      status: 200,
      json: { status: 'resolved', resolution: { action: 'accept_difference', by: 'okta|ann' } },
    });
    const again = await ask('POST', `${path}/resolve`, body, headers);
    expect([again.status, again.json]).toEqual([200, resolved.json]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const other = await ask('POST', `${path}/resolve`, { ...body, reason: 'another' }, headers);
    expect(other.json['code']).toBe('idempotency_key_reused');
    expect((await ask('POST', `${path}/resolve`, body, keyed())).json['code']).toBe('exception_closed');
    const { json: entries } = await ask('GET', '/ledger/entries');
    const differences = (entries['items'] as Body[]).filter(({ credit, debit }) =>
      [credit, debit].includes('differences'),
    );
    expect(differences).toMatchObject([{ amount: 50, type: 'difference_short' }]);
  });

  it('refuse what an action does not take, and what it cannot do', async () => {
    const { path, exception } = await first();
    const resolve = async (body: Body) => {
      const { status, json } = await ask('POST', `${path}/resolve`, { reason: 'r', ...body }, keyed());
      return `${status} ${String(json['code'])}`;
    };
    expect(await resolve({ action: 'link' })).toBe('400 invalid_request');
    expect(await resolve({ action: 'ignore', transaction_id: exception['transaction_id'] })).toBe(
      '400 invalid_request',
    );
    expect(await resolve({ action: 'ignore', reason: ' ' })).toBe('400 invalid_request');
    expect(await resolve({ action: 'erase' })).toBe('400 invalid_request');
    expect(await resolve({ action: 'expect_later' })).toBe('400 invalid_request');
    expect(await resolve({ action: 'expect_later', until: '2001-01-01T00:00:00Z' })).toBe(
      '422 until_out_of_range',
    );
    expect(await resolve({ action: 'link', transaction_id: exception['transaction_id'] })).toBe(
      '422 link_target_differs',
    );
    expect(await resolve({ action: 'link', transaction_id: `txn_${'0'.repeat(32)}` })).toBe(
      '422 link_target_not_found',
    );
    expect(await resolve({ action: 'ignore', reason: 'card 4242 4242 4242 4242' })).toBe(
      '422 pan_not_accepted',
    );
    expect((await ask('GET', path)).json['version']).toBe(1);
  });

  it('above the limit wait for another person, whose no opens them again and whose yes is done', async () => {
    await limited();
    const { path } = await first();
    const body = { action: 'accept_difference', reason: 'r' };
    const proposed = await ask('POST', `${path}/resolve`, body, keyed());
    expect([proposed.status, proposed.json['status']]).toEqual([202, 'proposed']);
    expect(JSON.stringify(proposed.json)).not.toContain('ann@x.com');
    expect((await ask('POST', `${path}/resolve`, body, byBob())).json['code']).toBe('resolution_pending');
    const self = await ask('POST', `${path}/confirm`, {}, keyed());
    expect([self.status, self.json['code']]).toEqual([403, 'self_confirmation']);
    expect((await ask('GET', path)).json).toEqual(proposed.json);
    const rejected = await ask('POST', `${path}/reject`, { reason: 'not yet' }, byBob());
    expect(rejected).toMatchObject({ status: 200, json: { status: 'open', refusal: { by: 'okta|bob' } } });
    expect((await ask('POST', `${path}/confirm`, {}, byBob())).json['code']).toBe('nothing_proposed');
    await ask('POST', `${path}/resolve`, body, keyed());
    expect((await ask('POST', `${path}/confirm`, {}, byBob())).status).toBe(428);
    const confirmed = await ask('POST', `${path}/confirm`, undefined, byBob({ 'if-match': '"4"' }));
    expect(confirmed).toMatchObject({
      status: 200,
      json: { status: 'resolved', resolution: { by: 'okta|ann', confirmed_by: 'okta|bob' } },
    });
    expect((await ask('GET', '/balance')).json['balances']).toMatchObject([{ differences: -50 }]);
  });

  it('are decided a hundred at once, each alone under its own key, and a repeat does nothing again', async () => {
    const [one, two, three] = await opened(3);
    const item = (exception: Body | undefined, parts: Body = {}) => ({
      id: exception?.['id'],
      action: 'accept_difference',
      reason: 'r',
      idempotency_key: aKey(),
      ...parts,
    });
    const { idempotency_key: _, ...unkeyed } = item(three);
    const items = [
      item(one),
      item(two, { action: 'link' }),
      item(undefined, { id: `exc_${'0'.repeat(32)}` }),
      unkeyed,
      item(one),
      item(two, { action: 'ignore' }),
    ];
    const headers = keyed();
    const done = await ask('POST', '/exceptions/resolve', { items }, headers);
    expect(done.status).toBe(200);
    const statuses = (done.json['results'] as Body[]).map(({ status }) => status);
    expect(statuses).toEqual([200, 400, 404, 400, 409, 200]);
    expect(done.json).toMatchObject({ succeeded: 2, failed: 4 });
    const again = await ask('POST', '/exceptions/resolve', { items }, headers);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const replayed = (again.json['results'] as Body[]).map(({ status }) => status);
    expect(replayed).toEqual(statuses);
    expect((await ask('GET', '/balance')).json['balances']).toMatchObject([{ differences: -50 }]);
    for (const body of [{ items: [] }, { items: Array.from({ length: 101 }, () => item(one)) }, {}])
      expect((await ask('POST', '/exceptions/resolve', body)).status).toBe(400);
  });

  it('are another merchant’s as if they were not there, and need the permission for settlements', async () => {
    const { path, exception } = await first();
    const other = `Bearer ${await aToken({ merchant_id: 'merchant-2', permissions: ['settlements'] })}`;
    const lacking = `Bearer ${await aToken({ permissions: ['payments'] })}`;
    const body = { action: 'ignore', reason: 'r' };
    for (const [method, at, sent] of [
      ['GET', path, undefined],
      ['PATCH', path, { assigned_to: 'x' }],
      ['POST', `${path}/resolve`, body],
      ['POST', `${path}/confirm`, {}],
      ['POST', `${path}/reject`, { reason: 'r' }],
    ] as const) {
      const foreign = await ask(method, at, sent, keyed({ authorization: other }));
      expect([foreign.status, foreign.json['code']]).toEqual([404, 'exception_not_found']);
      expect((await ask(method, at, sent, keyed({ authorization: lacking }))).status).toBe(403);
    }
    const items = [{ id: exception['id'], ...body, idempotency_key: aKey() }];
    const bulk = await ask('POST', '/exceptions/resolve', { items }, keyed({ authorization: other }));
    expect(bulk.json['results']).toMatchObject([{ status: 404 }]);
    expect((await ask('GET', '/exceptions', undefined, { authorization: other })).json['items']).toEqual([]);
    expect((await ask('GET', path)).json).toEqual(exception);
  });

  it('and what ought to be in the file are among its counts and its rows', async () => {
    await ask('POST', '/payments', aPaymentBody({ amount: 700 }), keyed());
    const [exception] = await opened();
    const file = `/reconciliations/${String(exception?.['reconciliation_id'])}`;
    expect((await ask('GET', file)).json['counts']).toMatchObject({ rows: 1, mismatched: 1, expected: 2 });
    const { json: expected } = await ask('GET', `${file}/rows?outcome=expected`);
    expect(new Set((expected['items'] as Body[]).map(({ amount }) => amount))).toEqual(new Set([1_250, 700]));
    expect((await ask('GET', `${file}/rows?outcome=missing_there`)).json['items']).toEqual([]);
    expect((await ask('GET', `${file}/rows`)).json['items']).toHaveLength(1);
  });
});
