import { gzipSync } from 'node:zlib';
import { type CorpusGroup, get, post, request } from '../corpus-request.ts';
import { card, long, PAN } from './bodies.ts';

/** The order with one field spelled as no printer of JSON would. */
const spelled = (field: string, text: string): string =>
  JSON.stringify(card({ [field]: '#' })).replace('"#"', text);
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const pairs = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, each) => [`k${each}`, 'v']));
const gzip = { 'content-encoding': 'gzip' };

const amounts = {
  'of nothing': '0',
  'of less than nothing': '-1',
  'of half a cent': '12.5',
  'of minus zero': '-0',
  'in words': '"1250"',
  'of null': 'null',
  'beyond what a number holds': '9007199254740993',
  'beyond all numbers': '1e400',
  'in a list': '[1250]',
};

const bodies = {
  'is not JSON': '{"amount": 1250',
  'is empty': '',
  'is a list': '[]',
  'is null': 'null',
  'is text': '"order"',
  'says nothing': '{}',
  'has a name twice': '{"amount": 1, "amount": 2}',
  'has a name of JavaScript': '{"metadata": {"__proto__": "x"}}',
  'holds a NUL': '{"description": "\\u0000"}',
  'holds half a character': '{"description": "\\ud83d"}',
  'is nested deeply': nested(40),
  'has many names': `{${Array.from({ length: 20_001 }, (_, each) => `"k${each}":1`).join(',')}}`,
  'is not UTF-8': Buffer.from([0x22, 0xff, 0x22]),
  'begins with a byte order mark': Buffer.from('\ufeff{}'),
  'has many faults': JSON.stringify(pairs(25)),
  'has a name that is long': JSON.stringify({ [long(300)]: 1 }),
  'has a card number for a name': JSON.stringify(card({ metadata: { [PAN]: 'x' } })),
};

const fields = {
  'a currency in lower case': card({ currency: 'usd' }),
  'a currency of the past': card({ currency: 'DEM' }),
  'no currency': card({ currency: undefined }),
  'a blank method': card({ payment_method: '' }),
  'a method of 65 characters': card({ payment_method: long(65) }),
  'another customer than ids name': card({ customer_id: 'ada' }),
  'a description of 501 characters': card({ description: long(501) }),
  '51 pairs of metadata': card({ metadata: pairs(51) }),
  'metadata in metadata': card({ metadata: { a: { b: 'c' } } }),
  'a key of metadata of 41 characters': card({ metadata: { [long(41)]: 'x' } }),
  'an unknown way to capture': card({ capture_method: 'later' }),
  'an unknown field': card({ merchant_id: 'merchant-2' }),
  'a card number': card({ description: `pay with ${PAN}` }),
  'a security code': card({ metadata: { CVV: '123' } }),
};

const types = {
  'no type': '',
  'plain text': 'text/plain',
  'another charset': 'application/json; charset=utf-16',
  'a type of its own': 'application/vnd.api+json',
};

const named = <Value>(values: Readonly<Record<string, Value>>) => Object.entries(values);

/** Bodies that no payment can come of, and how a body may arrive. */
export const refusedPayments: CorpusGroup = {
  as: 'merchant',
  requests: [
    ...named(amounts).map(([what, text]) =>
      post(`a payment ${what}`, '/payments', spelled('amount', text), { key: 'k' }),
    ),
    ...named(bodies).map(([what, body]) => post(`a body that ${what}`, '/payments', body, { key: 'k' })),
    ...named(fields).map(([what, body]) => post(`a payment with ${what}`, '/payments', body, { key: 'k' })),
    ...named(types).map(([what, type]) =>
      post(`a body of ${what}`, '/payments', card(), { key: 'k', headers: { 'content-type': type } }),
    ),
    post('a card number as the key', '/payments', card(), { key: PAN.replaceAll(' ', '') }),
    post('a card number as a bad key', '/payments', card(), { key: PAN }),
    post('a body packed by brotli', '/payments', card(), { key: 'k', headers: { 'content-encoding': 'br' } }),
    post('a body that says gzip and is not', '/payments', card(), { key: 'k', headers: gzip }),
    post('a body cut short', '/payments', gzipSync(JSON.stringify(card())).subarray(0, 30), {
      key: 'k',
      headers: gzip,
    }),
    post('a bomb', '/payments', gzipSync(Buffer.alloc(1_000_000, 0x20)), { key: 'k', headers: gzip }),
    post('a body of more than 256 KiB', '/payments', `"${long(262_144)}"`, { key: 'k' }),
    post('a parameter where none is known', '/payments?dry_run=true&dry_run=false', card(), { key: 'k' }),
    post('a bare question mark', '/payments?', card(), { key: 'question' }),
    post('a body packed by gzip', '/payments', gzipSync(JSON.stringify(card())), {
      key: 'packed',
      headers: gzip,
    }),
    post('JSON in UTF-8 that says so', '/payments', card({ amount: 3 }), {
      key: 'utf-8',
      headers: { 'content-type': 'Application/JSON; charset="UTF-8"' },
    }),
    post('numbers spelled otherwise', '/payments', spelled('amount', '1.25e3'), { key: 'spelled' }),
    request('POST', 'no body at all', '/payments', { key: 'k' }),
    get('nothing but what was taken', '/payments?include=total'),
  ],
};
