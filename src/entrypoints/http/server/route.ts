import type { RouteConfig } from '@hono/zod-openapi';
import type { Handler } from 'hono';
import type { z } from 'zod';
import { type DocumentedProblem, PROBLEM_TYPE, problem } from './problem.ts';
import type { HttpEnv } from './request-context.ts';

type Responses = RouteConfig['responses'];
type PathParameter = Readonly<{ schema: Readonly<{ type: 'string'; format?: string }>; example?: string }>;

/** What a route does, as its users read it; parameters of the path and what it shares with others are added. */
export type Documentation = Readonly<{
  method: 'get' | 'post' | 'patch' | 'delete';
  path: string;
  operationId: string;
  summary: string;
  description?: string;
  /** More of the path's parameters than that they are text, by name. */
  pathParameters?: Readonly<Record<string, PathParameter>>;
  /** A route without one refuses every parameter. */
  query?: z.ZodType;
  headers?: readonly Readonly<{ name: string; schema: object; example?: string }>[];
  body?: z.ZodType;
  /** Nothing at all reads as an empty object. */
  bodyOptional?: true;
  /** Of success. */
  responses: Responses;
  /** The statuses of refusals, beside those that follow from the access and the body. */
  refusals?: readonly number[];
}>;

/** Who gets through to a route, and what the others are answered. */
type Access = Readonly<{
  secured: boolean;
  refusals: readonly number[];
  problems?: Readonly<Record<string, DocumentedProblem>>;
}>;

/** A route and what serves it once the parts that it needs are there. */
export type Route<Parts> = Readonly<{
  documentation: Documentation;
  access: Access;
  handler: (parts: Parts) => Handler<HttpEnv>;
}>;

/** One resource of a service: every route as OpenAPI describes it, what serves it, and all its problems. */
export type Resource<Parts> = Readonly<{
  routes: readonly Readonly<{ described: RouteConfig; handler: (parts: Parts) => Handler<HttpEnv> }>[];
  problems: readonly DocumentedProblem[];
}>;

type Rows = Readonly<{ rows: Readonly<Record<string, DocumentedProblem>> }>;

/**
 * Routes with the table that words their failures; the document lists for each status the codes of that table.
 *
 * @example
 * export const balance = resource({
 *   tag: 'transfers',
 *   problems: problemTable<FailureOf<UseCases, 'readBalance'>>({}),
 *   routes: [forTenants('transfers', getBalance, { method: 'get', path: '/balance', … })],
 * });
 */
export function resource<Served extends Route<never>>({
  tag,
  problems,
  routes,
}: Readonly<{ tag: string; problems: Rows; routes: readonly Served[] }>): Resource<PartsOf<Served>> {
  return {
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

const BODY_REFUSALS = [413, 415, 422];

function describe(
  tag: string,
  {
    pathParameters = {},
    query,
    headers = [],
    body,
    bodyOptional,
    responses,
    refusals = [],
    ...rest
  }: Documentation,
  access: Access,
  rows: Rows['rows'],
): RouteConfig {
  const statuses = [...access.refusals, ...(body === undefined ? [] : BODY_REFUSALS), ...refusals];
  const inPath = Array.from(rest.path.matchAll(/\{(\w+)\}/g), ([, name = '']) => ({
    name,
    in: 'path' as const,
    required: true,
    ...(pathParameters[name] ?? { schema: { type: 'string' as const } }),
  }));
  const parameters = [...inPath, ...headers.map((header) => ({ ...header, in: 'header' as const }))];
  return {
    ...rest,
    tags: [tag],
    ...(access.secured ? { security: [{ bearer: [] }] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    request: {
      ...(query === undefined ? {} : { query: query as z.ZodObject }),
      ...(body === undefined ? {} : { body: { required: bodyOptional !== true, content: json(body) } }),
    },
    responses: {
      ...responses,
      ...refused(
        [...new Set(statuses)].sort((a, b) => a - b),
        Object.values(rows),
      ),
    },
  };
}

/** One response for each status, with the codes it can carry. */
function refused(statuses: readonly number[], rows: readonly DocumentedProblem[]): Responses {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: rows
          .filter((row) => row.status === status)
          .map(({ code }) => `\`${code}\``)
          .join(', '),
        content: { [PROBLEM_TYPE]: { schema: problem } },
        ...(status === 503 || status === 409 || status === 429
          ? { headers: { 'Retry-After': retryAfter } }
          : {}),
      },
    ]),
  );
}

const retryAfter = { description: 'Seconds to wait.', schema: { type: 'integer' as const, minimum: 1 } };

export const json = (schema: z.ZodType) => ({ 'application/json': { schema } });
export const text = (type: string) => ({ [type]: { schema: { type: 'string' as const } } });

/** A response with a body of JSON. */
export const answer = (description: string, schema: z.ZodType) => ({ description, content: json(schema) });

/** The same for what was made, with its place in the header `Location`. */
export const created = (what: string, schema: z.ZodType) => ({
  ...answer(`The ${what}.`, schema),
  headers: { Location: location(what) },
});

export const location = (what: string) => ({
  description: `Where the ${what} is.`,
  schema: { type: 'string' as const },
});

/** A route that needs no token. */
export const forAnyone = <Parts>(
  handler: (parts: Parts) => Handler<HttpEnv>,
  documentation: Documentation,
): Route<Parts> => ({ documentation, access: { secured: false, refusals: [500] }, handler });
