import type { RouteConfig } from '@hono/zod-openapi';
import type { Handler } from 'hono';
import type { z } from 'zod';
import type { DocumentedProblem } from './problem.ts';
import type { HttpEnv } from './request-context.ts';
import {
  type Access,
  type Documentation,
  describe,
  ETAG,
  json,
  type Rows,
  type Tag,
} from './route-description.ts';

/** A route and what serves it once the parts that it needs are there. */
export type Route<Parts> = Readonly<{
  documentation: Documentation;
  access: Access;
  handler: (parts: Parts) => Handler<HttpEnv>;
}>;

/** One resource of a service: every route as OpenAPI describes it, what serves it, and all its problems. */
export type Resource<Parts> = Readonly<{
  tag: Tag;
  routes: readonly Readonly<{ described: RouteConfig; handler: (parts: Parts) => Handler<HttpEnv> }>[];
  problems: readonly DocumentedProblem[];
}>;

/**
 * Routes with the table that words their failures; the document lists for each status the codes of that table.
 *
 * @example
 * export const balance = resource({
 *   tag: LEDGER_TAG,
 *   problems: problemTable<FailureOf<UseCases, 'readBalance'>>({}),
 *   routes: [forTenants('transfers', getBalance, { method: 'get', path: '/balance', … })],
 * });
 */
export function resource<Served extends Route<never>>({
  tag,
  problems,
  routes,
}: Readonly<{ tag: Tag; problems: Rows; routes: readonly Served[] }>): Resource<PartsOf<Served>> {
  return {
    tag,
    routes: routes.map(({ documentation, access, handler }) => ({
      described: describe(tag, documentation, access, { ...access.problems, ...problems.rows }),
      // Each gets the parts of all, its own among them.
      handler: handler as Resource<PartsOf<Served>>['routes'][number]['handler'],
    })),
    problems: Object.values(problems.rows),
  };
}

/** All that any of the routes needs. */
type PartsOf<Served> = (Served extends Route<infer Parts> ? (parts: Parts) => void : never) extends (
  parts: infer All,
) => void
  ? All
  : never;

/** A response with a body of JSON. */
export const answer = (description: string, schema: z.ZodType) => ({ description, content: json(schema) });

/** The same for one resource, with its version in the header `ETag`. */
export const versioned = (description: string, schema: z.ZodType) => ({
  ...answer(description, schema),
  headers: { ETag: ETAG },
});

/** The same for what was made, with its place in the header `Location`. */
export const created = (what: string, schema: z.ZodType) => ({
  ...answer(`The ${what}.`, schema),
  headers: { ETag: ETAG, Location: location(what) },
});

export const location = (what: string) => ({
  description: `Where the ${what} is.`,
  schema: { type: 'string' as const },
});

/** What a browser calls the file that it saves. */
export const fileName = (description: string) => ({ description, schema: { type: 'string' as const } });

/** A route that needs no token. */
export const forAnyone = <Parts>(
  handler: (parts: Parts) => Handler<HttpEnv>,
  documentation: Documentation,
): Route<Parts> => ({ documentation, access: { secured: false, refusals: [500] }, handler });
