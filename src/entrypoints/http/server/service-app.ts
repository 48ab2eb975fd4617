import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import type { Handler } from 'hono';
import { cors } from 'hono/cors';
import type { Logger } from 'pino';
import type { PlatformMetrics } from './metrics.ts';
import { type HttpEnv, observed, refuse } from './request-context.ts';

export type ServiceAppParts = Readonly<{
  metrics: PlatformMetrics;
  log: Logger;
  /** Origins whose pages may call; empty: none. */
  corsOrigins: readonly string[];
  newRequestId: () => string;
}>;

/** A route as it is documented, and what serves it. */
export type ServedRoute = readonly [RouteConfig, Handler<HttpEnv>];

/**
 * An app without routes: every request gets an id and a log line, every failure is a problem, a throw included. `mount`
 * documents and serves the routes of one path, and tells other methods which these are.
 */
export function serviceApp(parts: ServiceAppParts) {
  const app = new OpenAPIHono<HttpEnv>();
  app.use(observed(parts));
  if (parts.corsOrigins.length > 0) app.use(crossOrigin(parts.corsOrigins));
  app.onError((fault, c) => {
    c.set('defect', fault);
    return refuse(c, { kind: 'Defect' });
  });
  app.notFound((c) => refuse(c, { kind: 'RouteNotFound' }));
  return { app, mount, refuseOtherMethods };

  function mount(...routes: readonly ServedRoute[]): void {
    const path = (routes[0]?.[0].path ?? '').replaceAll(/\{(\w+)\}/g, ':$1');
    for (const [route, handler] of routes) {
      app.openAPIRegistry.registerPath(route);
      app.on(route.method.toUpperCase(), path, (c, next) => {
        c.set('route', route.path);
        return handler(c, next);
      });
    }
    refuseOtherMethods(
      path,
      routes.map(([{ method }]) => method.toUpperCase()),
    );
  }

  function refuseOtherMethods(path: string, methods: readonly string[]): void {
    const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
    app.all(path, (c) =>
      c.req.method === 'OPTIONS'
        ? new Response(null, { status: 204, headers: { Allow: allow } })
        : refuse(c, { kind: 'MethodNotAllowed' }, { Allow: allow }),
    );
  }
}

const crossOrigin = (origins: readonly string[]) =>
  cors({
    origin: (origin) => (origins.includes(origin) ? origin : null),
    allowMethods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id'],
    exposeHeaders: ['Content-Disposition', 'Idempotency-Replayed', 'Location', 'Retry-After', 'X-Request-Id'],
    maxAge: 600,
  });
