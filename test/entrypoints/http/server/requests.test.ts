import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { anHttpApp, aPaymentBody, aRequest } from '../../../support/http-app.ts';

type Case = Readonly<{
  title: string;
  status: number;
  code: string;
  body?: RequestInit['body'];
  headers?: Record<string, string>;
  /** Of the first of the errors. */
  path?: string;
}>;

const idempotentRequest = (rest: Readonly<Record<string, unknown>> = {}) =>
  aPaymentBody({ idempotency_key: 'k', ...rest });
const text = (rest: Readonly<Record<string, unknown>> = {}) => JSON.stringify(idempotentRequest(rest));
/** A body with one field written by hand. */
const raw = (field: string) => `{"currency":"USD","payment_method":"card","idempotency_key":"k",${field}}`;
const invalid = (title: string, body: RequestInit['body']): Case => ({
  title,
  status: 400,
  code: 'invalid_request',
  body,
});
const card = (title: string, body: string, path: string): Case => ({
  title,
  status: 422,
  code: 'pan_not_accepted',
  body,
  path,
});
const keyCase = (title: string, code: string, key: string): Case => ({
  title: `an Idempotency-Key that is ${title}`,
  status: 400,
  code: `idempotency_key_${code}`,
  body: JSON.stringify(aPaymentBody()),
  headers: { 'idempotency-key': key },
});
const typeCase = (title: string, headers: Record<string, string>): Case => ({
  title,
  status: 415,
  code: 'unsupported_media_type',
  body: text(),
  headers,
});

const over = 'x'.repeat(256 * 1024);

