import { expect } from 'vitest';
import type { ForeignRequest } from './foreign-requests.ts';
import type { Client } from './http-client.ts';

let requestsSent = 0;

/** B asks for what is A's and for what does not exist, and the responses are the same; gives the first. */
export async function expectNoDifference(b: Client, request: ForeignRequest) {
  const { asks, key, value, stranger, operation } = request;
  const ask = async (given: string) => {
    const [method, path, body] = asks(given);
    requestsSent += 1;
    const sent = key ? `foreign-${requestsSent}` : undefined;
    const response = await b.call(method.toUpperCase(), path, underNewKeys(body), sent);
    const text = (await response.text()).replaceAll(given, 'IT');
    return { status: response.status, text: text.replaceAll(/"request_id":"[^"]*"/g, '') };
  };
  const theirs = await ask(value);
  expect({ operation, ...theirs }).toEqual({ operation, ...(await ask(stranger)) });
  return theirs;
}

/** The items of a batch, each with a key of its own. */
const underNewKeys = (body: object | undefined): object | undefined =>
  body === undefined || !('payments' in body)
    ? body
    : {
        payments: (body.payments as object[]).map((each, index) => ({
          ...each,
          idempotency_key: `foreign-${requestsSent}-${index}`,
        })),
      };
