import { beforeEach, describe, expect, it } from 'vitest';
import { jobsOf } from '../../../../src/composition/jobs.ts';
import { addMerchants, aMerchant } from '../../../fixtures/merchants.ts';
import { MAPPING, mappedFile } from '../../../fixtures/rendered-files.ts';
import { settlementFile } from '../../../fixtures/settlement-files.ts';
import { anHttpApp, aToken } from '../../../support/http-app.ts';

type Body = Readonly<Record<string, unknown>>;

describe('POST /reconciliations of files in others’ words', () => {
  let http: Awaited<ReturnType<typeof anHttpApp>>;
  let authorization: string;
  beforeEach(async () => {
    http = await anHttpApp();
    await addMerchants(http.ports, [aMerchant('mapping', { settlementMappings: { acquirer: MAPPING } })]);
    authorization = `Bearer ${await aToken({ merchant_id: 'mapping', permissions: ['settlements'] })}`;
  });

  const ask = async (path: string, init: RequestInit = {}) =>
    http.app.request(path, { ...init, headers: { authorization, 'content-type': 'text/csv' } });
  const json = async (response: Response | Promise<Response>) => (await (await response).json()) as Body;
  const send = (query: string, body: NonNullable<RequestInit['body']>) =>
    ask(`/reconciliations?${query}`, { method: 'POST', body });
  const finished = async (started: Body) => {
    (await jobsOf(http.ports)(9))._unsafeUnwrap();
    return json(ask(`/reconciliations/${String(started['id'])}`));
  };

  const ROW = {
    type: 'payment',
    paymentId: `pay_${'1'.repeat(32)}`,
    amount: 123_450n,
    fee: 30n,
    currency: 'EUR',
    settledOn: '2026-03-09',
    reference: 'L1',
    payoutId: 'S-7',
  } as const;

  it('keeps the mapping that a file is read with, whatever the merchant makes of its name later', async () => {
    const started = await json(send('source=mapped&mapping=acquirer', mappedFile([ROW])));
    expect(started).toMatchObject({ source: 'mapped', mapping: MAPPING, status: 'pending' });
    const changed = await http.app.request('/merchants/mapping', {
      method: 'PATCH',
      body: JSON.stringify({ settlement_mappings: { acquirer: { ...MAPPING, delimiter: ',' } } }),
      headers: {
        authorization: `Bearer ${await aToken({ merchant_id: undefined, permissions: ['admin'] })}`,
        'content-type': 'application/json',
      },
    });
    expect(changed.status).toBe(200);
    const read = await finished(started);
    expect(read).toMatchObject({
      status: 'completed',
      mapping: MAPPING,
      counts: { rows: 1, missing_here: 1 },
    });
    expect(await json(ask(`/reconciliations/${String(started['id'])}/rows`))).toMatchObject({
      items: [
        {
          line: 3,
          outcome: 'missing_here',
          payment_id: ROW.paymentId,
          amount: 123_450,
          fee: 30,
          reference: 'L1',
        },
      ],
    });
  });

  it('needs a mapping that the merchant has for a mapped file, and takes none for others', async () => {
    const refusal = async (query: string) => {
      const answer = await send(query, mappedFile([ROW]));
      return `${answer.status} ${String((await json(answer))['code'])}`;
    };
    expect(await refusal('source=mapped')).toBe('400 invalid_request');
    expect(await refusal('source=stripe&mapping=acquirer')).toBe('400 invalid_request');
    expect(await refusal('source=mapped&mapping=../a')).toBe('400 invalid_request');
    for (const name of ['other', 'constructor'])
      expect(await refusal(`source=mapped&mapping=${name}`)).toBe('404 settlement_mapping_not_found');
    expect((await http.files.objects.list('reconciliation/', { limit: 9 }))._unsafeUnwrap()).toEqual([]);
  });

  it.each([
    ['stripe', 'adyen-settlement-detail.csv', 'reporting_category'],
    ['adyen', 'stripe-payout-reconciliation.csv', 'Psp Reference'],
    ['native', 'stripe-payouts.csv', 'effective_at_utc'],
  ])('refuses as a whole a file whose columns are not those of %s', async (source, name, column) => {
    const read = await finished(await json(send(`source=${source}`, new Uint8Array(settlementFile(name)))));
    expect(read).toMatchObject({ status: 'failed', error: { line: 1, column }, rows_done: 0 });
  });
});
