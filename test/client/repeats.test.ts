import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createClient, PaywrightNoAnswer, PaywrightProblem } from '../../client/src/client.ts';
import { retryAfterOf } from '../../client/src/retry-after.ts';

type Reply = () => Response | Promise<Response>;

const healthy: Reply = () => Response.json({ status: 'ok' });
const refused =
  (status: number, headers: Record<string, string> = {}, body: object = {}): Reply =>
  () =>
    Response.json(body, { status, headers });
const never = () => new Promise<Response>(() => {});
/** As `fetch` does, which ends with its signal. */
const hanging = (request: Request): Promise<Response> =>
  new Promise((_, reject) => {
    request.signal.addEventListener('abort', () => reject(request.signal.reason));
  });

/** From here on time passes only as the test says. */
function stopTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

/** Why a call failed, once it has. */
function endOf(call: Promise<unknown>): () => unknown {
  let end: unknown;
  call.catch((fault: unknown) => {
    end = fault;
  });
  return () => end;
}

/** A client of a server that gives these answers in turn, and the requests that it saw. */
function aClientOf(replies: readonly Reply[], options: object = {}) {
  const seen: Request[] = [];
  const left = [...replies];
  const fetch = async (request: Request) => {
    seen.push(request);
    const reply = left.shift() ?? healthy;
    return reply === never ? hanging(request) : reply();
  };
  return { client: createClient({ baseUrl: 'https://pay.test', fetch, backoffMs: 1, ...options }), seen };
}

