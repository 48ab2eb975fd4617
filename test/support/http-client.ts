import { type Agent, request as httpRequest } from 'node:http';
import { present } from '../../src/domain/kernel/present.ts';
import { MERCHANT_PERMISSIONS } from '../../src/entrypoints/cli/tokens.ts';
import { aToken } from './http-app.ts';

/** Brings a request to the platform: into the app itself, or over a socket. */
export type Send = (path: string, init: RequestInit) => Response | Promise<Response>;

/** A client that holds a token, `permissions` being all that a merchant may have unless they are given; an administrator’s may choose a merchant. */
export async function aClient(
  send: Send,
  merchant_id: string | undefined,
  permissions: readonly string[] = MERCHANT_PERMISSIONS,
  chosen?: string,
) {
  const identity = {
    authorization: `Bearer ${await aToken({ merchant_id, permissions })}`,
    ...present({ 'paywright-merchant': chosen }),
  };
  const call = async (method: string, path: string, body?: object, key?: string): Promise<Response> =>
    send(path, {
      method,
      headers: {
        ...identity,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...present({ 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    call,
    get: (path: string) => call('GET', path),
    post: (path: string, body: object, key?: string) => call('POST', path, body, key),
    patch: (path: string, body: object) => call('PATCH', path, body),
    postFile: async (path: string, text: string) =>
      send(path, { method: 'POST', headers: { ...identity, 'content-type': 'text/csv' }, body: text }),
  };
}

export type Client = Awaited<ReturnType<typeof aClient>>;

export const jsonOf = async (client: Client, path: string): Promise<unknown> =>
  (await client.get(path)).json();

type Schema<T> = Readonly<{ parse: (value: unknown) => T }>;

/** Every row of a list, page by page; a row that comes twice, or a page that leads nowhere, is a fault. */
export async function allPages<Row extends Readonly<{ id: string }>>(
  client: Client,
  path: string,
  page: Schema<Readonly<{ items: readonly Row[]; next_cursor: string | null }>>,
): Promise<readonly Row[]> {
  const rows = new Map<string, Row>();
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = `${path.includes('?') ? '&' : '?'}limit=100${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const response = await client.get(`${path}${query}`);
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${text}`);
    const { items, next_cursor } = page.parse(JSON.parse(text));
    for (const row of items) {
      if (rows.has(row.id)) throw new Error(`${path} lists ${row.id} twice`);
      rows.set(row.id, row);
    }
    cursor = next_cursor;
  }
  return [...rows.values()];
}

/** Sends over sockets of the agent, which keeps them open. */
export const overSockets =
  (url: string, agent: Agent): Send =>
  (path, { method = 'GET', headers, body }) =>
    new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        `${url}${path}`,
        { method, agent, headers: headers as Record<string, string> },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const responded = Object.entries(incoming.headers).filter(
              (pair): pair is [string, string] => typeof pair[1] === 'string',
            );
            resolve(
              new Response(Buffer.concat(chunks), { status: incoming.statusCode ?? 0, headers: responded }),
            );
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
