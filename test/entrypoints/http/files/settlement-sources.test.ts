import { beforeEach, describe, expect, it } from 'vitest';
import { jobsOf } from '../../../../src/composition/jobs.ts';
import { aKey } from '../../../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../../../fixtures/merchants.ts';
import { type BookRow, MAPPING, mappedFile, stripeFile } from '../../../fixtures/rendered-files.ts';
import { settlementFile } from '../../../fixtures/settlement-files.ts';
import { anHttpApp, aPaymentBody, aToken } from '../../../support/http-app.ts';

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
    (await jobsOf(http.ports).run(9))._unsafeUnwrap();
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

  it('holds the two rows of a Stripe charge that was captured in part against the capture, in either order, and the payout comes to it', async () => {
    authorization = `Bearer ${await aToken({ permissions: ['payments', 'settlements'] })}`;
    const post = (path: string, body: unknown) =>
      json(
        http.app.request(path, {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { authorization, 'content-type': 'application/json', 'idempotency-key': aKey() },
        }),
      );
    const held = aPaymentBody({ amount: 2_500, capture_method: 'manual' });
    const capturedOf = async (amount: number) => {
      const { id } = await post('/payments', held);
      await post(`/payments/${String(id)}/capture`, { amount, final: true });
      return String(id);
    };
    const rowsOf = (paymentId: string, uncaptured: bigint): readonly BookRow[] => {
      const known = { paymentId, currency: 'USD', settledOn: '2026-03-09', payoutId: 'po_7' } as const;
      return [
        { ...known, type: 'payment', amount: 2_500n, fee: 75n, reference: `charge ${paymentId}` },
        { ...known, type: 'uncaptured', amount: uncaptured, fee: -15n, reference: `rest ${paymentId}` },
      ];
    };
    const [first, second, short] = [await capturedOf(2_000), await capturedOf(1), await capturedOf(2_000)];
    const payout = {
      type: 'payout',
      amount: 2_001n - 120n,
      fee: 0n,
      currency: 'USD',
      settledOn: '2026-03-09',
      reference: 'txn_payout',
      payoutId: 'po_7',
    } as const;
    const rows = [...rowsOf(first, 500n), ...rowsOf(second, 2_499n).toReversed(), payout];
    const read = await finished(await json(send('source=stripe', stripeFile(rows))));
    expect(read).toMatchObject({ status: 'completed', counts: { rows: 5, matched: 5 } });
    const { items } = (await json(ask('/settlements'))) as Readonly<{ items: readonly Body[] }>;
    expect(items).toMatchObject([
      {
        status: 'completed',
        gross_amount: 2_001,
        fee_amount: 120,
        adjustment_amount: 0,
        tolerated_amount: 0,
        payout: { difference: 0 },
      },
    ]);
    const again = await finished(await json(send('source=stripe', `${stripeFile(rows)}\n`)));
    expect(again).toMatchObject({ counts: { rows: 5, duplicate: 5 } });
    // What was given up is not what was authorized beyond the capture.
    const other = rowsOf(short, 499n);
    const odd = await finished(await json(send('source=stripe', stripeFile(other))));
    expect(odd).toMatchObject({ counts: { rows: 2, matched: 1, mismatched: 1 } });
    expect(await json(ask(`/reconciliations/${String(odd['id'])}/rows?outcome=mismatched`))).toMatchObject({
      items: [{ type: 'uncaptured', differences: [{ field: 'amount', ours: 500, theirs: 499 }] }],
    });
    expect(await json(ask('/exceptions'))).toMatchObject({
      items: [{ kind: 'mismatched', amount: 484, difference: -484 }],
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
    expect((await http.files.objects.list('', { limit: 9 }))._unsafeUnwrap()).toEqual([]);
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
