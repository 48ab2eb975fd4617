import { describe, expect, it } from 'vitest';
import {
  createClient,
  PaywrightNoAnswer,
  type PaywrightProblem,
  problemOf,
} from '../../client/src/client.ts';

const json = (body: string, headers: Record<string, string> = {}) =>
  new Response(body, { headers: { 'content-type': 'application/json', ...headers } });
const refused = (status: number, code: string) => Response.json({ code, title: 'Refused' }, { status });

/** A client of a server that gives these answers in turn. */
function aClientOf(answers: readonly Response[], options: object = {}) {
  const left = [...answers];
  const fetch = async () => left.shift() ?? json('{}');
  return createClient({ baseUrl: 'https://pay.test', fetch, retries: 0, ...options });
}

const WHOLE = '{"items":[{"amount":90071992547409931}]}';
const exactly = (_: string, value: unknown, { source = '' }: Readonly<{ source?: string }> = {}) =>
  typeof value === 'number' ? BigInt(source) : value;
const PAYMENT = { amount: 1999, currency: 'USD', payment_method: 'card' } as const;
const KEYED = { params: { header: { 'Idempotency-Key': 'order-1' } } };
/** A body of which half comes. */
const brokenOff = (before = () => {}) =>
  new ReadableStream({
    pull: (controller) => {
      before();
      controller.error(new TypeError('terminated'));
    },
  });
const parseJson = (text: string): unknown => JSON.parse(text, exactly);

describe('an answer in JSON', () => {
  it.each([
    ['says how long it is', { 'content-length': `${WHOLE.length}` }],
    ['comes in pieces', {}],
    ['is longer than was sent of it', { 'content-length': '5', 'content-encoding': 'gzip' }],
  ])('is read by the function that is given for it, where it %s', async (_, headers) => {
    const { data, response } = await aClientOf([json(WHOLE, headers)], { parseJson }).GET('/ledger/entries');
    expect(data).toEqual({ items: [{ amount: 90_071_992_547_409_931n }] });
    expect(response.status).toBe(200);
  });

  it('is read by it page after page', async () => {
    const pages = [
      json('{"items":[{"amount":90071992547409931}],"next_cursor":"more"}'),
      json('{"items":[{"amount":90071992547409932}],"next_cursor":null}'),
    ];
    const amounts: unknown[] = [];
    for await (const { amount } of aClientOf(pages, { parseJson }).items('/ledger/entries'))
      amounts.push(amount);
    expect(amounts).toEqual([90_071_992_547_409_931n, 90_071_992_547_409_932n]);
  });

  it('is not read by it where the caller asks for the text', async () => {
    const { data } = await aClientOf([json(WHOLE)], { parseJson }).GET('/balance', { parseAs: 'text' });
    expect(data).toBe(WHOLE);
  });

  it('that is none by its status is none to it', async () => {
    const read: string[] = [];
    const parse = (text: string) => read.push(text);
    const { data } = await aClientOf([new Response(null, { status: 204 })], { parseJson: parse }).GET(
      '/balance',
    );
    expect(data).toBeUndefined();
    expect(read).toEqual([]);
  });

  it.each([
    ['without a body', () => new Response(null)],
    ['of length 0', () => new Response('', { headers: { 'content-length': '0' } })],
    [
      'that is a page',
      () => new Response('<html>Log in</html>', { headers: { 'content-type': 'text/html' } }),
    ],
    ['of half a JSON', () => json('{"id":"pay_1","amo')],
    ['of a body that breaks off', () => new Response(brokenOff())],
  ])(
    'that is a success %s says no more than silence: it rejects with the key of the request',
    async (_, answer) => {
      const asked = aClientOf([answer()]).POST('/payments', { body: PAYMENT, ...KEYED });
      const fault = await asked.catch((each: unknown) => each);
      expect(fault).toBeInstanceOf(PaywrightNoAnswer);
      expect(fault).toMatchObject({ attempts: 1, idempotencyKey: 'order-1' });
    },
  );

  it('says of how many attempts none had an answer that can be read', async () => {
    const client = aClientOf([refused(503, 'overloaded'), new Response(null)], { retries: 1, backoffMs: 1 });
    await expect(client.POST('/payments', { body: PAYMENT, ...KEYED })).rejects.toMatchObject({
      name: 'PaywrightNoAnswer',
      attempts: 2,
    });
  });

  it('that the function refuses rejects with its own reason', async () => {
    const refusing = () => {
      throw new RangeError('too large');
    };
    await expect(aClientOf([json('{}')], { parseJson: refusing }).GET('/balance')).rejects.toThrow(
      RangeError,
    );
  });

  it('that breaks off as its caller leaves rejects with the reason of the caller', async () => {
    const left = new AbortController();
    const answer = new Response(brokenOff(() => left.abort(new Error('left'))));
    const asked = aClientOf([answer]).GET('/balance', { signal: left.signal });
    await expect(asked).rejects.toThrow('left');
  });
});

describe('an answer of 401', () => {
  const heard = () => {
    const codes: string[] = [];
    return { codes, onUnauthorized: ({ code }: PaywrightProblem) => void codes.push(code) };
  };

  it('is told of before its call rejects, and no other answer is', async () => {
    const { codes, onUnauthorized } = heard();
    const answers = [refused(403, 'permission_missing'), json('{}'), refused(401, 'unauthenticated')];
    const client = aClientOf(answers, { onUnauthorized });
    await expect(client.GET('/balance')).rejects.toMatchObject({ status: 403 });
    await client.GET('/balance');
    expect(codes).toEqual([]);
    const told = client.GET('/balance').catch(() => [...codes]);
    expect(await told).toEqual(['unauthenticated']);
  });

  it('is told of where it ends a stream of events', async () => {
    const { codes, onUnauthorized } = heard();
    const { events } = aClientOf([refused(401, 'unauthenticated')], { onUnauthorized });
    const stream = events({ after: 'evt_1' });
    await expect(stream.next()).rejects.toMatchObject({ status: 401 });
    expect(codes).toEqual(['unauthenticated']);
  });
});

describe('an answer that another asked for', () => {
  it('is the same problem as one of the client', async () => {
    const problem = await problemOf(refused(401, 'unauthenticated'));
    expect(problem).toMatchObject({ name: 'PaywrightProblem', status: 401, title: 'Refused' });
    expect(problem.idempotencyKey).toBeUndefined();
  });
});
