import { err, errAsync, ok, okAsync, type Result, ResultAsync } from 'neverthrow';
import type { AttemptError } from '../../domain/webhooks/delivery.ts';
import type {
  WebhookRequest,
  WebhookResponse,
  WebhookSender,
  WebhookUnanswered,
  WebhookUrlRefused,
} from '../../ports/webhook-sender.ts';
import { isLoopbackAddress, isPublicAddress } from './addresses.ts';
import { connections, exchange, type Failed, type StoredResponse } from './exchange.ts';
import { names } from './names.ts';
import { readTarget, type Target } from './targets.ts';

export type SenderSettings = Readonly<{
  /** For development: `http:` to this very host, and to no other. */
  allowLoopbackHttp: boolean;
  /** For all of an attempt, from the name's resolution to the answer's last byte. */
  timeoutMs?: number;
  /** `address:port` of the name servers to ask instead of the system's. */
  nameServers?: readonly string[];
  /** Certificates to trust instead of the well-known ones. */
  trust?: string;
  /** Which addresses count as public. */
  mayReach?: (address: string) => boolean;
}>;

const TIMEOUT_MS = 30_000;
/** Of those a name has, tried one after the other until one can be reached. */
const MOST_ADDRESSES = 3;

/**
 * Sends over HTTP/1.1. A name is resolved for each attempt, every address of both families is checked, and the connection
 * goes to one of those that were: what the name resolves to a moment later has no effect.
 */
export function httpWebhookSender(settings: SenderSettings): WebhookSender {
  const { allowLoopbackHttp, timeoutMs = TIMEOUT_MS, nameServers, trust } = settings;
  const { mayReach = isPublicAddress } = settings;
  const agents = connections(trust);
  const resolver = names(nameServers);
  const closing = new AbortController();
  const underWay = new Set<AbortController>();
  const cutOff = () => {
    for (const ending of underWay) ending.abort();
  };

  return {
    accepts: (text) =>
      readTarget(text, allowLoopbackHttp).asyncAndThen((target) =>
        ResultAsync.fromSafePromise(resolver.addressesOf(target.hostname)).andThen((addresses) =>
          isRefused(target, addresses)
            ? errAsync<string, WebhookUrlRefused>({ kind: 'WebhookUrlRefused', reason: 'address' })
            : okAsync<string, WebhookUrlRefused>(target.url.href),
        ),
      ),
    send: (request) => new ResultAsync(send(request)),
    cutOff,
    close() {
      closing.abort();
      cutOff();
      resolver.close();
      for (const { http, https } of [agents.kept, agents.fresh]) {
        http.destroy();
        https.destroy();
      }
    },
  };

  async function send(request: WebhookRequest): Promise<Result<WebhookResponse, WebhookUnanswered>> {
    const start = performance.now();
    const ending = new AbortController();
    const end = () => ending.abort();
    const timer = setTimeout(end, timeoutMs);
    underWay.add(ending);
    if (closing.signal.aborted) end();
    const result = await attempt(request, ending.signal);
    clearTimeout(timer);
    underWay.delete(ending);
    const durationMs = Math.round(performance.now() - start);
    return result
      .map((answer) => ({ ...answer, durationMs }))
      .mapErr((error) => ({ kind: 'WebhookUnanswered', error, durationMs }));
  }

  async function attempt(
    request: WebhookRequest,
    signal: AbortSignal,
  ): Promise<Result<StoredResponse, AttemptError>> {
    const read = readTarget(request.url, allowLoopbackHttp);
    if (read.isErr()) return err(read.error.reason === 'address' ? 'address_refused' : 'url_refused');
    const target = read.value;
    const addresses = await unlessAborted(resolver.addressesOf(target.hostname), signal);
    if (addresses === undefined) return err('timeout');
    if (isRefused(target, addresses)) return err('address_refused');
    let failed: Failed | undefined;
    for (const address of addresses.slice(0, MOST_ADDRESSES)) {
      const result = await exchangeWith(address, target, request, signal);
      if (result.isOk()) return ok(result.value);
      failed = result.error;
      if (failed.reached) break;
    }
    return err(failed?.error ?? 'name_not_found');
  }

  /** A kept connection that the other side had closed is replaced once. */
  async function exchangeWith(
    address: string,
    { url, hostname }: Target,
    { headers, body }: WebhookRequest,
    signal: AbortSignal,
  ): Promise<Result<StoredResponse, Failed>> {
    const order = { url, hostname, address, headers, body, signal, agents };
    const result = await exchange(order);
    return result.isErr() && result.error.stale ? exchange(order, true) : result;
  }

  /** One address that may not be reached makes the name suspect as a whole. */
  function isRefused({ isLocal }: Target, addresses: readonly string[]): boolean {
    return !addresses.every(isLocal ? isLoopbackAddress : mayReach);
  }
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  const aborted = Promise.withResolvers<undefined>();
  const end = () => aborted.resolve(undefined);
  signal.addEventListener('abort', end);
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}
