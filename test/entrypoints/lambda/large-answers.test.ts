import { describe, expect, it } from 'vitest';
import { serveApi } from '../../../src/entrypoints/lambda/api/serve-api.ts';
import { httpEvent, restEvent } from '../../support/gateway.ts';

/** What Lambda takes of a result, as it says itself. */
const MOST = 6_291_556;

const BODIES = { 'content-type': 'application/json', 'x-request-id': 'request-1' };
const ROWS = { ...BODIES, 'content-type': 'text/csv' };

const sizeOf = (result: unknown) => Buffer.byteLength(JSON.stringify(result));

const answering = (body: string, headers: Readonly<Record<string, string>> = BODIES) => ({
  fetch: () => new Response(body, { headers }),
});

/** A list of items of this size each, of which a page has as many as are asked for. */
function list(itemBytes: number) {
  const limits: number[] = [];
  return {
    limits,
    fetch(request: Request) {
      const limit = Number(new URL(request.url).searchParams.get('limit'));
      limits.push(limit);
      const items = Array.from({ length: limit }, () => ({ text: 'x'.repeat(itemBytes) }));
      return Response.json({ items, next_cursor: 'next', has_more: true }, { headers: BODIES });
    },
  };
}

describe.each([
  ['an HTTP API', httpEvent],
  ['a REST API', restEvent],
] as const)('an answer through %s', (_, eventOf) => {
  const asked = (app: Parameters<typeof serveApi>[0], path = '/payments', init: RequestInit = {}) =>
    eventOf(new Request(`https://pay.example${path}`, init)).then((event) => serveApi(app, event));

  it('of as many bytes as Lambda takes is given', async () => {
    const beside = sizeOf(await asked(answering('', ROWS)));
    const result = await asked(answering('x'.repeat(MOST - beside), ROWS));
    expect(result.statusCode).toBe(200);
    expect(sizeOf(result)).toBe(MOST);
  });

  it('of a byte more is a problem that says so, under the id of the request', async () => {
    const beside = sizeOf(await asked(answering('', ROWS)));
    const result = await asked(answering('x'.repeat(MOST - beside + 1), ROWS));
    expect(result.statusCode).toBe(500);
    expect(JSON.parse(result.body)).toMatchObject({ code: 'answer_too_large', request_id: 'request-1' });
    expect(JSON.stringify(result)).toContain('application/problem+json');
  });

  it('is measured as Lambda measures it, with what JSON and base64 make of its bytes', async () => {
    for (const [body, type] of [
      ['"'.repeat(3_200_000), 'text/csv'],
      ['x'.repeat(4_800_000), 'application/gzip'],
    ] as const)
      expect((await asked(answering(body, { ...BODIES, 'content-type': type }))).statusCode).toBe(500);
  });

  it('of a page that is too large is a page of as many items as fit, from the same place', async () => {
    const pages = list(200_000);
    const result = await asked(pages, '/payments?cursor=here&limit=100');
    expect(result.statusCode).toBe(200);
    const { items, next_cursor } = JSON.parse(result.body);
    expect([items.length, next_cursor, pages.limits]).toEqual([25, 'next', [100, 50, 25]]);
  });

  it('of a page whose one item is too large is a problem', async () => {
    expect((await asked(list(MOST), '/payments?limit=2')).statusCode).toBe(500);
  });

  it('to anything but a GET is never asked for twice', async () => {
    const pages = list(200_000);
    const result = await asked(pages, '/payments?limit=100', { method: 'POST', body: '{}' });
    expect([result.statusCode, pages.limits]).toEqual([500, [100]]);
  });

  it('that does not end is read no further than it could be sent', async () => {
    let read = 0;
    let isCanceled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        read += 1_000_000;
        controller.enqueue(new Uint8Array(1_000_000));
      },
      cancel: () => void (isCanceled = true),
    });
    const result = await asked({ fetch: () => new Response(endless, { headers: BODIES }) });
    expect(result.statusCode).toBe(500);
    expect([isCanceled, read < 30_000_000]).toEqual([true, true]);
  });
});
