import type { RouteConfig } from '@hono/zod-openapi';
import type { z } from 'zod';
import { type DocumentedProblem, PROBLEM_TYPE, problem } from './problem.ts';

type Responses = RouteConfig['responses'];
type PathParameter = Readonly<{ schema: Readonly<{ type: 'string'; format?: string }>; example?: string }>;

/** A chapter of the document. */
export type Tag = Readonly<{ name: string; description: string }>;

/** What a route does, as its users read it; parameters of the path and what it shares with others are added. */
export type Documentation = Readonly<{
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  operationId: string;
  summary: string;
  description?: string;
  /** More of the path's parameters than that they are text, by name. */
  pathParameters?: Readonly<Record<string, PathParameter>>;
  /** A route without one refuses every parameter. */
  query?: z.ZodType;
  /** An example of the key that a request must have, in the header or in the body; on other POSTs it is free to have one. */
  idempotencyKey?: string;
  /** An open route that can be made to ask for a token. */
  tokenOptional?: true;
  body?: z.ZodType;
  /** Bytes of these types in place of JSON. */
  bytes?:
    | ReturnType<typeof text>
    | Readonly<Record<string, Readonly<{ schema: z.ZodType | Readonly<{ type: 'string' }> }>>>;
  /** Nothing at all reads as an empty object. */
  bodyOptional?: true;
  /** The resource that is changed only at the version that `If-Match` names, when the request has it. */
  ifMatch?: string;
  /** `If-Match` says what was seen, and takes one strong tag. */
  ifMatchIsOne?: true;
  /** Takes the header with which clients of streams go on where they were. */
  lastEventId?: true;
  /** Of success. One of a GET with the header `ETag` takes `If-None-Match` too. */
  responses: Responses;
  /** The statuses of refusals, beside those that follow from the access and the body. */
  refusals?: readonly number[];
}>;

/** Who gets through to a route, and what the others are answered. */
export type Access = Readonly<{
  secured: boolean;
  refusals: readonly number[];
  problems?: Readonly<Record<string, DocumentedProblem>>;
  /** What decides it beside the token. */
  headers?: readonly Readonly<{ name: string; in: 'header'; required: boolean; schema: object }>[];
}>;

export type Rows = Readonly<{ rows: Readonly<Record<string, DocumentedProblem>> }>;

const BEARER = { bearer: [] };
const BODY_REFUSALS = [413, 415, 422];
/** In flight, and used for another request. */
const KEY_REFUSALS = [409, 422];

/** A route as OpenAPI has it: what its resource says of it, and what follows from its access, its path and its body. */
export function describe(
  { name: tag }: Tag,
  {
    pathParameters = {},
    query,
    idempotencyKey,
    ifMatch,
    ifMatchIsOne,
    lastEventId,
    tokenOptional,
    body,
    bytes,
    bodyOptional,
    responses,
    refusals = [],
    ...rest
  }: Documentation,
  access: Access,
  rows: Rows['rows'],
): RouteConfig {
  const statuses = new Set([
    ...access.refusals,
    ...(body === undefined ? [] : BODY_REFUSALS),
    ...(rest.method === 'post' && access.secured ? KEY_REFUSALS : []),
    ...(ifMatch === undefined ? [] : [412]),
    ...refusals,
  ]);
  const inPath = Array.from(rest.path.matchAll(/\{(\w+)\}/g), ([, parameter = '']) => ({
    name: parameter,
    in: 'path' as const,
    required: true,
    ...(pathParameters[parameter] ?? { schema: { type: 'string' as const } }),
  }));
  const isPost = rest.method === 'post' && access.secured;
  const keyed = isPost ? [keyHeader(idempotencyKey)] : [];
  const isCached = rest.method === 'get' && hasTag(responses[200]);
  const parameters = [
    ...inPath,
    ...(access.headers ?? []),
    ...keyed,
    ...(ifMatch === undefined
      ? []
      : [ifMatchHeader(ifMatch, { isKeyed: isPost, isOne: ifMatchIsOne === true })]),
    ...(isCached ? [IF_NONE_MATCH] : []),
    ...(lastEventId === true ? [LAST_EVENT_ID] : []),
  ];
  const all = {
    ...responses,
    ...(isCached ? { 304: NOT_MODIFIED } : {}),
    ...refused(
      [...statuses].sort((a, b) => a - b),
      Object.values(rows),
    ),
  };
  return {
    ...rest,
    tags: [tag],
    security: access.secured ? [BEARER] : tokenOptional ? [{}, BEARER] : [],
    ...(parameters.length === 0 ? {} : { parameters }),
    request: {
      ...(query === undefined ? {} : { query: query as z.ZodObject }),
      ...(body === undefined ? {} : { body: { required: bodyOptional !== true, content: json(body) } }),
      ...(bytes === undefined ? {} : { body: { required: true, content: bytes } }),
    },
    responses: keyed.length === 0 ? all : replayable(all),
  };
}

