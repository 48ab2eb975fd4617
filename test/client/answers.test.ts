import { describe, expect, it } from 'vitest';
import { createClient, type PaywrightProblem, problemOf } from '../../client/src/client.ts';

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

  it.each([
    ['204', new Response(null, { status: 204 })],
    ['200 without a body', new Response(null)],
    ['200 of length 0', new Response('', { headers: { 'content-length': '0' } })],
  ])('that is none is none to it: %s', async (_, answer) => {
    const read: string[] = [];
    const parse = (text: string) => read.push(text);
    const { data } = await aClientOf([answer], { parseJson: parse }).GET('/balance');
    expect(data).toBeUndefined();
    expect(read).toEqual([]);
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
