import { jittered, type Limit, limited, pause, unlessAborted } from './backoff.ts';
import { hasKeyInBody, keyFor } from './idempotency-key.ts';
import { PaywrightNoAnswer } from './problem.ts';
import { retryAfterOf } from './retry-after.ts';

/** Called for each attempt, so that a token that was renewed meanwhile is the one that is sent. */
export type GetToken = () => string | Promise<string>;

export type SenderSettings = Readonly<{
  fetch: (request: Request) => Promise<Response>;
  getToken: GetToken | undefined;
  /** Said with every request that does not say one itself. */
  merchant: string | undefined;
  /** Of a call with all its attempts and waits. */
  timeoutMs: number;
  /** Of one attempt. */
  attemptTimeoutMs: number;
  /** Attempts after the first. */
  retries: number;
  backoffMs: number;
  /** Of waits that servers ask for. */
  longestWaitMs: number;
}>;

export type Sender = (request: Request) => Promise<Response>;

/**
 * Sends a request until its answer is there, whole: after silence, half an answer, 429, 500, 502, 503, 504 or a first request under way
 * (409), it is sent again under the same idempotency key. What changes something and has no key is sent once.
 */
export const sender =
  (settings: SenderSettings): Sender =>
  async (request) => {
    const order = await orderOf(request);
    const whole = limited(settings.timeoutMs, request.signal);
    const fault = (attempts: number, cause: unknown) =>
      request.signal.aborted ? request.signal.reason : new PaywrightNoAnswer(attempts, order.key, cause);
    try {
      for (let attempt = 0; ; attempt++) {
        ATTEMPTS.set(request, attempt + 1);
        const isLast = !order.repeatable || attempt >= settings.retries;
        const outcome = await attempted(settings, order, whole).catch((cause: unknown) => ({ cause }));
        if ('cause' in outcome) {
          if (isLast || whole.signal.aborted) throw fault(attempt + 1, outcome.cause);
          await pause(jittered(attempt, settings.backoffMs), whole.signal).catch((cause: unknown) => {
            throw fault(attempt + 1, cause);
          });
          continue;
        }
        const wait = isLast ? undefined : await waitFor(outcome, attempt, settings);
        if (wait === undefined) return outcome;
        // What is asked for is longer than this call may take: its caller knows better what to do until then.
        const paused = await pause(wait, whole.signal).then(
          () => true,
          () => false,
        );
        if (request.signal.aborted) throw request.signal.reason;
        if (!paused) return outcome;
      }
    } finally {
      whole.release();
    }
  };

/** The key that a request was sent under, whether its caller gave one or not. */
export const keyOf = (request: Request): string | undefined => KEYS.get(request);

const KEYS = new WeakMap<Request, string>();

/** How often a request was sent. */
export const attemptsOf = (request: Request): number => ATTEMPTS.get(request) ?? 1;

const ATTEMPTS = new WeakMap<Request, number>();

/** A request and what is the same in all its attempts. */
type Order = Readonly<{
  request: Request;
  headers: Headers;
  key: string | undefined;
  body: ArrayBuffer | undefined;
  repeatable: boolean;
}>;

async function orderOf(request: Request): Promise<Order> {
  if (isRead(request))
    return { request, headers: request.headers, key: undefined, body: undefined, repeatable: true };
  // Read once: the body of a request can be sent only once.
  const body = request.method === 'POST' ? await request.clone().arrayBuffer() : undefined;
  const text = isJson(request.headers) && body !== undefined ? new TextDecoder().decode(body) : undefined;
  const key = keyFor(request, text);
  const headers = new Headers(request.headers);
  if (key !== undefined) {
    KEYS.set(request, key);
    if (!hasKeyInBody(text)) headers.set('idempotency-key', key);
  }
  return { request, headers, key, body, repeatable: key !== undefined };
}

const isRead = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD';

const MERCHANT = 'paywright-merchant';

/** The answer to one attempt, in its time whatever `fetch` does. */
async function attempted(settings: SenderSettings, order: Order, whole: Limit): Promise<Response> {
  const limit = limited(settings.attemptTimeoutMs, whole.signal);
  try {
    return await unlessAborted(answered(settings, order, limit.signal), limit.signal);
  } finally {
    limit.release();
  }
}

/** An answer in JSON is read to its end, so that half an answer is none. */
async function answered(
  { fetch, getToken, merchant }: SenderSettings,
  { request, headers: given, body }: Order,
  signal: AbortSignal,
): Promise<Response> {
  const headers = new Headers(given);
  if (getToken !== undefined) headers.set('authorization', `Bearer ${await getToken()}`);
  if (merchant !== undefined && !headers.has(MERCHANT)) headers.set(MERCHANT, merchant);
  const sent = body === undefined ? request.clone() : request;
  const response = await fetch(
    new Request(sent, {
      headers,
      signal,
      // A POST that is redirected becomes a GET, whose answer would pass for that of the POST.
      ...(isRead(request) ? {} : { redirect: 'manual' as const }),
      ...(body === undefined || body.byteLength === 0 ? {} : { body }),
    }),
  );
  if (!isJson(response.headers)) return response;
  const { status, statusText } = response;
  const bytes = await response.arrayBuffer();
  return new Response(isBodiless(status) ? null : bytes, { status, statusText, headers: response.headers });
}

const isJson = (headers: Headers): boolean =>
  /^application\/(?:[\w.-]+\+)?json\b/.test(headers.get('content-type') ?? '');

const isBodiless = (status: number): boolean => status === 204 || status === 304;

const PASSING = new Set([429, 500, 502, 503, 504]);

/** How long to wait before the next attempt, in ms; absent where the answer stands, or asks for a longer time than is waited. */
async function waitFor(
  response: Response,
  attempt: number,
  { backoffMs, timeoutMs, longestWaitMs }: SenderSettings,
): Promise<number | undefined> {
  if (!PASSING.has(response.status) && !(await isUnderWay(response))) return undefined;
  const asked = retryAfterOf(response.headers);
  const jitter = jittered(attempt, backoffMs);
  if (asked === undefined) return jitter;
  return asked * 1_000 > Math.min(timeoutMs, longestWaitMs) ? undefined : asked * 1_000 + jitter;
}

/** The first request under this key has no answer yet; any other 409 is an answer. */
async function isUnderWay(response: Response): Promise<boolean> {
  if (response.status !== 409 || !isJson(response.headers)) return false;
  return (await response.clone().text()).includes('"idempotency_in_flight"');
}
