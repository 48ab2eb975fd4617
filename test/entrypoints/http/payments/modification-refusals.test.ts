import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Asking, aDesk, problemIn } from '../../../support/modification-desk.ts';

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
    expect(await problemIn(response)).toEqual([status, code]);
    expect((await read(id)).transactions).toHaveLength(1);
    const corrected = await post(`/payments/${id}/${step}`, { key: 'k' });
    expect([corrected.status, corrected.headers.has('idempotency-replayed')]).toEqual([201, false]);
  });

  it.each(['x', 'pay_1', 'PAY_0', `txn_${'0'.repeat(32)}`, '%00', `pay_${'0'.repeat(32)}`])(
    'for a payment called %s is a 404',
    async (id) => {
      const { move } = await aDesk();
      for (const step of ['capture', 'refunds', 'void'] as const)
        expect(await problemIn(await move(id, step))).toEqual([404, 'payment_not_found']);
    },
  );

  it('for an unknown query parameter is a 400', async () => {
    const { post, hold } = await aDesk();
    const id = await hold();
    expect(await problemIn(await post(`/payments/${id}/void?force=true`, { key: 'k' }))).toEqual([
      400,
      'invalid_request',
    ]);
  });

  it('for another method is a 405 that says which there is', async () => {
    const { app } = await aDesk();
    for (const step of ['capture', 'refunds', 'void']) {
      const response = await app.request(`/payments/pay_1/${step}`);
      expect(response.headers.get('allow')).toBe('POST, OPTIONS');
      expect(await problemIn(response)).toEqual([405, 'method_not_allowed']);
    }
  });
});
