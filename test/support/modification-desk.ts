import { expect } from 'vitest';
import { present } from '../../src/domain/kernel/present.ts';
import { payment, paymentWithTransactions } from '../../src/entrypoints/http/payments/payment-schemas.ts';
import { problem } from '../../src/entrypoints/http/server/problem.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { anHttpApp, aPaymentBody, aToken } from './http-app.ts';

/** What a token must grant to take, move and give back money. */
export const PERMISSIONS = ['payments', 'refunds'];

/** What a request has beside its path. */
export type Asking = Readonly<{
  body?: string | Uint8Array<ArrayBuffer>;
  key?: string;
  token?: string;
  headers?: Readonly<Record<string, string>>;
}>;

let keys = 0;

/** The app with requests of `merchant-1` that grant all that payments need, unless `token` says otherwise. */
export async function aDesk(storage?: Storage, parts: Parameters<typeof anHttpApp>[0] = {}) {
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

/** Status and code of a response that is a problem. */
export const problemIn = async (response: Response) => {
  const { status, code } = problem.parse(await response.json());
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(status).toBe(response.status);
  return [status, code];
};
