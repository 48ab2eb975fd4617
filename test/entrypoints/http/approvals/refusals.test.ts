import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { aVendorPaymentBody, told } from '../../../support/approvals-app.ts';
import { anOffice, refused } from '../../../support/approvals-office.ts';
import { aToken } from '../../../support/http-app.ts';

const { office, maker, dispatcher, admin, kept } = await anOffice();

/** An uncharged line, with what the test is about laid over it. */
const lineOf = (parts: object) => ({ description: 'Towing', quantity: 1, unitPriceCents: 12_050, ...parts });
const withLine = (parts: object) => aVendorPaymentBody({ lineItems: [lineOf(parts)] });
/** JSON in which numbers are spelt as `text` spells them. */
const spelt = (body: object, name: string, text: string) =>
  JSON.stringify({ ...body, [name]: '#' }).replace('"#"', text);

describe('a payment is refused', () => {
  it.each<readonly [string, object | string, string]>([
    ['without line items', aVendorPaymentBody({ lineItems: [] }), 'lineItems'],
    [
      'with more lines than a payment has',
      aVendorPaymentBody({ lineItems: Array(101).fill(lineOf({})) }),
      'lineItems',
    ],
    ['for a quantity of 0', withLine({ quantity: 0 }), 'lineItems.0.quantity'],
    ['for a quantity of −1', withLine({ quantity: -1 }), 'lineItems.0.quantity'],
    ['for a quantity of 1.5', withLine({ quantity: 1.5 }), 'lineItems.0.quantity'],
    ['for a quantity beyond 2^53', withLine({ quantity: 2 ** 53 }), 'lineItems.0.quantity'],
    ['for a quantity in words', withLine({ quantity: '1' }), 'lineItems.0.quantity'],
    ['for a price below nothing', withLine({ unitPriceCents: -1 }), 'lineItems.0.unitPriceCents'],
    ['for half a cent', withLine({ unitPriceCents: 0.5 }), 'lineItems.0.unitPriceCents'],
    ['without a description', withLine({ description: '' }), 'lineItems.0.description'],
    [
      'with a description of 256 characters',
      withLine({ description: 'x'.repeat(256) }),
      'lineItems.0.description',
    ],
    [
      'with a description that a terminal acts on',
      withLine({ description: 'Towing\u001b[2K' }),
      'lineItems.0.description',
    ],
    [
      'with a description that reads backwards',
      withLine({ description: 'Towing \u202e00.01' }),
      'lineItems.0.description',
    ],
    ['with a total of its own', withLine({ totalCents: 12_050 }), 'lineItems.0.totalCents'],
    ['for an incident that is no UUID', aVendorPaymentBody({ incidentId: 'inc-1' }), 'incidentId'],
    ['for a vendor that is no UUID', aVendorPaymentBody({ vendorId: `${randomUUID()}0` }), 'vendorId'],
    ['by a payer that is no UUID', aVendorPaymentBody({ payerId: '{}' }), 'payerId'],
    ['by a payer of no known type', aVendorPaymentBody({ payerType: 'nobody' }), 'payerType'],
    ['in another currency', aVendorPaymentBody({ currency: 'EUR' }), 'currency'],
    ['in usd', aVendorPaymentBody({ currency: 'usd' }), 'currency'],
    ['of nothing', aVendorPaymentBody({ amountCents: 0 }), 'amountCents'],
    ['of −0', spelt(aVendorPaymentBody(), 'amountCents', '-0'), 'amountCents'],
    ['of 1e400', spelt(aVendorPaymentBody(), 'amountCents', '1e400'), 'amountCents'],
    ['of 2^53+1', spelt(aVendorPaymentBody(), 'amountCents', '9007199254740993'), 'amountCents'],
    ['of 12050.0', spelt(aVendorPaymentBody(), 'amountCents', '12050.0'), 'amountCents'],
    ['of 1205e1', spelt(aVendorPaymentBody(), 'amountCents', '1205e1'), 'amountCents'],
    ['without an amount', aVendorPaymentBody({ amountCents: undefined }), 'amountCents'],
    ['with a status of its own', aVendorPaymentBody({ status: 'approved' }), 'status'],
    ['with a score of its own', aVendorPaymentBody({ fraudScore: 0 }), 'fraudScore'],
    ['due on no day', aVendorPaymentBody({ dueDate: '31.03.2026' }), 'dueDate'],
    ['due at a time', aVendorPaymentBody({ dueDate: '2026-03-31T00:00:00Z' }), 'dueDate'],
    ['due on a day that its month has not', aVendorPaymentBody({ dueDate: '2026-02-29' }), 'dueDate'],
    ['due in the year 0', aVendorPaymentBody({ dueDate: '0000-01-01' }), 'dueDate'],
    ['due at no day, said so', aVendorPaymentBody({ dueDate: null }), 'dueDate'],
    ['with metadata that is a list', aVendorPaymentBody({ metadata: [1] }), 'metadata'],
    ['with a name twice', '{"amountCents":1,"amountCents":2}', 'amountCents'],
    [
      'with a name that means something to JavaScript',
      '{"metadata":{"__proto__":{"x":1}}}',
      'metadata.__proto__',
    ],
    ['with text that cannot be stored', aVendorPaymentBody({ metadata: { a: '\0' } }), 'metadata.a'],
    ['when it is no object', '[]', ''],
    ['when it is no JSON', '{', ''],
  ])('%s', async (_, body, path) => {
    const before = await kept();
    const { errors = [] } = await refused(maker.post('/payments', body), 400, 'invalid_request');
    expect(errors.map((error) => error.path)).toContain(path);
    expect(await kept()).toBe(before);
  });

  it.each<readonly [string, object | string, string]>([
    [
      'when the amount is not what the lines come to',
      aVendorPaymentBody({ amountCents: 12_051 }),
      'amount_mismatch',
    ],
    [
      'when a line comes to more than a number holds exactly',
      withLine({ quantity: 94_906_267, unitPriceCents: 94_906_267 }),
      'amount_too_large',
    ],
    [
      'when all lines together do',
      aVendorPaymentBody({ lineItems: Array(2).fill(lineOf({ unitPriceCents: Number.MAX_SAFE_INTEGER })) }),
      'amount_too_large',
    ],
    [
      'with too much metadata',
      aVendorPaymentBody({ metadata: { a: 'x'.repeat(16_384) } }),
      'metadata_too_large',
    ],
    ['with a card number in a line', withLine({ description: '4242 4242 4242 4242' }), 'pan_not_accepted'],
    [
      'with a card number in metadata',
      aVendorPaymentBody({ metadata: { a: ['4242424242424242'] } }),
      'pan_not_accepted',
    ],
    [
      'with a card number as a number in metadata',
      spelt(aVendorPaymentBody({}), 'metadata', '{"a":[{"b":4242424242424242}]}'),
      'pan_not_accepted',
    ],
    ['with a security code', aVendorPaymentBody({ metadata: { CVV: '123' } }), 'pan_not_accepted'],
  ])('%s', async (_, body, code) => {
    const before = await kept();
    await refused(maker.post('/payments', body), 422, code);
    expect(await kept()).toBe(before);
  });

  it('never for the way that numbers of the client’s own are written', async () => {
    const body = spelt(aVendorPaymentBody(), 'metadata', '{"hours":2.0,"weight":1e3}');
    const payment = await told<{ metadata: object }>(maker.post('/payments', body), 201);
    expect(payment.metadata).toMatchObject({ hours: 2, weight: 1_000 });
  });

  it('that is not JSON, is packed otherwise or is too large', async () => {
    const send = async (headers: Record<string, string>, body: RequestInit['body']) =>
      office.app.request('/approvals/payments', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await aToken({ sub: 'maker', role: 'dispatcher', merchant_id: undefined })}`,
          ...headers,
        },
        body: body ?? null,
      });
    const json = { 'content-type': 'application/json' };
    await refused(send({ 'content-type': 'text/plain' }, '{}'), 415, 'unsupported_media_type');
    await refused(send(json, `"${'x'.repeat(256 * 1_024)}"`), 413, 'body_too_large');
    const bomb = gzipSync(Buffer.alloc(20_000_000, 0x20));
    await refused(send({ ...json, 'content-encoding': 'gzip' }, bomb), 413, 'body_too_large');
  });
});

it('takes lines at the very bounds', async () => {
  const most = Number.MAX_SAFE_INTEGER;
  const lineItems = [lineOf({ unitPriceCents: 0, quantity: most }), lineOf({ unitPriceCents: most })];
  const body = aVendorPaymentBody({ lineItems, amountCents: most });
  expect(await told(maker.post('/payments', body), 201)).toMatchObject(body);
  const longest = withLine({ description: '🚚'.repeat(255) });
  expect(await told(maker.post('/payments', longest), 201)).toMatchObject(longest);
});

describe('a move is refused', () => {
  const aPayment = async (): Promise<string> => {
    const { paymentId } = await told<{ paymentId: string }>(
      maker.post('/payments', aVendorPaymentBody()),
      201,
    );
    return `/payments/${paymentId}`;
  };

  it('when the same person approves twice, or approves what is approved', async () => {
    const path = await aPayment();
    await refused(maker.post(`${path}/approve`), 403, 'self_approval');
    await told(dispatcher.post(`${path}/approve`), 200);
    await refused(dispatcher.post(`${path}/approve`), 409, 'payment_state_conflict');
    await refused(admin.post(`${path}/approve`), 409, 'payment_state_conflict');
  });

  it('when what is approved, changed, rejected or paid was cancelled', async () => {
    const path = await aPayment();
    await told(dispatcher.post(`${path}/reject`, { reason: 'No' }), 200);
    await refused(dispatcher.post(`${path}/approve`), 409, 'payment_state_conflict');
    await refused(dispatcher.post(`${path}/reject`, { reason: 'No' }), 409, 'payment_state_conflict');
    await refused(dispatcher.patch(path, { metadata: {} }), 409, 'payment_state_conflict');
    await refused(admin.post(`${path}/process`), 409, 'payment_state_conflict');
  });

  it('when it is to be paid and is not approved, or was paid', async () => {
    const path = await aPayment();
    await refused(admin.post(`${path}/process`), 409, 'payment_state_conflict');
    await told(dispatcher.post(`${path}/approve`), 200);
    await told(admin.post(`${path}/process`), 200);
    await refused(admin.post(`${path}/process`), 409, 'payment_state_conflict');
    await refused(dispatcher.post(`${path}/reject`, { reason: 'No' }), 409, 'payment_state_conflict');
  });

  it.each<readonly [string, 'approve' | 'reject' | 'process', object | string, number, string]>([
    ['a rejection without a reason', 'reject', {}, 400, 'invalid_request'],
    ['a rejection for a blank reason', 'reject', { reason: ' \n' }, 400, 'invalid_request'],
    [
      'a rejection for a reason that is too long',
      'reject',
      { reason: 'x'.repeat(1_001) },
      400,
      'invalid_request',
    ],
    ['notes with a card number', 'approve', { notes: 'card 4242424242424242' }, 422, 'pan_not_accepted'],
    ['an approval by somebody else', 'approve', { by: 'ann' }, 400, 'invalid_request'],
    ['a hash that is none', 'approve', { termsHash: 'x' }, 400, 'invalid_request'],
    ['a body that means nothing', 'process', { amountCents: 1 }, 400, 'invalid_request'],
  ])('for %s', async (_, move, body, status, code) => {
    const path = await aPayment();
    if (move === 'process') await told(dispatcher.post(`${path}/approve`), 200);
    const { version } = await told<{ version: number }>(admin.get(path), 200);
    await refused(admin.post(`${path}/${move}`, body), status, code);
    expect(await told(admin.get(path), 200)).toMatchObject({ version });
  });

  it.each<readonly [object, number, string]>([
    [{}, 400, 'invalid_request'],
    [{ lineItems: [] }, 400, 'invalid_request'],
    [{ vendorId: randomUUID() }, 400, 'invalid_request'],
    [{ amountCents: 1 }, 422, 'amount_mismatch'],
    [{ lineItems: [lineOf({})], amountCents: 12_049 }, 422, 'amount_mismatch'],
    [{ lineItems: [lineOf({ unitPriceCents: 0 })] }, 400, 'amount_not_positive'],
  ])('for the change %j', async (body, status, code) => {
    await refused(dispatcher.patch(await aPayment(), body), status, code);
  });

  it('for ids that are none, or that do not exist', async () => {
    for (const id of [randomUUID(), 'x', '%00', `${randomUUID()} `, '4242424242424242'])
      for (const move of ['approve', 'process'])
        await refused(admin.post(`/payments/${id}/${move}`), 404, 'payment_not_found');
  });
});

describe('a list is refused', () => {
  it.each([
    'limit=0',
    'limit=-1',
    'limit=1000000000',
    'limit=abc',
    'limit=1&limit=2',
    'offset=-1',
    'offset=10001',
    'status=paid',
    'vendorId=',
    'incidentId=x',
    'page=2',
    'cursor=x&offset=1',
  ])('for ?%s', async (query) => {
    await refused(dispatcher.get(`/payments?${query}`), 400, 'invalid_request');
  });

  it('for a cursor that is forged, or of another list or filter', async () => {
    const { payments, pagination } = await told<{
      payments: readonly { vendorId: string }[];
      pagination: { nextCursor: string };
    }>(dispatcher.get('/payments?limit=1'), 200);
    const cursor = encodeURIComponent(pagination.nextCursor);
    const [other] = payments;
    await told(dispatcher.get(`/payments?limit=1&cursor=${cursor}`), 200);
    for (const path of [
      `/payments?cursor=${cursor}A`,
      '/payments?cursor=x',
      `/payments/pending?cursor=${cursor}`,
      `/payments/flagged?cursor=${cursor}`,
      `/payments?cursor=${cursor}&vendorId=${other?.vendorId}`,
    ])
      await refused(dispatcher.get(path), 400, 'cursor_invalid');
  });

  it('for parameters where there are none', async () => {
    await refused(dispatcher.post(`/payments/${randomUUID()}/approve?force=1`), 400, 'invalid_request');
    await refused(maker.post('/payments?dry=1', aVendorPaymentBody()), 400, 'invalid_request');
  });
});