const hasTag = (response: Responses[number] | undefined): boolean =>
  response !== undefined && 'headers' in response && 'ETag' in (response.headers ?? {});

/** The header that names a request, so that it is done once however often it is sent. */
const keyHeader = (needed: string | undefined) => ({
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description: `${needed === undefined ? 'A repeat under the same key is given the first response.' : 'Needed here or as `idempotency_key` in the body.'} A key in quotes is what they hold. ${DIGITS}`,
  schema: { type: 'string' as const, pattern: KEY_PATTERN },
  example: needed ?? 'request-1001',
});

/** As it is, or as a string of RFC 8941. */
const KEY_PATTERN =
  '^(?:[\\x21\\x23-\\x7e][\\x21-\\x7e]{0,254}|"(?:[\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\["\\\\]){1,255}")$';

const DIGITS =
  'Digits that would pass for a card number are refused here too: an id of an order or a UUID is better.';

const REPLAYED = {
  description: '`true` when the answer was given before and nothing happened now.',
  schema: { type: 'string' as const, enum: ['true'] },
};

/** Of an answer that is one resource. */
export const ETAG = {
  description:
    'The version of the resource that the answer is, in quotes: for `If-Match` and `If-None-Match`.',
  schema: { type: 'string' as const, pattern: '^"[1-9][0-9]*([+][0-9]+)?"$' },
};

const TAGS = {
  in: 'header' as const,
  required: false,
  schema: { type: 'string' as const },
  example: '"3"',
};

const ifMatchHeader = (what: string, { isKeyed, isOne }: Readonly<{ isKeyed: boolean; isOne: boolean }>) => ({
  ...TAGS,
  name: 'If-Match',
  description:
    `The \`ETag\` of the ${what} that was decided on${isOne ? '' : ', or a list of them'}. When it is at another version nothing is changed, ` +
    (isOne
      ? 'and the answer is 412; a list, `*` and weak tags do not say what was seen, and are 400.'
      : 'and the answer is 412; `*` is any version, and weak tags match none.') +
    (isKeyed
      ? ' A repeat under an idempotency key is given the first response, also when the version is older by then.'
      : ''),
});

const IF_NONE_MATCH = {
  ...TAGS,
  name: 'If-None-Match',
  description:
    'The `ETag` of what is held already, or a list of them: when it is the newest still, the answer is 304.',
};

const LAST_EVENT_ID = {
  name: 'Last-Event-ID',
  in: 'header' as const,
  required: false,
  description: 'The `id` of the last message that was read: what came after it is sent first.',
  schema: { type: 'string' as const, pattern: '^evt_[0-9a-f]{32}$' },
  example: 'evt_01990000000070008000000000000001',
};

const NOT_MODIFIED = { description: 'What is held is the newest.', headers: { ETag: ETAG } };

/** Refusals before anything is looked up under a key, or without an effect under any token. */
const NEVER_KEPT = new Set(['400', '401', '412', '413', '415', '429', '500', '503']);

/** An answer that is kept under a key says whether it was given before. */
const replayable = (responses: Responses): Responses =>
  Object.fromEntries(
    Object.entries(responses).map(([status, response]) => {
      const { headers } = response as Readonly<{ headers?: Readonly<Record<string, object>> }>;
      return [
        status,
        NEVER_KEPT.has(status)
          ? response
          : { ...response, headers: { ...headers, 'Idempotency-Replayed': REPLAYED } },
      ];
    }),
  );

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
        ...(rows.some((row) => row.status === status && row.retryAfterS !== undefined)
          ? { headers: { 'Retry-After': retryAfter } }
          : {}),
      },
    ]),
  );
}

const retryAfter = { description: 'Seconds to wait.', schema: { type: 'integer' as const, minimum: 1 } };

export const json = (schema: z.ZodType) => ({ 'application/json': { schema } });
export const text = (type: string) => ({ [type]: { schema: { type: 'string' as const } } });