describe('what is sent again', () => {
  it('has time without end where it is given that', async () => {
    const late = () => new Promise<Response>((resolve) => setTimeout(() => resolve(Response.json({})), 20));
    const limits = { timeoutMs: Number.POSITIVE_INFINITY, attemptTimeoutMs: Number.POSITIVE_INFINITY };
    const { client, seen } = aClientOf([late], limits);
    expect((await client.GET('/healthz')).data).toEqual({});
    expect(seen).toHaveLength(1);
  });

  it.each([429, 500, 502, 503, 504])('is a read that was answered %i', async (status) => {
    const { client, seen } = aClientOf([refused(status), refused(status)]);
    expect((await client.GET('/healthz')).data).toEqual({ status: 'ok' });
    expect(seen).toHaveLength(3);
  });

  it('says each time which merchant it is for, and a call may say another', async () => {
    const { client, seen } = aClientOf([refused(503)], { merchant: 'merchant-1' });
    await client.GET('/payments');
    await client.POST('/payments', { body: { amount: 1, currency: 'USD', payment_method: 'card' } });
    await client.GET('/payments', { params: { header: { 'Paywright-Merchant': 'merchant-2' } } });
    expect(seen.map(({ headers }) => headers.get('paywright-merchant'))).toEqual([
      'merchant-1',
      'merchant-1',
      'merchant-1',
      'merchant-2',
    ]);
    const plain = aClientOf([]);
    await plain.client.GET('/payments');
    expect(plain.seen[0]?.headers.has('paywright-merchant')).toBe(false);
  });

  it.each([400, 401, 402, 403, 404, 409, 412, 422, 501])(
    'is no request that was answered %i',
    async (status) => {
      const { client, seen } = aClientOf([refused(status, {}, { code: 'changed_meanwhile' })]);
      await expect(client.GET('/healthz')).rejects.toMatchObject({ status, code: 'changed_meanwhile' });
      expect(seen).toHaveLength(1);
    },
  );

  it('is a POST whose first request is under way', async () => {
    const underWay = refused(409, { 'retry-after': '0' }, { code: 'idempotency_in_flight' });
    const { client, seen } = aClientOf([underWay, underWay, () => Response.json({ id: 'exp_1' })]);
    await client.POST('/exports', { body: { kind: 'payments', format: 'csv' } });
    expect(new Set(seen.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(1);
    expect(seen).toHaveLength(3);
  });

  it('is given up after so many attempts, with the last answer', async () => {
    const { client, seen } = aClientOf(
      Array.from({ length: 9 }, () => refused(503, {}, { code: 'busy' })),
      {
        retries: 2,
      },
    );
    await expect(client.GET('/healthz')).rejects.toMatchObject({ status: 503, code: 'busy' });
    expect(seen).toHaveLength(3);
  });

  it('has the token of that moment', async () => {
    let asked = 0;
    const { client, seen } = aClientOf([refused(503)], { getToken: async () => `token-${asked++}` });
    await client.GET('/healthz');
    expect(seen.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer token-0',
      'Bearer token-1',
    ]);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  it.each([
    ['2', 2],
    ['Sun, 01 Mar 2026 12:00:05 GMT', 5],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['-1', undefined],
    ['', undefined],
  ])('is read: %j', (text, seconds) => {
    expect(retryAfterOf(new Headers({ 'retry-after': text }), now)).toBe(seconds);
  });

  it('is waited for', async () => {
    stopTime();
    const { client, seen } = aClientOf([refused(429, { 'retry-after': '3' })]);
    const call = client.GET('/healthz');
    await vi.advanceTimersByTimeAsync(2_999);
    expect(seen).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2);
    await call;
    expect(seen).toHaveLength(2);
  });

  it('is left to the caller where it is longer than a call may take', async () => {
    stopTime();
    const { client, seen } = aClientOf([refused(429, { 'retry-after': '3600' })]);
    const ended = endOf(client.GET('/healthz'));
    await vi.advanceTimersByTimeAsync(1);
    expect(ended()).toMatchObject({ status: 429, retryAfter: 3_600 });
    expect(seen).toHaveLength(1);
  });

  it('is left to the caller where it is longer than the caller waits, and waited for up to that', async () => {
    stopTime();
    const { client, seen } = aClientOf(
      [refused(503, { 'retry-after': '2' }), refused(503, { 'retry-after': '3' })],
      { longestWaitMs: 2_000 },
    );
    const ended = endOf(client.GET('/healthz'));
    await vi.advanceTimersByTimeAsync(1_999);
    expect(seen).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2);
    expect(seen).toHaveLength(2);
    expect(ended()).toMatchObject({ status: 503, retryAfter: 3 });
  });
});

describe('a call', () => {
  it('goes on after an attempt that hangs', async () => {
    const { client, seen } = aClientOf([never], { attemptTimeoutMs: 20 });
    await client.GET('/healthz');
    expect(seen.length).toBeGreaterThan(1);
  });

  it('goes on after an attempt whose fetch does not hear that its time is over', async () => {
    const deaf = () => new Promise<Response>(() => {});
    const { client, seen } = aClientOf([deaf], { attemptTimeoutMs: 20 });
    await client.GET('/healthz');
    expect(seen.length).toBeGreaterThan(1);
  });

  it('ends when its time is over, also in an attempt that hangs', async () => {
    const { client } = aClientOf(
      Array.from({ length: 9 }, () => never),
      { timeoutMs: 30 },
    );
    const fault = await client.GET('/healthz').catch((each: unknown) => each);
    expect(fault).toBeInstanceOf(PaywrightNoAnswer);
    expect((fault as Error).cause).toMatchObject({ name: 'TimeoutError' });
  });

  it('ends when its time is over, also in a wait, with the last answer', async () => {
    const { client, seen } = aClientOf([refused(503, { 'retry-after': '5' })], { timeoutMs: 5_010 });
    const stop = AbortSignal.timeout(20);
    await expect(client.GET('/healthz', { signal: stop })).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(seen).toHaveLength(1);
    const short = aClientOf([refused(503), refused(503)], { timeoutMs: 30, backoffMs: 1e9 });
    await expect(short.client.GET('/healthz')).rejects.toBeInstanceOf(PaywrightProblem);
  });

  it.each([
    ['in an attempt', [never]],
    ['in a wait', [refused(503, { 'retry-after': '30' })]],
  ])('ends with its signal, %s', async (_, replies) => {
    stopTime();
    const { client, seen } = aClientOf(replies);
    const stop = new AbortController();
    const body = { kind: 'payments', format: 'csv' } as const;
    const ended = endOf(client.POST('/exports', { body, signal: stop.signal }));
    await vi.advanceTimersByTimeAsync(20);
    expect(ended()).toBeUndefined();
    stop.abort(new Error('the page was left'));
    await vi.advanceTimersByTimeAsync(1);
    expect(ended()).toMatchObject({ message: 'the page was left' });
    expect(seen).toHaveLength(1);
  });
});

describe('what is no success', () => {
  it('is a problem with what the server says of it', async () => {
    const problem = {
      type: '/docs/problems/card_declined',
      title: 'Declined',
      status: 402,
      detail: 'The card was declined.',
      code: 'card_declined',
      request_id: 'req-1',
      payment_id: 'pay_1',
    };
    const { client } = aClientOf([refused(402, {}, problem)]);
    const body = { amount: 1, currency: 'USD', payment_method: 'card' } as const;
    const fault = await client.POST('/payments', { body }).catch((each: unknown) => each);
    expect(fault).toBeInstanceOf(PaywrightProblem);
    expect(fault).toMatchObject({
      name: 'PaywrightProblem',
      message: 'The card was declined.',
      title: 'Declined',
      status: 402,
      code: 'card_declined',
      requestId: 'req-1',
      paymentId: 'pay_1',
      errors: [],
      retryAfter: undefined,
      idempotencyKey: expect.stringMatching(/^key_/),
    });
  });

  it('is a problem too where a proxy answers', async () => {
    const { client } = aClientOf([() => new Response('<h1>Bad Gateway</h1>', { status: 502 })], {
      retries: 0,
    });
    await expect(client.GET('/healthz')).rejects.toMatchObject({ status: 502, code: 'unexpected_answer' });
  });

  it('is a number that JavaScript does not hold, and no text that looks like one', async () => {
    const answer = (text: string) => () =>
      new Response(text, { headers: { 'content-type': 'application/json' } });
    const { client } = aClientOf([
      answer('{"amount": 9007199254740993}'),
      answer('{"amount": 9007199254740993}'),
      answer('{"amount": 9007199254740991, "note": "9007199254740993"}'),
    ]);
    await expect(client.GET('/balance')).rejects.toMatchObject({ name: 'PaywrightInexactNumber' });
    const { data } = await client.GET('/balance', { parseAs: 'text' });
    expect(data).toBe('{"amount": 9007199254740993}');
    expect((await client.GET('/balance')).data).toMatchObject({ amount: 9_007_199_254_740_991 });
  });
});
