import type { Context, MiddlewareHandler } from 'hono';
import type { Logger } from 'pino';
import type { Actor, Origin } from '../../../domain/kernel/actor.ts';
import type { MerchantId } from '../../../domain/kernel/ids.ts';
import { type JsonObject, jsonText } from '../../../domain/kernel/json.ts';
import { findsPan } from '../../../domain/kernel/pan.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { Resolver } from '../../../domain/kernel/second-person.ts';
import type { Principal } from './authenticate.ts';
import type { ClientAddress } from './client-address.ts';
import type { ServiceMetrics } from './measurements.ts';
import { PROBLEM_TYPE } from './problem.ts';
import { REQUEST_PROBLEMS } from './request-problems.ts';
import { currentRequest } from './request-scope.ts';

/** What a server knows of the connection; absent where there is none, as in tests. */
type Connection = Readonly<{
  incoming?: Readonly<{ socket?: Readonly<{ remoteAddress?: string }> }>;
  outgoing?: Readonly<{ destroy(): unknown }>;
}>;

export type HttpEnv = {
  Bindings: Connection;
  Variables: {
    requestId: string;
    /** Where the request comes from; undefined where there is no connection. */
    clientAddress: string | undefined;
    /** The pattern that matched, such as `/payments/{id}`. */
    route: string;
    principal: Principal;
    /** The merchant that an administrator chose; undefined where the token names it. */
    actsFor: MerchantId | undefined;
    /** Of the problem that was answered. */
    code: string;
    /** What the log says beside the code. */
    cause: unknown;
    defect: unknown;
  };
};

export type HttpContext = Context<HttpEnv>;

/** It is stored and logged, so it must not be a card number either. */
const isRequestId = (text: string): boolean => /^[A-Za-z0-9_-]{1,64}$/.test(text) && !findsPan(text);

/** What logs and metrics say, as those of proxies do, of an answer that has no client any more: no fault of the server is in it. */
const HUNG_UP = 499;

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Names the request, times it, and writes its one log line: what is listed here and nothing else. */
export const observed =
  (
    parts: Readonly<{
      log: Logger;
      metrics: ServiceMetrics;
      clientAddress: ClientAddress;
      newRequestId: () => string;
    }>,
  ): MiddlewareHandler<HttpEnv> =>
  async (c, next) => {
    const started = performance.now();
    const given = c.req.header('x-request-id');
    c.set('requestId', given !== undefined && isRequestId(given) ? given : parts.newRequestId());
    const peer = c.env?.incoming?.socket?.remoteAddress;
    c.set('clientAddress', parts.clientAddress(peer, c.req.header('x-forwarded-for')));
    c.set('route', 'unmatched');
    const request = currentRequest();
    if (request !== undefined) request.id = c.var.requestId;
    parts.metrics.inFlight.inc();
    try {
      await next();
    } finally {
      parts.metrics.inFlight.dec();
    }
    const { headers } = c.res;
    headers.set('X-Request-Id', c.var.requestId);
    headers.set('X-Content-Type-Options', 'nosniff');
    if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
    const ms = performance.now() - started;
    const { route, code, principal, clientAddress, cause, defect } = c.var;
    const status = code === REQUEST_PROBLEMS.ClientLeft.code ? HUNG_UP : c.res.status;
    const method = METHODS.has(c.req.method) ? c.req.method : 'other';
    parts.metrics.requests.observe({ method, route, status: String(status) }, ms / 1_000);
    parts.log[status >= 500 ? 'error' : 'info']({
      method,
      route,
      status,
      duration_ms: Math.round(ms * 1_000) / 1_000,
      request_id: c.var.requestId,
      ...(principal?.merchantId === undefined ? {} : { merchant_id: principal.merchantId }),
      ...present({ client_address: clientAddress, code, cause, defect }),
    });
  };

export const answerJson = (
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Response => new Response(body, { status, headers: { 'Content-Type': 'application/json', ...headers } });

/** A page of a list, each item as its record has it; `beside` is what this list says more. */
export const answerPage = <Item>(
  { items, nextCursor }: Readonly<{ items: readonly Item[]; nextCursor?: string }>,
  recordOf: (item: Item) => JsonObject,
  beside: JsonObject = {},
): Response =>
  answerJson(
    200,
    jsonText({
      items: items.map(recordOf),
      next_cursor: nextCursor ?? null,
      has_more: nextCursor !== undefined,
      ...beside,
    }),
  );

/** An answer as it was kept: status and bytes as they were, and whether they have been given before. */
export const respondStored = (
  { status, body }: Readonly<{ status: number; body: string }>,
  replayed: boolean,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  answerJson(status, body, {
    ...(status >= 400 ? { 'Content-Type': PROBLEM_TYPE } : {}),
    ...headers,
    ...(replayed ? { 'Idempotency-Replayed': 'true' } : {}),
  });

/**
 * Ends a body that began and cannot be ended as it should: where there is a connection it is closed without the end, so that
 * what has arrived cannot pass for the whole, and the stream is canceled from there.
 */
export function cut({ env }: HttpContext, controller: ReadableStreamDefaultController): void {
  if (env?.outgoing === undefined) controller.error(new Error('the response was cut off'));
  else env.outgoing.destroy();
}

const LONGEST_USER_AGENT = 256;

/** Who acts, with every claim of the token that says who that is. */
export const resolverOf = (c: HttpContext): Resolver => ({
  id: c.var.principal.subject,
  identities: c.var.principal.identities,
});

/**
 * Who sent a request and from where, for the audit trail: what an administrator does for a merchant that they chose is theirs.
 */
export function originOf(
  c: HttpContext,
  type: Actor['type'] = c.var.actsFor === undefined ? 'user' : 'admin',
): Origin {
  const { clientAddress: ipAddress } = c.var;
  const userAgent = c.req
    .header('user-agent')
    ?.replace(/[^\x20-\x7e]/g, '')
    .slice(0, LONGEST_USER_AGENT);
  return {
    actor: { id: c.var.principal.subject, type },
    requestId: c.var.requestId,
    ...present({ ipAddress }),
    ...(userAgent === undefined || userAgent === '' || findsPan(userAgent) ? {} : { userAgent }),
  };
}
