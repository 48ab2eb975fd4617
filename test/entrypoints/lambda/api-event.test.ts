import { describe, expect, it } from 'vitest';
import { apiEvent } from '../../../src/entrypoints/lambda/api/api-event.ts';
import { apiResult } from '../../../src/entrypoints/lambda/api/api-result.ts';
import { serveApi } from '../../../src/entrypoints/lambda/api/serve-api.ts';
import { httpEvent, restEvent } from '../../support/gateway.ts';

const FORMS = [
  ['an HTTP API', httpEvent],
  ['a REST API', restEvent],
] as const;

const sent = (url = 'https://pay.example/payments', init: RequestInit = {}) => new Request(url, init);

describe.each(FORMS)('a request that %s hands over', (_, eventOf) => {
  it('keeps its method, its path and every value of its query', async () => {
    const { request } = apiEvent(
      await eventOf(sent('https://pay.example/pay%2Fments/caf%C3%A9?a=1&a=%26+b&c=%C3%A9')),
    );
    expect(request.method).toBe('GET');
    const { pathname, searchParams } = new URL(request.url);
    expect(pathname).toBe('/pay%2Fments/caf%C3%A9');
    expect([...searchParams]).toEqual([
      ['a', '1'],
      ['a', '& b'],
      ['c', 'é'],
    ]);
  });

  it('keeps the bytes of its body, text or not', async () => {
    for (const body of ['{"name":"Zürich"}', Uint8Array.of(0, 255, 128, 10)]) {
      const { request } = apiEvent(await eventOf(sent(undefined, { method: 'POST', body })));
      expect(Buffer.from(await request.arrayBuffer())).toEqual(Buffer.from(body as Uint8Array));
    }
  });

  it('keeps its headers, all cookies in one', async () => {
    const headers = new Headers([
      ['x-one', '1'],
      ['cookie', 'a=1; b=2'],
    ]);
    const { request } = apiEvent(await eventOf(sent(undefined, { headers })));
    expect(request.headers.get('x-one')).toBe('1');
    expect(request.headers.get('cookie')).toBe('a=1; b=2');
  });

  it('comes from the address of the connection to the gateway, whatever its headers say', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.1' };
    expect(apiEvent(await eventOf(sent(undefined, { headers }))).sourceIp).toBe('203.0.113.7');
  });

  it('has no body when it is a GET', async () => {
    const event = { ...(await eventOf(sent())), body: 'ignored' };
    expect(await apiEvent(event).request.text()).toBe('');
  });
});

describe('an answer', () => {
  it('lists cookies apart, as each form of gateway takes them', async () => {
    const response = () => {
      const headers = new Headers({ 'content-type': 'text/plain' });
      headers.append('set-cookie', 'a=1');
      headers.append('set-cookie', 'b=2');
      return new Response('x', { headers });
    };
    expect(await apiResult(response(), 'http-v2')).toMatchObject({ cookies: ['a=1', 'b=2'] });
    expect(await apiResult(response(), 'rest-v1')).toMatchObject({
      multiValueHeaders: { 'content-type': ['text/plain'], 'set-cookie': ['a=1', 'b=2'] },
    });
  });

  it('is in base64 when its bytes are no text', async () => {
    const bytes = Uint8Array.of(31, 139, 8, 0);
    const response = (type: string) => new Response(bytes, { headers: { 'content-type': type } });
    for (const type of ['application/gzip', 'text/csv'])
      expect(await apiResult(response(type), 'http-v2')).toMatchObject({
        body: 'H4sIAA==',
        isBase64Encoded: true,
      });
  });

  it('of text keeps a byte order mark', async () => {
    const csv = new Response(Buffer.from('\uFEFFa,b'), { headers: { 'content-type': 'text/csv' } });
    expect(await apiResult(csv, 'http-v2')).toMatchObject({ body: '\uFEFFa,b', isBase64Encoded: false });
  });
});

describe('an API of its own', () => {
  const app = {
    fetch: (request: Request) =>
      new Response(new URL(request.url).pathname, { headers: { location: '/approvals/payments/1' } }),
  };

  it('has the paths of the service without the mount, and is answered with such', async () => {
    const { body, headers } = await serveApi(app, await httpEvent(sent()), '/approvals');
    expect(body).toBe('/approvals/payments');
    expect(headers?.['location']).toBe('/payments/1');
  });

  it('has them with the mount too', async () => {
    const event = await httpEvent(sent('https://pay.example/approvals/payments'));
    const { body, headers } = await serveApi(app, event, '/approvals');
    expect(body).toBe('/approvals/payments');
    expect(headers?.['location']).toBe('/approvals/payments/1');
  });
});

describe('an event that is no request', () => {
  it('of a load balancer is refused by that name', () => {
    const event = { httpMethod: 'GET', path: '/', requestContext: { elb: { targetGroupArn: 'arn' } } };
    expect(() => apiEvent(event)).toThrow(/Application Load Balancer/);
  });

  it.each([undefined, null, {}, 'text', { Records: [] }, { version: '2.0' }, { httpMethod: 'GET' }])(
    'such as %j is an error',
    (event) => {
      expect(() => apiEvent(event)).toThrow(/no request of API Gateway/);
    },
  );

  it('loses the name of its stage, and only that', async () => {
    const event = await httpEvent(sent('https://pay.example/prod/payments/prod/x'));
    const context = { ...event.requestContext, stage: 'prod' };
    expect(new URL(apiEvent({ ...event, requestContext: context }).request.url).pathname).toBe(
      '/payments/prod/x',
    );
  });
});
