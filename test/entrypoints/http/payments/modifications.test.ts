import { gzipSync } from 'node:zlib';
import { errAsync } from 'neverthrow';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startDynamoDbEngine } from '../../../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../../../src/adapters/embedded/server.ts';
import { memoryStorage } from '../../../../src/adapters/memory/storage.ts';
import { postgresPool } from '../../../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../../../src/adapters/postgres/storage.ts';
import { present } from '../../../../src/domain/kernel/present.ts';
import {
  payment,
  paymentWithTransactions,
  transaction,
} from '../../../../src/entrypoints/http/payments/payment-schemas.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import type { Storage } from '../../../../src/ports/storage.ts';
import { freshDynamoDbStorage } from '../../../support/dynamodb-tables.ts';
import { anHttpApp, aPaymentBody, aToken } from '../../../support/http-app.ts';
import { postgresServer } from '../../../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => Promise.all([engine.stop(), server.close()]));

const STORES: Readonly<Record<string, () => Promise<Storage>>> = {
  memory: () => Promise.resolve(memoryStorage()),
  postgres: async () => postgresStorage(postgresPool({ connectionString: await server.newDatabase() })),
  dynamodb: () => freshDynamoDbStorage(engine.url),
};

const PERMISSIONS = ['payments', 'refunds'];

type Asking = Readonly<{
  body?: string | Uint8Array<ArrayBuffer>;
  key?: string;
  token?: string;
  headers?: Readonly<Record<string, string>>;
}>;

let keys = 0;

