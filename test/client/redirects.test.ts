import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createClient, dataOf } from '../../client/src/client.ts';

const PAYMENT = { amount: 1999, currency: 'USD', payment_method: 'card' } as const;
const LIST = { items: [], next_cursor: null, has_more: false };

/** A proxy that sends whoever asks for `/payments` elsewhere, where there is a list, and the requests that it saw. */
async function aProxy(status: number) {
  const seen: string[] = [];
  const server = createServer(({ method, url }, response) => {
    seen.push(`${method} ${url}`);
    if (url?.startsWith('/payments') === true) return response.writeHead(status, { location: '/list' }).end();
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(LIST));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const client = createClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  return { client, seen };
}

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    'of a payment by %i is a problem, and no other answer',
    async (status) => {
      const { client, seen } = await aProxy(status);
      const params = { header: { 'Idempotency-Key': 'order-1' } };
      await expect(client.POST('/payments', { body: PAYMENT, params })).rejects.toMatchObject({
        name: 'PaywrightProblem',
        status,
        code: 'unexpected_answer',
        idempotencyKey: 'order-1',
      });
      expect(seen).toEqual(['POST /payments']);
    },
  );

  it('of a read is followed', async () => {
    const { client, seen } = await aProxy(302);
    expect(await dataOf(client.GET('/payments'))).toEqual(LIST);
    expect(seen).toEqual(['GET /payments', 'GET /list']);
  });
});
