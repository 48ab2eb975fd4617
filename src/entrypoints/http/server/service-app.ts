import { Hono } from 'hono';
import { cors } from 'hono/cors';
import type { Logger } from 'pino';
import type { ClientAddress } from './client-address.ts';
import type { ServiceMetrics } from './measurements.ts';
import { problemTable } from './problem-table.ts';
import { type HttpContext, type HttpEnv, observed } from './request-context.ts';
import type { Resource } from './route.ts';

export type ServiceAppParts = Readonly<{
  metrics: ServiceMetrics;
  log: Logger;
  /** Origins whose pages may call; empty: none. */
  corsOrigins: readonly string[];
  clientAddress: ClientAddress;
  newRequestId: () => string;
}>;

type ServiceFailure = Readonly<{ kind: 'RouteNotFound' }> | Readonly<{ kind: 'MethodNotAllowed' }>;

const RouteNotFound = {
  status: 404,
  code: 'route_not_found',
  title: 'There is no such route',
  detail: 'The routes are listed in /openapi.json.',
};

const problems = problemTable<ServiceFailure>({
  RouteNotFound,
  MethodNotAllowed: {
    status: 405,
    code: 'method_not_allowed',
    title: 'The route does not take this method',
    detail: 'The header `Allow` lists the methods it takes.',
  },
});

const { refuse } = problems;

export const refuseRoute = (c: HttpContext): Response => refuse(c, { kind: 'RouteNotFound' });

/** The problem of a path that nothing serves, where a route is not served. */
export const NO_ROUTE = { RouteNotFound };

/** Every problem of a service, whichever resources it has. */
export const SERVICE_PROBLEMS = Object.values(problems.rows);

/** Picks routes, by method in lower case and path with its parameters in braces. */
export type RouteFilter = (route: Readonly<{ method: string; path: string }>) => boolean;

/**
 * A service that serves these resources and nothing else: every request gets an id and a log line, every failure is a
 * problem, a throw included, and every other method of a path is answered with those there are. Of a part of the service,
 * `serves` picks the routes; the others' methods are listed still, as another part has them.
 */
export function serviceApp<Parts extends ServiceAppParts>(
  parts: Parts,
  resources: readonly Resource<Parts>[],
  serves: RouteFilter = () => true,
): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  app.use(observed(parts));
  if (parts.corsOrigins.length > 0) app.use(crossOrigin(parts.corsOrigins));
  app.onError((fault, c) => {
    c.set('defect', fault);
    return refuse(c, { kind: 'Defect' });
  });
  app.notFound(refuseRoute);
  const routes = resources.flatMap((resource) => resource.routes);
  for (const [path, served] of byPath(routes)) {
    const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1');
    for (const { described, handler } of served.filter((route) => serves(route.described))) {
      const serve = handler(parts);
      app.on(described.method.toUpperCase(), pattern, (c, next) => {
        c.set('route', path);
        return serve(c, next);
      });
    }
    const methods = served.map(({ described }) => described.method.toUpperCase());
    refuseOtherMethods(app, pattern, methods);
  }
  return app;
}

/** Any method but these is answered with 405 and `Allow`, at this path. */
export function refuseOtherMethods(app: Hono<HttpEnv>, path: string, methods: readonly string[]): void {
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  app.all(path, (c) =>
    c.req.method === 'OPTIONS'
      ? new Response(null, { status: 204, headers: { Allow: allow } })
      : refuse(c, { kind: 'MethodNotAllowed' }, { Allow: allow }),
  );
}

type Served<Parts> = Resource<Parts>['routes'][number];

/** All routes of one path together, and fixed paths before the patterns that would match them too. */
function byPath<Parts>(routes: readonly Served<Parts>[]): readonly (readonly [string, Served<Parts>[]])[] {
  const paths = new Map<string, Served<Parts>[]>();
  for (const route of routes)
    paths.set(route.described.path, [...(paths.get(route.described.path) ?? []), route]);
  const parameters = (path: string) => path.split('{').length;
  return [...paths].sort(([a], [b]) => parameters(a) - parameters(b));
}

const crossOrigin = (origins: readonly string[]) =>
  cors({
    origin: (origin) => (origins.includes(origin) ? origin : null),
    allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-Match',
      'If-None-Match',
      'If-Range',
      'Last-Event-ID',
      'Paywright-Merchant',
      'Range',
      'X-Request-Id',
    ],
    exposeHeaders: [
      'Accept-Ranges',
      'Content-Disposition',
      'Content-Range',
      'ETag',
      'Idempotency-Replayed',
      'Location',
      'Retry-After',
      'X-Request-Id',
    ],
    maxAge: 600,
  });
