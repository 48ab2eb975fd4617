import { beforeEach, describe, expect, it } from 'vitest';
import { aKey } from '../../../fixtures/changes.ts';
import { nativeFile } from '../../../fixtures/files.ts';
import { anHttpApp, aPaymentBody, aToken } from '../../../support/http-app.ts';

type Asked = Omit<RequestInit, 'headers'> & Readonly<{ headers?: Readonly<Record<string, string>> }>;
type Body = Readonly<Record<string, unknown>>;

describe('/settlements', () => {
  let http: Awaited<ReturnType<typeof anHttpApp>>;
  let authorization: string;
  beforeEach(async () => {
    http = await anHttpApp();
    authorization = `Bearer ${await aToken({ permissions: ['payments', 'settlements', 'webhooks', 'audit'] })}`;
  });

  const ask = (path: string, { headers = {}, ...init }: Asked = {}) =>
    http.app.request(path, { ...init, headers: { authorization, ...headers } });
  const json = async (path: string) => (await (await ask(path)).json()) as Body & Readonly<{ items: Body[] }>;

  /** What a processor says of a payment that was just taken. */
  const rowOf = async (cells: Readonly<Record<string, string>> = {}) => {
    const taken = await ask('/payments', {
      method: 'POST',
      body: JSON.stringify(aPaymentBody({ amount: 1_250 })),
      headers: { 'content-type': 'application/json', 'idempotency-key': aKey() },
    });
    const { id } = (await taken.json()) as Readonly<{ id: string }>;
    const { transactions } = (await (await ask(`/payments/${id}`)).json()) as Readonly<{
      transactions: Body[];
    }>;
    return {
      payment_id: id,
      transaction_id: String(transactions[0]?.['id']),
      status: 'settled',
      fee: '30',
      processed_date: '2026-03-01',
      settlement_date: '2026-03-02',
      amount: '1250',
      currency: 'USD',
      payout_id: 'po_1',
      ...cells,
    };
  };

  /** The settlements of a file of these rows, the latest date first. */
  const settled = async (rows: readonly Readonly<Record<string, string>>[]) => {
    const body = nativeFile(rows);
    await ask('/reconciliations?source=native', {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/csv' },
    });
    await http.work();
    return (await json('/settlements')).items;
  };

  it('shows the equation of each, what it is made of, and what did not match', async () => {
    const [first, second] = [await rowOf(), await rowOf({ amount: '1300' })];
    const [settlement, ...others] = await settled([first, second]);
    expect(others).toEqual([]);
    const path = `/settlements/${String(settlement?.['id'])}`;
    expect(await json(path)).toEqual(settlement);
    expect(settlement).toMatchObject({
      date: '2026-03-02',
      payout_id: 'po_1',
      sequence: 1,
      status: 'completed_with_exceptions',
      payment_amount: 1_250,
      gross_amount: 1_250,
      fee_amount: 30,
      chargeback_amount: 0,
      adjustment_amount: 0,
      net_amount: 1_220,
      exception_count: 1,
      exception_amount: 1_270,
    });
    expect((await json(`${path}/items`)).items).toEqual([
      {
        line: 2,
        type: 'payment',
        payment_id: first.payment_id,
        transaction_id: first.transaction_id,
        amount: 1_250,
        fee: 30,
        net_amount: 1_220,
      },
    ]);
    expect((await json(`${path}/exceptions`)).items).toMatchObject([
      {
        kind: 'mismatched',
        status: 'open',
        line: 3,
        difference: 50,
        fields: [{ field: 'amount', ours: 1_250, theirs: 1_300 }],
        settlement_id: settlement?.['id'],
      },
    ]);
    expect((await json(`${path}/exceptions?status=resolved`)).items).toEqual([]);
  });

  it('shows a payout that differs as an exception, of the settlement and among all, and takes a decision about it', async () => {
    const payout = { payment_id: '', transaction_id: '', type: 'payout', fee: '0' };
    const [settlement] = await settled([
      await rowOf({ type: 'payment' }),
      { ...(await rowOf()), ...payout, amount: '1200' },
    ]);
    expect(settlement).toMatchObject({
      status: 'completed_with_exceptions',
      exception_count: 0,
      payout: { amount: 1_200, difference: -20 },
    });
    const path = `/settlements/${String(settlement?.['id'])}/exceptions`;
    const [exception, ...others] = (await json(path)).items;
    expect(exception).toMatchObject({
      kind: 'payout_difference',
      amount: 20,
      currency: 'USD',
      difference: -20,
    });
    expect(others).toEqual([]);
    expect((await json('/exceptions?kind=payout_difference')).items).toEqual([exception]);
    const decided = await ask(`/exceptions/${String(exception?.['id'])}/resolve`, {
      method: 'POST',
      body: JSON.stringify({ action: 'accept_difference', reason: 'The bank keeps 20 cents.' }),
      headers: { 'content-type': 'application/json', 'idempotency-key': aKey() },
    });
    expect(decided.status).toBe(200);
    expect((await json(`${path}?status=open`)).items).toEqual([]);
    expect((await json(`${path}?status=resolved`)).items).toHaveLength(1);
  });

  it('a locked one has one entity tag for good, one event, and its history in the audit trail', async () => {
    const [settlement] = await settled([await rowOf()]);
    const id = String(settlement?.['id']);
    const tag = (await ask(`/settlements/${id}`)).headers.get('etag') ?? '';
    await settled([await rowOf()]);
    const again = await ask(`/settlements/${id}`, { headers: { 'if-none-match': tag } });
    expect(again.status).toBe(304);
    const unsent = (await http.storage.outbox.unsent(100))._unsafeUnwrap();
    (await http.storage.eventLog.addAll(unsent))._unsafeUnwrap();
    expect((await json(`/events?entity_id=${id}`)).items).toMatchObject([
      { event_type: 'settlement.completed', data: { id, status: 'completed', net_amount: 1_220 } },
    ]);
    expect((await json(`/audit?entity_type=settlement&entity_id=${id}`)).items).toMatchObject([
      { action: 'settlement.completed', sequence: 2, actor: { type: 'system' } },
      { action: 'settlement.opened', sequence: 1 },
    ]);
  });

  it('lists by date, range, currency, status and payout', async () => {
    await settled([await rowOf(), await rowOf({ settlement_date: '2026-03-04', payout_id: '' })]);
    const dates = async (query: string) =>
      (await json(`/settlements?${query}`)).items.map(({ date }) => date);
    expect(await dates('')).toEqual(['2026-03-04', '2026-03-02']);
    expect(await dates('date=2026-03-02')).toEqual(['2026-03-02']);
    expect(await dates('start_date=2026-03-03')).toEqual(['2026-03-04']);
    expect(await dates('end_date=2026-03-03&currency=USD&status=completed')).toEqual(['2026-03-02']);
    expect(await dates('payout_id=po_1')).toEqual(['2026-03-02']);
    expect(await dates('currency=EUR')).toEqual([]);
    expect(await dates('status=processing')).toEqual([]);
  });

  it('another tenant’s settlement is not found, nor its rows, nor what is no id', async () => {
    const [settlement] = await settled([await rowOf()]);
    authorization = `Bearer ${await aToken({ merchant_id: 'merchant-2', permissions: ['settlements'] })}`;
    expect((await json('/settlements')).items).toEqual([]);
    for (const id of [String(settlement?.['id']), 'set_1'])
      for (const rest of ['', '/items', '/exceptions'])
        expect((await ask(`/settlements/${id}${rest}`)).status).toBe(404);
    authorization = `Bearer ${await aToken({ permissions: ['payments'] })}`;
    expect((await ask('/settlements')).status).toBe(403);
  });
});