const CASES: readonly Case[] = [
  {
    title: 'no idempotency key',
    status: 400,
    code: 'idempotency_key_required',
    body: JSON.stringify(aPaymentBody()),
  },
  keyCase('empty', 'invalid', ''),
  keyCase('256 characters long', 'invalid', 'k'.repeat(256)),
  keyCase('with a space', 'invalid', 'a b'),
  keyCase('sent twice', 'invalid', 'k, k'),
  keyCase('with a control character', 'invalid', 'a\tb'),
  keyCase('beyond ASCII', 'invalid', 'clé'),
  {
    title: 'a header key and another body key',
    status: 400,
    code: 'idempotency_key_mismatch',
    body: text(),
    headers: { 'idempotency-key': 'other' },
  },
  invalid('an empty body key', text({ idempotency_key: '' })),
  invalid('a body key that is a number', text({ idempotency_key: 7 })),
  ...[
    '0',
    '-1',
    '-0',
    '-0.0',
    '1.5',
    '"100"',
    '1e400',
    '-1e400',
    '9007199254740993',
    '9007199254740992',
    '1.00000000000000000001',
    '1e-400',
    '10.0',
    '1e3',
    '1E3',
    '1000e-1',
    'null',
    'true',
    '[]',
    '{}',
  ].map((amount) => invalid(`amount ${amount}`, raw(`"amount":${amount}`))),
  invalid('no amount', raw('"description":"x"')),
  ...['usd', 'XXX', 'XAU', 'US', 'USDD', '', 'USD ', 'constructor'].map((currency) =>
    invalid(`currency ${JSON.stringify(currency)}`, text({ currency })),
  ),
  invalid('a fraction in a currency that has none', text({ amount: 10.5, currency: 'JPY' })),
  invalid('a name given twice', raw('"amount":1,"amount":1')),
  invalid('a name given twice in different spelling', raw('"amount":1,"\\u0061mount":1')),
  invalid('a name given twice deep inside', raw('"amount":1,"metadata":{"a":"1","a":"2"}')),
  ...['__proto__', 'constructor', 'prototype'].flatMap((name) => [
    invalid(`the name ${name}`, raw(`"amount":1,"${name}":{}`)),
    invalid(`the name ${name} in metadata`, raw(`"amount":1,"metadata":{"${name}":"x"}`)),
  ]),
  invalid('an unknown field', text({ colour: 'red' })),
  invalid('merchant_id', text({ merchant_id: 'merchant-2' })),
  invalid('lists 200 000 deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
  invalid('an unclosed nest', '['.repeat(200_000)),
  invalid('objects 40 000 deep', `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`),
  invalid('33 levels', raw(`"amount":1,"metadata":${'{"a":'.repeat(33)}1${'}'.repeat(33)}`)),
  invalid('more than 20 000 names', `{${Array.from({ length: 20_001 }, (_, n) => `"${n}":1`).join()}}`),
  invalid('a lone surrogate', raw('"amount":1,"description":"\\ud800"')),
  invalid('a lone surrogate in a name', raw('"amount":1,"metadata":{"\\udc00":"x"}')),
  invalid('a NUL', raw('"amount":1,"description":"\\u0000"')),
  invalid('a NUL in a name', raw('"amount":1,"metadata":{"a\\u0000":"x"}')),
  invalid('invalid UTF-8', Uint8Array.of(0x22, 0xc3, 0x28, 0x22)),
  invalid('an overlong UTF-8 form', Uint8Array.of(0x22, 0xc0, 0xaf, 0x22)),
  invalid('a byte order mark', `\ufeff${text()}`),
  ...[
    '',
    ' ',
    '{',
    '{"amount":1,}',
    "{'amount':1}",
    '{amount:1}',
    '{} {}',
    '// c\n{}',
    'NaN',
    '[1,]',
    '"\t"',
    '01',
  ].map((body) => invalid(`what is not JSON: ${JSON.stringify(body)}`, body)),
  ...['null', '[]', '7', '"x"', 'true'].map((body) => invalid(`a body of ${body}`, body)),
  invalid('a description of 501 characters', text({ description: 'x'.repeat(501) })),
  invalid(
    '51 pairs of metadata',
    text({ metadata: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`n${n}`, ''])) }),
  ),
  invalid('a metadata key of 41 characters', text({ metadata: { ['k'.repeat(41)]: '' } })),
  invalid('an empty metadata key', text({ metadata: { '': 'x' } })),
  invalid('a metadata value of 501 characters', text({ metadata: { k: 'x'.repeat(501) } })),
  invalid('a metadata value that is a number', text({ metadata: { k: 1 } })),
  invalid('metadata in a list', text({ metadata: ['x'] })),
  invalid('another capture_method', text({ capture_method: 'later' })),
  invalid('a null where a field may be absent', text({ description: null })),
  invalid('a customer_id that is none', text({ customer_id: 'pay_1' })),
  invalid('an empty payment_method', text({ payment_method: '' })),
  card(
    'a card number in the description',
    text({ description: 'his card 4242 4242 4242 4242 12/27' }),
    'description',
  ),
  card('a card number in metadata', text({ metadata: { note: '5555-5555-5555-4444' } }), 'metadata.note'),
  card(
    'a card number in other digits',
    text({ metadata: { a: '', note: '٥٥٥٥ ٥٥٥٥ ٥٥٥٥ ٤٤٤٤' } }),
    'metadata.note',
  ),
  card('a card number as a name in metadata', text({ metadata: { '378282246310005': 'x' } }), 'metadata.…'),
  card('a card number as an amount', text({ amount: 4_242_424_242_424_242 }), 'amount'),
  card('a card number as the payment method', text({ payment_method: '4242424242424242' }), 'payment_method'),
  card('a card number as the body key', text({ idempotency_key: '4242424242424242' }), 'idempotency_key'),
  card('CVV in metadata', text({ metadata: { CVV: '123' } }), 'metadata.CVV'),
  card('the code of a card in metadata', text({ metadata: { card_cvc2: 'x' } }), 'metadata.card_cvc2'),
  card('a field cvc', text({ cvc: '123' }), 'cvc'),
  invalid('a card number in an unknown field', text({ card: { number: '4242424242424242' } })),
  {
    title: 'a card number in the header key',
    status: 422,
    code: 'pan_not_accepted',
    body: JSON.stringify(aPaymentBody()),
    headers: { 'idempotency-key': 'k-4242424242424242' },
    path: 'Idempotency-Key',
  },
  typeCase('no content type', { 'content-type': '' }),
  typeCase('text/plain', { 'content-type': 'text/plain' }),
  typeCase('application/json in UTF-16', { 'content-type': 'application/json; charset=utf-16' }),
  typeCase('two content types', { 'content-type': 'application/json, text/plain' }),
  typeCase('application/jsonp', { 'content-type': 'application/jsonp' }),
  typeCase('a form', { 'content-type': 'application/x-www-form-urlencoded' }),
  typeCase('an unknown encoding', { 'content-encoding': 'br' }),
  typeCase('two encodings', { 'content-encoding': 'gzip, gzip' }),
  { title: 'a body over 256 KiB', status: 413, code: 'body_too_large', body: `"${over}"` },
  {
    title: 'a body over 256 KiB that says it is short',
    status: 413,
    code: 'body_too_large',
    body: `"${over}"`,
    headers: { 'content-length': '10' },
  },
  {
    title: 'a body over 256 KiB in pieces',
    status: 413,
    code: 'body_too_large',
    body: new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024).fill(32)),
    }),
  },
  {
    title: 'a gzip bomb',
    status: 413,
    code: 'body_too_large',
    body: gzipSync(Buffer.alloc(64 * 1024 * 1024, 32)),
    headers: { 'content-encoding': 'gzip' },
  },
  {
    title: 'broken gzip',
    status: 400,
    code: 'invalid_request',
    body: gzipSync(text()).subarray(0, 40),
    headers: { 'content-encoding': 'gzip' },
  },
  {
    title: 'gzip that is none',
    status: 400,
    code: 'invalid_request',
    body: text(),
    headers: { 'content-encoding': 'gzip' },
  },
];

