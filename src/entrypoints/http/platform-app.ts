import type { Hono } from 'hono';
import { mountDocs } from './operation/docs.ts';
import { documentOf } from './operation/openapi-document.ts';
import { mountSimulatedCustomers, type SimulatedCustomers } from './payments/simulated-customers.ts';
import { PLATFORM, type PlatformParts } from './platform-resources.ts';
import { ACCESS_PROBLEMS } from './server/authorization.ts';
import type { HttpEnv } from './server/request-context.ts';
import type { Resource } from './server/route.ts';
import { SERVICE_PROBLEMS, serviceApp } from './server/service-app.ts';

export type PlatformAppParts = PlatformParts &
  Readonly<{
    /** What another service serves beside this one: it is in the same document. */
    besides?: readonly Resource<never>[];
    /** For the simulator's page; in development alone. */
    simulatedCustomers?: SimulatedCustomers;
  }>;

/**
 * The platform over HTTP, as a fetch handler that any server can run. A request gets its id, then its route, then its
 * principal, then its body read; the first of these that fails decides the answer, and every failure is a problem.
 */
export function platformApp({ besides = [], simulatedCustomers, ...parts }: PlatformAppParts): Hono<HttpEnv> {
  const app = serviceApp<PlatformParts>(parts, PLATFORM);
  const documented: readonly Resource<never>[] = [...PLATFORM, ...besides];
  if (simulatedCustomers !== undefined) mountSimulatedCustomers(app, simulatedCustomers);
  mountDocs(app, {
    document: () => documentOf(documented),
    problems: [...SERVICE_PROBLEMS, ...ACCESS_PROBLEMS, ...documented.flatMap(({ problems }) => problems)],
  });
  return app;
}

type FetchApp = Readonly<{ fetch: (request: Request, env?: object) => Response | Promise<Response> }>;

/** Both services behind one address: approvals below `/approvals`, and all else the platform's. */
export const wholeApp = (platform: FetchApp, approvals: FetchApp): FetchApp => ({
  fetch: (request, env) =>
    (isOfApprovals(new URL(request.url).pathname) ? approvals : platform).fetch(request, env),
});

const isOfApprovals = (path: string): boolean => path === '/approvals' || path.startsWith('/approvals/');
