import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refusedByCard, silenced } from './behaviour.ts';
import { type Books, openBooks } from './books.ts';
import { stripeDescription } from './description.ts';
import { type Endpoint, endpointOf, expander } from './endpoints.ts';
import { openScript, refusalOf, type Script, SERVER_ERROR } from './faults.ts';
import { type Params, parseForm } from './form.ts';
import { openIdempotencyKeys } from './idempotency.ts';
import { type Reply, refuseEarly } from './replies.ts';

/** What a test needs of the double beside its URL. */
export type StripeDouble = Readonly<{
  url: string;
  /** The version of the API that it speaks; requests name it. */
  version: string;
  /** The platform's own books, or those of a connected account. */
  books(account?: string): Books;
  script: Script;
  /** Sends the answers that were scripted as `late`. */
  release(): void;
  /** Prunes idempotency keys, as Stripe may after a day. */
  forgetKeys(): void;
  /** What the double said that Stripe's description does not allow; a test expects none. */
  undescribed(): readonly string[];
  /** Every request, in order, as it came. */
  requests(): readonly SentRequest[];
  close(): Promise<void>;
}>;

/** The only key that it takes; `sk_test_expired` is one that it took once. */
export const DOUBLE_KEY = 'sk_test_double';

/** A connected account whose every charge is declined. */
export const DECLINING_ACCOUNT = 'acct_double_declining';

export type SentRequest = Readonly<{ method: string; path: string; body: string }>;

type Wire = Readonly<{ request: IncomingMessage; response: ServerResponse; body: string }>;

/** Stripe as far as a processor needs it, on loopback, with state, idempotency keys and scripted faults. */
export async function startStripeDouble(
  now: () => number = () => Math.floor(Date.now() / 1_000),
): Promise<StripeDouble> {
  const description = stripeDescription();
  const script = openScript();
  const undescribed: string[] = [];
  const requests: SentRequest[] = [];
  const accounts = new Map<
    string,
    Readonly<{ books: Books; keys: ReturnType<typeof openIdempotencyKeys> }>
  >();
  let late: (() => void)[] = [];
  let ids = 0;
  const newId = (prefix: string) => `${prefix}_double_${String((ids += 1)).padStart(6, '0')}`;
  const account = (name: string) => {
    const opened = accounts.get(name) ?? {
      books: openBooks(now, newId, description.version, {
        name,
        declines: name === DECLINING_ACCOUNT,
      }),
      keys: openIdempotencyKeys(),
    };
    accounts.set(name, opened);
    return opened;
  };

  const send = ({ response }: Wire, { status, body, headers }: Reply, schema: string) => {
    const fault = faultsOf(status === 200 ? schema : 'error', body);
    if (fault !== undefined) undescribed.push(fault);
    response
      .writeHead(status, { 'content-type': 'application/json', 'request-id': newId('req'), ...headers })
      .end(JSON.stringify(body));
  };
  const faultsOf = (schema: string, body: Reply['body']): string | undefined => {
    if (!schema.startsWith('list:')) return description.faultsOf(schema, body);
    const faults = (body['data'] as readonly unknown[]).map((each) =>
      description.faultsOf(schema.slice('list:'.length), each),
    );
    return faults.find((fault) => fault !== undefined);
  };

  async function take(wire: Wire): Promise<void> {
    const { request, body } = wire;
    const { pathname, search } = new URL(request.url ?? '', 'http://double');
    const method = request.method ?? '';
    requests.push({ method, path: request.url ?? '', body });
    const found = endpointOf(method, pathname);
    const params = parseForm(method === 'GET' ? search : body);
    const refused =
      notAllowed(request, description.version) ?? unknown(found?.endpoint, method, pathname, params);
    if (refused !== undefined || found === undefined)
      return send(wire, refused ?? notThere(method, pathname), 'error');
    const { endpoint, id } = found;
    const { books, keys } = account(String(request.headers['stripe-account'] ?? ''));
    const key = method === 'POST' ? (request.headers['idempotency-key'] as string | undefined) : undefined;
    const fault = script.take(`${method} ${endpoint.path}`);
    const perform = (): Reply => {
      const refusal = fault && refusalOf(fault, key);
      if (refusal !== undefined) return refusal;
      const call = {
        books,
        booksOf: (name: string) => account(name).books,
        params,
        id,
        expanded: expander(books, params),
      };
      const isSilenced = silenced(endpoint, call);
      const right = refusedByCard(endpoint, call) ?? endpoint.run(call);
      if (fault?.kind === 'error' || isSilenced) return SERVER_ERROR;
      return fault?.kind === 'wrong' && right.status === 200
        ? { ...right, body: fault.body(right.body) }
        : right;
    };
    const asked = JSON.stringify([method, pathname, params]);
    const once = async (): Promise<Reply> => {
      const known = key === undefined ? undefined : keys.begin(key, asked);
      if (known !== undefined) return known;
      // Another request under the same key comes while this one is under way.
      await new Promise((soon) => setImmediate(soon));
      const reply = perform();
      if (fault?.kind === 'late') await new Promise<void>((released) => late.push(released));
      if (key !== undefined) keys.keep(key, asked, reply);
      return reply;
    };
    if (fault !== undefined && 'when' in fault && fault.when === 'before' && fault.kind !== 'error')
      return fault.kind === 'reset' ? void request.socket.destroy() : undefined;
    const reply = await once();
    if (fault?.kind === 'doubled') await once();
    if (fault?.kind === 'reset') request.socket.destroy();
    else if (fault?.kind !== 'never') send(wire, reply, endpoint.answers);
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      take({ request, response, body: Buffer.concat(chunks).toString() }).catch((fault: unknown) => {
        undescribed.push(String(fault));
        response.destroy();
      });
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    version: description.version,
    books: (name = '') => account(name).books,
    script,
    release() {
      const sending = late;
      late = [];
      for (const each of sending) each();
    },
    forgetKeys() {
      for (const { keys } of accounts.values()) keys.forget();
    },
    undescribed: () => undescribed,
    requests: () => requests,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

const notThere = (method: string, path: string): Reply =>
  refuseEarly(404, `Unrecognized request URL (${method}: ${path}).`);

/** Stripe's refusals of a request whatever it asks: its key, its version, its account. */
function notAllowed({ headers }: IncomingMessage, version: string): Reply | undefined {
  const key = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  if (key === 'sk_test_expired')
    return refuseEarly(401, 'Expired API Key provided.', { code: 'api_key_expired' });
  if (key !== DOUBLE_KEY) return refuseEarly(401, 'Invalid API Key provided.');
  if (headers['stripe-version'] !== version)
    return refuseEarly(400, `The double speaks ${version}, not ${String(headers['stripe-version'])}.`);
  const account = headers['stripe-account'];
  if (account !== undefined && !String(account).startsWith('acct_double'))
    return refuseEarly(403, `The provided key does not have access to account '${String(account)}'.`, {
      code: 'account_invalid',
    });
  return undefined;
}

/** A parameter that the endpoint does not take, by Stripe's description. */
function unknown(
  endpoint: Endpoint | undefined,
  method: string,
  path: string,
  params: Params,
): Reply | undefined {
  const names = endpoint && stripeDescription().parameters(method, endpoint.path);
  if (names === undefined) return notThere(method, path);
  const stranger = Object.keys(params).find((name) => !names.has(name));
  return stranger === undefined
    ? undefined
    : refuseEarly(400, `Received unknown parameter: ${stranger}`, {
        code: 'parameter_unknown',
        param: stranger,
      });
}