describe('POST /payments refuses', () => {
  it.each(CASES)('$title: $status $code', async ({ status, code, body, headers, path }) => {
    const { app, storage } = await anHttpApp();
    const init = await aRequest({ body: body ?? '', headers: headers ?? {} });
    const response = await app.request('/payments', { ...init, duplex: 'half' } as RequestInit);
    const told = problem.parse(await response.json());
    expect([response.status, told.code]).toEqual([status, code]);
    expect(told.status).toBe(status);
    if (path !== undefined) expect(told.errors?.map((each) => each.path)).toEqual([path]);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(told.request_id).toBe(response.headers.get('x-request-id'));
    // Any digits may stand in an id that was made.
    expect(JSON.stringify({ ...told, request_id: '' })).not.toMatch(/4242|5555|3782|at .*\(|node_modules/);
    expect(await storage.outbox.unsent(1)).toMatchObject({ value: [] });
  });

  it.each([
    ['POST', '/payments?dry_run=true', 'dry_run'],
    ['POST', '/payments/batch?a=1', 'a'],
    ['GET', '/payments/pay_0?expand=all', 'expand'],
  ])('a query parameter that nobody knows: %s %s', async (method, path, name) => {
    const { app } = await anHttpApp();
    const post = method === 'POST' ? { body: text() } : {};
    const response = await app.request(path, await aRequest({ method, ...post }));
    expect(response.status).toBe(400);
    const { code, errors } = problem.parse(await response.json());
    expect({ code, errors }).toEqual({
      code: 'invalid_request',
      errors: [{ path: name, message: 'is not known here' }],
    });
  });

  it('a name that looks like a card number without saying it back', async () => {
    const { app } = await anHttpApp();
    const body = raw('"amount":1,"4242424242424242":1,"4242424242424242":1');
    const response = await app.request('/payments', await aRequest({ body }));
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('4242');
  });
});

describe('POST /payments takes', () => {
  it.each<readonly [string, RequestInit['body'], Record<string, string>]>([
    ['a charset', text(), { 'content-type': 'Application/JSON; charset=UTF-8' }],
    ['gzip', gzipSync(text()), { 'content-encoding': 'gzip' }],
    ['the largest amount', text({ amount: Number.MAX_SAFE_INTEGER }), {}],
    ['an amount of 1', text({ amount: 1 }), {}],
    ['the same key in header and body', text(), { 'idempotency-key': 'k' }],
    ['a key of 255 characters', text({ idempotency_key: '~'.repeat(255) }), {}],
    ['a UUID as key', text({ idempotency_key: '12345678-1234-1234-1234-123456789012' }), {}],
    [
      'numbers that are no cards',
      text({
        idempotency_key: '1767225600123',
        description:
          'IMEI 35-209900-176148-1, snowflake 1795870453456789504, +49 1512 3456 7890, EAN 4006381333931',
        metadata: {
          photo: 'IMG_1767225600007.jpg',
          at: '1767225600014',
          cvc_check: 'pass',
          iban: 'DE89 3704 0044 0532 0130 00',
        },
      }),
      {},
    ],
    ['text in any language', text({ description: 'Größe 👍 日本語', metadata: { ключ: 'значение' } }), {}],
    [
      '50 pairs of metadata',
      text({ metadata: Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`n${n}`, ''])) }),
      {},
    ],
  ])('%s', async (_, body, headers) => {
    const { app } = await anHttpApp();
    const response = await app.request('/payments', await aRequest({ body, headers }));
    expect(response.status).toBe(201);
  });
});
