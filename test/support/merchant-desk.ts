import { anHttpApp, aPaymentBody, aToken } from './http-app.ts';

export const CANARY = 'sk_live_canary_4f1d';

export const aMerchantBody = (rest: Readonly<Record<string, unknown>> = {}) => ({
  id: 'merchant-new',
  name: 'Café Zürich',
  email: 'owner@example.com',
  ...rest,
});

const adminToken = () => aToken({ permissions: ['admin'], merchant_id: undefined });
export const tokenOf = (merchant_id: string, permissions: readonly string[] = ['payments']) =>
  aToken({ merchant_id, permissions });

/** The app, with requests of an admin unless `token` says otherwise. */
export async function aDesk() {
  const { app, storage, lines } = await anHttpApp();
  const admin = await adminToken();
  const ask = async (
    method: string,
    path: string,
    { body, token = admin, headers = {} }: { body?: unknown; token?: string; headers?: object } = {},
  ) => {
    const response = await app.request(path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json: unknown = text === '' ? undefined : JSON.parse(text);
    return { response, status: response.status, text, json: json as Record<string, unknown> };
  };
  return { app, storage, lines, ask };
}

export const pay = (key: string, rest: Readonly<Record<string, unknown>> = {}) =>
  aPaymentBody({ idempotency_key: key, ...rest });