/** The app, asked by `merchant-1`, who may do all that payments need, unless `token` says otherwise. */
async function aDesk(storage?: Storage, parts: Parameters<typeof anHttpApp>[0] = {}) {
  const opened = await anHttpApp(parts, storage);
  const usual = await aToken({ permissions: PERMISSIONS });
  const post = async (path: string, { body, key, token = usual, headers }: Asking = {}) =>
    opened.app.request(path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...present({ 'idempotency-key': key }),
        ...headers,
      },
      ...present({ body }),
    });
  const pay = async (rest: Readonly<Record<string, unknown>> = {}): Promise<string> => {
    const body = JSON.stringify(aPaymentBody({ amount: 100, ...rest }));
    const response = await post('/payments', { body, key: `pay-${++keys}` });
    return payment.parse(await response.json()).id;
  };
  return {
    ...opened,
    post,
    pay,
    hold: () => pay({ capture_method: 'manual' }),
    /** Moves with a key of its own and a body, if there is one. */
    move: async (id: string, step: 'capture' | 'refunds' | 'void', body?: object) =>
      post(`/payments/${id}/${step}`, {
        key: `move-${++keys}`,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    read: async (id: string) => {
      const response = await opened.app.request(`/payments/${id}`, {
        headers: { authorization: `Bearer ${usual}` },
      });
      return paymentWithTransactions.parse(await response.json());
    },
  };
}

const toldIn = async (response: Response) => {
  const { status, code } = problem.parse(await response.json());
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(status).toBe(response.status);
  return [status, code];
};

describe.each(Object.entries(STORES))('modifications over HTTP on %s', (_name, open) => {
  it('capture in parts, refund in parts, and say so everywhere', async () => {
    const storage = await open();
    const { move, hold, read } = await aDesk(storage);
    const id = await hold();
    const first = await move(id, 'capture', { amount: 30 });
    expect(first.status).toBe(201);
    expect(first.headers.has('idempotency-replayed')).toBe(false);
    const part = transaction.parse(await first.json());
    expect(part).toMatchObject({
      payment_id: id,
      type: 'capture',
      amount: 30,
      currency: 'USD',
      status: 'succeeded',
      response_code: '00',
    });
    expect(await read(id)).toMatchObject({ status: 'authorized', captured_amount: 30 });
    expect((await move(id, 'capture', { amount: 50, final: true })).status).toBe(201);
    for (const amount of [10, 15]) {
      const response = await move(id, 'refunds', { amount, reason: 'came back' });
      expect(response.status).toBe(201);
      expect(transaction.parse(await response.json())).toMatchObject({ type: 'refund', reason: 'came back' });
    }
    const end = await read(id);
    expect(end).toMatchObject({
      status: 'succeeded',
      authorized_amount: 100,
      captured_amount: 80,
      refunded_amount: 25,
    });
    expect(end.transactions.map(({ type, amount }) => [type, amount])).toEqual([
      ['authorization', 100],
      ['capture', 30],
      ['capture', 50],
      ['refund', 10],
      ['refund', 15],
    ]);
    expect(end.transactions[1]).toEqual(part);
    await storage.close();
  });

  it('void a hold, or what a partial capture left of it', async () => {
    const storage = await open();
    const { move, hold, read } = await aDesk(storage);
    const [whole, partly] = [await hold(), await hold()];
    await move(partly, 'capture', { amount: 30 });
    for (const [id, amount] of [
      [whole, 100],
      [partly, 70],
    ] as const)
      expect(transaction.parse(await (await move(id, 'void')).json())).toMatchObject({
        type: 'void',
        amount,
        status: 'succeeded',
      });
    expect(await read(whole)).toMatchObject({ status: 'canceled', captured_amount: 0 });
    expect(await read(partly)).toMatchObject({ status: 'succeeded', captured_amount: 30 });
    await storage.close();
  });

  it('of 50 refunds of 60 on 100 at once do exactly one', async () => {
    const storage = await open();
    const { move, pay, read } = await aDesk(storage);
    const id = await pay();
    const responses = await Promise.all(
      Array.from({ length: 50 }, () => move(id, 'refunds', { amount: 60 })),
    );
    const told: unknown[] = [];
    for (const each of responses) if (each.status !== 201) told.push(await toldIn(each));
    expect(told).toEqual(Array.from({ length: 49 }, () => [422, 'amount_exceeds_captured']));
    const end = await read(id);
    expect(end).toMatchObject({ status: 'succeeded', captured_amount: 100, refunded_amount: 60 });
    expect(end.transactions).toHaveLength(2);
    await storage.close();
  });

  it('of a capture and a void at once does one, and answers the other with a conflict', async () => {
    const storage = await open();
    const { move, hold, read } = await aDesk(storage);
    for (let round = 0; round < 4; round += 1) {
      const id = await hold();
      const responses = await Promise.all([move(id, 'capture', { amount: 100 }), move(id, 'void')]);
      const [lost] = responses.filter(({ status }) => status !== 201);
      expect(responses.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(lost && (await toldIn(lost))).toEqual([409, 'payment_state_conflict']);
      expect(['succeeded', 'canceled']).toContain((await read(id)).status);
    }
    await storage.close();
  });
});

describe.each(Object.entries(STORES))('a key over HTTP on %s', (_name, open) => {
  it('of a payment over the rate is free, and an item of a batch says when to come back', async () => {
    const desk = await aDesk(await open());
    const admin = await aToken({ permissions: ['admin'], merchant_id: undefined });
    const change = (body: object) =>
      desk.app.request('/merchants/merchant-1', {
        method: 'PATCH',
        headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const tooMuch = aPaymentBody({ amount: 101, idempotency_key: 'd' });
    await change({ rate_limits: { payments_per_day: 2, max_payment_amount: 100 } });
    const order = (idempotency_key: string) => aPaymentBody({ amount: 100, idempotency_key });
    const batch = async (payments: readonly object[]) => {
      const response = await desk.post('/payments/batch', { body: JSON.stringify({ payments }) });
      expect(response.headers.has('retry-after')).toBe(false);
      const { results } = (await response.json()) as {
        results: { status: number; problem?: { code: string; retry_after?: number } }[];
      };
      return results;
    };
    const results = await batch([tooMuch, order('a'), order('b'), order('c')]);
    expect(results[0]?.problem?.code).toBe('amount_over_limit');
    expect(results.slice(1).filter(({ status }) => status === 201)).toHaveLength(2);
    const waiting = results.flatMap(({ problem: told }) => told?.retry_after ?? []);
    expect(waiting).toHaveLength(1);
    expect(waiting[0]).toBeGreaterThan(0);
    await change({ rate_limits: { payments_per_day: 0 } });
    const again = await batch(['a', 'b', 'c', 'd'].map(order));
    expect(again.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  });

  it('of a refund that the balance does not cover is free where refunds need the balance', async () => {
    const desk = await aDesk(await open());
    const admin = await aToken({ permissions: ['admin'], merchant_id: undefined });
    const id = await desk.pay();
    const sent = await desk.post('/transfers', {
      token: await aToken({ permissions: ['transfers'] }),
      body: JSON.stringify({ destination_merchant_id: 'merchant-2', amount: 80, currency: 'USD' }),
      key: 'transfer',
    });
    expect(sent.status).toBe(201);
    await desk.app.request('/merchants/merchant-1', {
      method: 'PATCH',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      body: '{"refunds_need_balance":true}',
    });
    const asked = { body: '{"amount":30}', key: 'refund' };
    expect(await toldIn(await desk.post(`/payments/${id}/refunds`, asked))).toEqual([
      422,
      'insufficient_funds',
    ]);
    await desk.pay();
    expect((await desk.post(`/payments/${id}/refunds`, asked)).status).toBe(201);
  });

  it('of a refund of a captured part goes through while the rest is held', async () => {
    const { hold, move, read } = await aDesk(await open());
    const id = await hold();
    expect((await move(id, 'capture', { amount: 60 })).status).toBe(201);
    expect((await move(id, 'refunds', { amount: 50 })).status).toBe(201);
    expect(await toldIn(await move(id, 'refunds', { amount: 11 }))).toEqual([422, 'amount_exceeds_captured']);
    expect(await read(id)).toMatchObject({ status: 'authorized', captured_amount: 60, refunded_amount: 50 });
    expect((await move(id, 'void')).status).toBe(201);
    expect(await read(id)).toMatchObject({ status: 'succeeded', captured_amount: 60, refunded_amount: 50 });
  });
});

describe('a modification over HTTP', () => {
  const seconds = (response: Response) => Number(response.headers.get('retry-after'));

  it('leaves the key of a final capture free while another is under way, and replays the final answer to its 202', async () => {
    const { post, pay, move, useCases } = await aDesk();
    const recovered = () =>
      expect
        .poll(async () => (await useCases.recoverPayments(10))._unsafeUnwrap().settled, { timeout: 20_000 })
        .toBe(1);
    const id = await pay({ capture_method: 'manual', payment_method: 'test_timeout_approved' });
    await recovered();
    expect((await move(id, 'capture', { amount: 30 })).status).toBe(202);
    const final = { body: '{"amount":20,"final":true}', key: 'final' };
    const refused = await post(`/payments/${id}/capture`, final);
    expect([refused.status, seconds(refused)]).toEqual([409, 1]);
    const tooMuch = await post(`/payments/${id}/capture`, { body: '{"amount":71}', key: 'too-much' });
    expect([await toldIn(tooMuch), seconds(tooMuch)]).toEqual([[422, 'amount_exceeds_authorized'], 1]);
    await recovered();
    const provisional = await post(`/payments/${id}/capture`, final);
    expect(provisional.status).toBe(202);
    await recovered();
    const done = await post(`/payments/${id}/capture`, final);
    expect([done.status, done.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(transaction.parse(await done.json()).id).toBe(transaction.parse(await provisional.json()).id);
  });

  it('needs no body, and then takes, gives back or releases all that is left', async () => {
    const { post, hold, pay, read } = await aDesk();
    const [held, taken, other] = [await hold(), await pay(), await hold()];
    const bodies: Asking[] = [{}, { body: '{}' }, { body: '', headers: { 'content-length': '0' } }];
    const steps = [
      [held, 'capture', 'succeeded'],
      [taken, 'refunds', 'succeeded'],
      [other, 'void', 'canceled'],
    ] as const;
    for (const [n, [id, step, end]] of steps.entries()) {
      const response = await post(`/payments/${id}/${step}`, { ...bodies[n], key: `k${n}` });
      expect(response.status).toBe(201);
      expect(transaction.parse(await response.json()).amount).toBe(100);
      expect((await read(id)).status).toBe(end);
    }
  });

  it('gives a repeat the same status and the same bytes', async () => {
    const { post, hold, pay } = await aDesk();
    const silent = await pay({ payment_method: 'test_movement_refused' });
    const cases = [
      [await hold(), 'capture', '{"amount":30}', 201],
      [await pay(), 'refunds', '{"amount":30,"reason":"a"}', 201],
      [await hold(), 'void', '{}', 201],
      [await pay(), 'refunds', '{"amount":101}', 422],
      [silent, 'refunds', '{"amount":30}', 402],
    ] as const;
    for (const [n, [id, step, body, status]] of cases.entries()) {
      const asking = { body, key: `again-${n}` };
      const first = await post(`/payments/${id}/${step}`, { ...asking, headers: { 'x-request-id': 'r1' } });
      const again = await post(`/payments/${id}/${step}`, { ...asking, headers: { 'x-request-id': 'r2' } });
      expect([first.status, again.status]).toEqual([status, status]);
      expect(await again.text()).toBe(await first.text());
      expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
      expect(first.headers.has('idempotency-replayed')).toBe(false);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
    }
  });

  it('leaves the key free where the refusal may not last, and says when to come back', async () => {
    const { post, hold } = await aDesk();
    const id = await hold();
    const refundFirst = { body: '{"amount":30}', key: 'refund' };
    const refused = await post(`/payments/${id}/refunds`, refundFirst);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([409, null]);
    expect((await post(`/payments/${id}/capture`, { body: '{}', key: 'capture' })).status).toBe(201);
    const later = await post(`/payments/${id}/refunds`, refundFirst);
    expect([later.status, later.headers.has('idempotency-replayed')]).toEqual([201, false]);
  });

  it('refuses the same key with another payload or payment, and takes it on another route', async () => {
    const { post, hold } = await aDesk();
    const [id, other] = [await hold(), await hold()];
    const asking = { body: '{"amount":30}', key: 'k' };
    expect((await post(`/payments/${id}/capture`, asking)).status).toBe(201);
    for (const [path, body] of [
      [`/payments/${id}/capture`, '{"amount":31}'],
      [`/payments/${id}/capture`, '{}'],
      [`/payments/${id}/capture`, '{"amount":30,"final":true}'],
      [`/payments/${other}/capture`, '{"amount":30}'],
    ] as const)
      expect(await toldIn(await post(path, { key: 'k', body }))).toEqual([422, 'idempotency_key_reused']);
    expect((await post(`/payments/${id}/void`, { key: 'k' })).status).toBe(201);
    expect((await post(`/payments/${id}/refunds`, { key: 'k' })).status).toBe(201);
    const again = await post(`/payments/${id}/capture`, { ...asking, body: '{"amount":30,"final":false}' });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it('that the processor refuses is a 402 that names the payment and the transaction', async () => {
    const { move, pay, read } = await aDesk();
    const id = await pay({ payment_method: 'test_movement_refused' });
    const response = await move(id, 'refunds', { amount: 30 });
    expect(response.status).toBe(402);
    const told = problem.parse(await response.json());
    const { transactions, ...left } = await read(id);
    expect(told).toMatchObject({
      code: 'movement_refused',
      payment_id: id,
      transaction_id: transactions[1]?.id,
    });
    expect(left).toMatchObject({ status: 'succeeded', refunded_amount: 0 });
    expect(transactions[1]).toMatchObject({ type: 'refund', status: 'failed' });
  });

  it('is a 202 with a pending transaction while only the processor knows', async () => {
    const { post, move, read, useCases } = await aDesk();
    /** Silence is asked about a second after it began. */
    const recovered = () =>
      expect
        .poll(async () => (await useCases.recoverPayments(10))._unsafeUnwrap().settled, { timeout: 10_000 })
        .toBe(1);
    const body = JSON.stringify(aPaymentBody({ amount: 100, payment_method: 'test_timeout_approved' }));
    const { id } = payment.parse(await (await post('/payments', { body, key: 'silent' })).json());
    await recovered();
    const response = await move(id, 'refunds', { amount: 60 });
    expect(response.status).toBe(202);
    expect(transaction.parse(await response.json())).toMatchObject({ type: 'refund', status: 'pending' });
    expect(await read(id)).toMatchObject({ refunded_amount: 0, reserved_amount: 60 });
    expect(await toldIn(await move(id, 'refunds', { amount: 60 }))).toEqual([422, 'amount_exceeds_captured']);
    await recovered();
    const end = await read(id);
    expect(end).toMatchObject({ refunded_amount: 60 });
    expect(end).not.toHaveProperty('reserved_amount');
    expect(end.transactions[1]).toMatchObject({ status: 'succeeded' });
  });

  it.each([
    ['capture', 'succeeded', 409, 'payment_state_conflict', {}],
    ['void', 'succeeded', 409, 'payment_state_conflict', {}],
    ['refunds', 'authorized', 409, 'payment_state_conflict', {}],
    ['capture', 'authorized', 422, 'amount_exceeds_authorized', { amount: 101 }],
    ['refunds', 'succeeded', 422, 'amount_exceeds_captured', { amount: 101 }],
  ] as const)('%s of a payment that is %s is refused with %i %s', async (step, status, http, code, body) => {
    const { move, hold, pay, read } = await aDesk();
    const id = status === 'authorized' ? await hold() : await pay();
    expect(await toldIn(await move(id, step, body))).toEqual([http, code]);
    expect(await read(id)).toMatchObject({ status, refunded_amount: 0 });
    expect((await read(id)).transactions).toHaveLength(1);
  });

  it('answers a rival of a running one with when to come back', async () => {
    const { move } = await aDesk(undefined, {
      modifyPayment: () => errAsync({ kind: 'IdempotencyInFlight', retryAfterMs: 1_500 }),
    });
    const response = await move(`pay_${'0'.repeat(32)}`, 'void');
    expect(response.headers.get('retry-after')).toBe('2');
    expect(await toldIn(response)).toEqual([409, 'idempotency_in_flight']);
  });
});

describe('who may move a payment', () => {
  it.each([
    ['capture', ['payments'], 201],
    ['void', ['payments'], 201],
    ['refunds', ['refunds'], 201],
    ['capture', ['refunds'], 403],
    ['void', ['refunds'], 403],
    ['refunds', ['payments'], 403],
    ['refunds', [], 403],
  ] as const)('%s with %j: %i', async (step, permissions, status) => {
    const { post, hold, pay, read } = await aDesk();
    const id = step === 'refunds' ? await pay() : await hold();
    const token = await aToken({ permissions });
    const response = await post(`/payments/${id}/${step}`, { key: 'k', token });
    expect(response.status).toBe(status);
    if (status === 403) expect(await toldIn(response)).toEqual([403, 'permission_missing']);
    expect((await read(id)).transactions).toHaveLength(status === 201 ? 2 : 1);
  });

  it('not another tenant, to whom it is not there', async () => {
    const { post, pay, hold, read } = await aDesk();
    const token = await aToken({ merchant_id: 'merchant-2', permissions: PERMISSIONS });
    for (const [id, step] of [
      [await hold(), 'capture'],
      [await hold(), 'void'],
      [await pay(), 'refunds'],
    ] as const) {
      const asking = { key: `k-${step}`, token };
      expect(await toldIn(await post(`/payments/${id}/${step}`, asking))).toEqual([404, 'payment_not_found']);
      expect((await read(id)).transactions).toHaveLength(1);
    }
  });

  it('not a merchant who is suspended, who may still give back and release', async () => {
    const { post } = await aDesk();
    const token = await aToken({ merchant_id: 'suspended', permissions: PERMISSIONS });
    const told = async (step: string) =>
      toldIn(await post(`/payments/pay_${'0'.repeat(32)}/${step}`, { key: `k-${step}`, token }));
    expect(await told('capture')).toEqual([403, 'merchant_inactive']);
    for (const step of ['refunds', 'void']) expect(await told(step)).toEqual([404, 'payment_not_found']);
  });

  it('no request without a token', async () => {
    const { app } = await aDesk();
    for (const step of ['capture', 'refunds', 'void'])
      expect(
        await toldIn(await app.request(`/payments/pay_${'0'.repeat(32)}/${step}`, { method: 'POST' })),
      ).toEqual([401, 'unauthenticated']);
  });
});

type Bad = Readonly<{ title: string; status: number; code: string } & Asking>;

const invalid = (title: string, body: string): Bad => ({ title, status: 400, code: 'invalid_request', body });
const badKey = (title: string, key: string): Bad => ({
  title: `an Idempotency-Key that is ${title}`,
  status: 400,
  code: 'idempotency_key_invalid',
  key,
});
const card = (title: string, body: string): Bad => ({ title, status: 422, code: 'pan_not_accepted', body });
const over = 'x'.repeat(256 * 1024);

/** What no route takes, whatever it moves. */
const BAD: readonly Bad[] = [
  { title: 'no key', status: 400, code: 'idempotency_key_required', body: '{}' },
  { title: 'no key and no body', status: 400, code: 'idempotency_key_required' },
  badKey('empty', ''),
  badKey('256 characters long', 'k'.repeat(256)),
  badKey('with a space', 'a b'),
  badKey('sent twice', 'k, k'),
  badKey('with a control character', 'a\tb'),
  {
    title: 'a header key and another body key',
    status: 400,
    code: 'idempotency_key_mismatch',
    body: '{"idempotency_key":"k2"}',
    key: 'k1',
  },
  invalid('an unknown field', '{"idempotency_key":"k","foo":1}'),
  invalid('a merchant', '{"idempotency_key":"k","merchant_id":"merchant-2"}'),
  invalid('a currency', '{"idempotency_key":"k","currency":"USD"}'),
  invalid('__proto__', '{"idempotency_key":"k","__proto__":{}}'),
  invalid('a duplicate key', '{"idempotency_key":"k","idempotency_key":"k"}'),
  invalid('an empty body key', '{"idempotency_key":""}'),
  invalid('no object', '[]'),
  invalid('null', 'null'),
  invalid('no JSON', '{"amount":'),
  invalid('JSON beyond all depth', '['.repeat(100_000) + ']'.repeat(100_000)),
  card('a card number as key', '{"idempotency_key":"4242424242424242"}'),
  card('a security code', '{"idempotency_key":"k","cvv":"123"}'),
  { title: 'a body over 256 KiB', status: 413, code: 'body_too_large', body: `{"a":"${over}"}` },
  {
    title: 'a gzip bomb',
    status: 413,
    code: 'body_too_large',
    body: Uint8Array.from(gzipSync(Buffer.alloc(20_000_000))),
    headers: { 'content-encoding': 'gzip' },
  },
  {
    title: 'text',
    status: 415,
    code: 'unsupported_media_type',
    body: '{}',
    headers: { 'content-type': 'text/plain' },
  },
];

const amounts = ['0', '-1', '-0', '1.5', '"100"', '1e400', '9007199254740993', 'null', '[]', 'true'];
const BAD_AMOUNTS = amounts.map((amount) =>
  invalid(`the amount ${amount}`, `{"idempotency_key":"k","amount":${amount}}`),
);
const BAD_CAPTURES: readonly Bad[] = [
  ...BAD_AMOUNTS,
  invalid('final as text', '{"idempotency_key":"k","final":"true"}'),
  invalid('final as a number', '{"idempotency_key":"k","final":1}'),
  invalid('a reason', '{"idempotency_key":"k","reason":"x"}'),
];
const BAD_REFUNDS: readonly Bad[] = [
  ...BAD_AMOUNTS,
  invalid('final', '{"idempotency_key":"k","final":true}'),
  invalid('a reason of 501 characters', `{"idempotency_key":"k","reason":"${'x'.repeat(501)}"}`),
  invalid('a reason with NUL', '{"idempotency_key":"k","reason":"a\\u0000b"}'),
  invalid('a reason with half a character', '{"idempotency_key":"k","reason":"\\ud800"}'),
  card('a card number in the reason', '{"idempotency_key":"k","reason":"for 4242 4242 4242 4242"}'),
];
const BAD_VOIDS: readonly Bad[] = [
  invalid('an amount', '{"idempotency_key":"k","amount":1}'),
  invalid('final', '{"idempotency_key":"k","final":true}'),
];

const cases = (
  [
    ['capture', BAD_CAPTURES],
    ['refunds', BAD_REFUNDS],
    ['void', BAD_VOIDS],
  ] as const
).flatMap(([step, own]) => [...BAD, ...own].map((bad) => ({ step, ...bad })));

describe('a modification refused for its request', () => {
  it.each(cases)('$step with $title: $status $code', async ({ step, status, code, ...asking }) => {
    const { post, hold, pay, read } = await aDesk();
    const id = step === 'refunds' ? await pay() : await hold();
    const response = await post(`/payments/${id}/${step}`, asking);
    expect(await toldIn(response)).toEqual([status, code]);
    expect((await read(id)).transactions).toHaveLength(1);
    const corrected = await post(`/payments/${id}/${step}`, { key: 'k' });
    expect([corrected.status, corrected.headers.has('idempotency-replayed')]).toEqual([201, false]);
  });

  it.each(['x', 'pay_1', 'PAY_0', `txn_${'0'.repeat(32)}`, '%00', `pay_${'0'.repeat(32)}`])(
    'for a payment called %s is a 404',
    async (id) => {
      const { move } = await aDesk();
      for (const step of ['capture', 'refunds', 'void'] as const)
        expect(await toldIn(await move(id, step))).toEqual([404, 'payment_not_found']);
    },
  );

  it('for an unknown query parameter is a 400', async () => {
    const { post, hold } = await aDesk();
    const id = await hold();
    expect(await toldIn(await post(`/payments/${id}/void?force=true`, { key: 'k' }))).toEqual([
      400,
      'invalid_request',
    ]);
  });

  it('for another method is a 405 that says which there is', async () => {
    const { app } = await aDesk();
    for (const step of ['capture', 'refunds', 'void']) {
      const response = await app.request(`/payments/pay_1/${step}`);
      expect(response.headers.get('allow')).toBe('POST, OPTIONS');
      expect(await toldIn(response)).toEqual([405, 'method_not_allowed']);
    }
  });
});

describe('modifications in what is measured', () => {
  it('are counted once, by type and end', async () => {
    const { app, post, pay, hold } = await aDesk();
    const [taken, held] = [await pay(), await hold()];
    for (let round = 0; round < 2; round += 1)
      await post(`/payments/${taken}/refunds`, { key: 'k', body: '{"amount":1}' });
    await post(`/payments/${taken}/refunds`, { key: 'k2', body: '{"amount":100}' });
    await post(`/payments/${held}/void`, { key: 'k' });
    const text = await (await app.request('/metrics')).text();
    expect(text).toMatch(/paywright_movements_total\{type="refund",status="succeeded"\} 1/);
    expect(text).toMatch(/paywright_movements_total\{type="refund",status="refused"\} 1/);
    expect(text).toMatch(/paywright_movements_total\{type="void",status="succeeded"\} 1/);
  });
});
