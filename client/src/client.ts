import createOpenApiClient, { type Client } from 'openapi-fetch';
import type { paths } from './api.ts';
import { type EventOptions, type StreamedEvent, streamed } from './events.ts';
import { parseSafe } from './inexact.ts';
import { type ItemOf, items, type ListInit, type ListPath, type PageOf, pages } from './pages.ts';
import { type PaywrightProblem, problemOf } from './problem.ts';
import { type ParseJson, readBy } from './read-by.ts';
import { type GetToken, keyOf, type SenderSettings, sender } from './sender.ts';
import { type Payment, type UntilFinalOptions, untilFinal } from './until-final.ts';

export type { StreamedEvent } from './events.ts';
export { newIdempotencyKey } from './idempotency-key.ts';
export { PaywrightInexactNumber, PaywrightNoAnswer, PaywrightProblem, problemOf } from './problem.ts';
export type { ProblemCode } from './problem-codes.ts';
export { PaywrightUnsettled } from './until-final.ts';

/** Times are in milliseconds. */
export type ClientOptions = Readonly<{
  /** Where paywright answers, such as `https://pay.example.com`; in a browser also a path of the page's own server. */
  baseUrl: string;
  /** A bearer token that does not change. Neither this nor `getToken`: requests go out without one, as with a cookie. */
  token?: string;
  /** Asked before each attempt. */
  getToken?: GetToken;
  /** Whose requests they are, where the token is an administrator's and names no merchant. */
  merchant?: string;
  /** In place of the global one. */
  fetch?: (request: Request) => Promise<Response>;
  /**
   * Reads answers in JSON, in place of `JSON.parse` and the refusal of what it would round. One that makes `bigint` of such numbers gives
   * them where types say `number`.
   */
  parseJson?: ParseJson;
  /** Called with each 401 before its call rejects: a session has ended, or a token is not taken any more. */
  onUnauthorized?: (problem: PaywrightProblem) => void;
  /** How long a call may take, with all its attempts and the waits between: 60 s. */
  timeoutMs?: number;
  /** How long one attempt may take before it counts as lost: 20 s. */
  attemptTimeoutMs?: number;
  /** Attempts after the first: 4. */
  retries?: number;
  /** The first wait is at most so long, and each doubles that bound: 250 ms. */
  backoffMs?: number;
  /** The longest wait that a server may ask for by `Retry-After`; what asks for more is the caller's answer. As long as a call may take. */
  longestWaitMs?: number;
}>;

/** The methods of `openapi-fetch` for every path of the document, and what goes beyond one request. */
export type PaywrightClient = Client<paths> &
  Readonly<{
    /** Asks for a payment until it has ended: a 202 is one that has not yet. */
    untilFinal: (paymentId: string, options?: UntilFinalOptions) => Promise<Payment>;
    /** The pages of a list, each asked for when the one before was used. */
    pages: <Path extends ListPath>(path: Path, init?: ListInit<Path>) => AsyncGenerator<PageOf<Path>>;
    /** What all pages of a list hold, one after the other. */
    items: <Path extends ListPath>(path: Path, init?: ListInit<Path>) => AsyncGenerator<ItemOf<Path>>;
    /** Events as they happen, over interruptions too, until `signal` aborts. */
    events: (options?: EventOptions) => AsyncGenerator<StreamedEvent>;
  }>;

/**
 * A client. Each call resolves with an answer of success, and rejects with `PaywrightProblem` for any other answer, `PaywrightNoAnswer` where
 * there was none that can be read, or the reason of the call's `signal`. A POST has an idempotency key whether it is given one or not,
 * and is repeated under it alone.
 */
export function createClient(options: ClientOptions): PaywrightClient {
  const settings = settingsOf(options);
  const { baseUrl, parseJson = parseSafe, onUnauthorized } = options;
  const send = sender(settings);
  const refusal = async (response: Response, key?: string) => {
    const problem = await problemOf(response, key);
    if (problem.status === 401) onUnauthorized?.(problem);
    return problem;
  };
  const client = createOpenApiClient<paths>({ baseUrl, fetch: send });
  client.use({
    onResponse: async ({ request, response, options: { parseAs } }) => {
      if (response.status === 304) return undefined;
      if (!response.ok) throw await refusal(response, keyOf(request));
      return parseAs === 'json' ? readBy(parseJson, request, response) : undefined;
    },
  });
  const newest = async (signal: AbortSignal) =>
    (await dataOf(client.GET('/events', { params: { query: { limit: 1 } }, signal }))).items[0]?.id;
  return Object.assign(client, {
    untilFinal: (paymentId: string, until?: UntilFinalOptions) => untilFinal(client, paymentId, until),
    pages: <Path extends ListPath>(path: Path, init?: ListInit<Path>) => pages(client, path, init),
    items: <Path extends ListPath>(path: Path, init?: ListInit<Path>) => items(client, path, init),
    events: (eventOptions?: EventOptions) =>
      streamed({ baseUrl, send, refusal, backoffMs: settings.backoffMs, newest }, eventOptions),
  });
}

/** What a call answered: `const payment = await dataOf(client.POST('/payments', …))`. */
export async function dataOf<Data>(call: Promise<Readonly<{ data?: Data }>>): Promise<NonNullable<Data>> {
  const { data } = await call;
  if (data === undefined || data === null) throw new TypeError('The answer has no content');
  return data;
}

function settingsOf({ token, getToken, ...rest }: ClientOptions): SenderSettings {
  const timeoutMs = rest.timeoutMs ?? 60_000;
  return {
    fetch: rest.fetch ?? ((request) => globalThis.fetch(request)),
    getToken: getToken ?? (token === undefined ? undefined : () => token),
    merchant: rest.merchant,
    timeoutMs,
    attemptTimeoutMs: rest.attemptTimeoutMs ?? 20_000,
    retries: rest.retries ?? 4,
    backoffMs: rest.backoffMs ?? 250,
    longestWaitMs: rest.longestWaitMs ?? timeoutMs,
  };
}
