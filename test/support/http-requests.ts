import fc from 'fast-check';
import { goodValueOf, HOSTILE_JSON, hostileText, printed, sometimes, textOf } from './http-values.ts';
import { type Document, type Operation, operationsOf } from './operations.ts';

/** `operation` is `method /path` as the document writes it, or `none` for a route or method it does not know. */
export type FuzzRequest = Readonly<{ operation: string; url: string; init: RequestInit }>;

/**
 * Requests that are valid, nearly valid or hostile, over every operation and some that are none. The first token is the
 * good one.
 */
export function arbitraryRequest(
  document: Document,
  { tokens, ids }: Readonly<{ tokens: readonly string[]; ids: KnownIds }>,
): fc.Arbitrary<FuzzRequest> {
  const known = operationsOf(document).map(({ name, method, path, operation }) =>
    fc
      .record({
        path: pathOf(path, ids),
        query: queryOf(document, operation),
        headers: headersOf(tokens, operation),
        body: bodyOf(document, operation),
      })
      .map(({ path: filled, query, headers, body }) => ({
        operation: name,
        url: `${filled}${query === '' ? '' : `?${query}`}`,
        init: {
          method: method.toUpperCase(),
          headers,
          ...(method === 'get' || body === undefined ? {} : { body }),
        },
      })),
  );
  const paths = Object.keys(document.paths);
  const unknown = fc.oneof(
    fc.record({
      operation: fc.constant('none'),
      url: fc.webPath().map((path) => `/x${path}`),
      init: fc.record({ method: fc.constantFrom('GET', 'POST', 'DELETE', 'OPTIONS') }),
    }),
    fc.record({
      operation: fc.constant('none'),
      url: fc.constantFrom(...paths.filter((path) => !path.includes('{'))),
      init: fc.record({ method: fc.constantFrom('PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND') }),
    }),
  );
  const isPost = operationsOf(document).map(({ method }) => method === 'post');
  const posts = known.filter((_, index) => isPost[index]);
  const others = known.filter((_, index) => !isPost[index]);
  return fc.oneof(
    { arbitrary: fc.oneof(...posts), weight: 6 },
    { arbitrary: fc.oneof(...others), weight: 3 },
    { arbitrary: unknown, weight: 1 },
  );
}

const SPOILT = [0, 0, 4, 30];

/** Ids that exist, by the parameter of a path they stand for: the first step of the path, or the parameter's own name. */
export type KnownIds = Readonly<Record<string, readonly string[]>>;

const PREFIXES: Readonly<Record<string, string>> = {
  payments: 'pay_',
  customers: 'cus_',
  transfers: 'trf_',
  pm: 'pm_',
};

const pathOf = (path: string, ids: KnownIds): fc.Arbitrary<string> =>
  fc.tuple(...path.split('/').map((step) => stepOf(step, path, ids))).map((steps) => steps.join('/'));

function stepOf(step: string, path: string, ids: KnownIds): fc.Arbitrary<string> {
  const name = /^\{(\w+)\}$/.exec(step)?.[1];
  if (name === undefined) return fc.constant(step);
  const kind = name === 'id' ? (path.split('/')[1] ?? '') : name;
  const known = ids[kind] ?? [];
  const other = fc
    .oneof(
      fc.uuid().map((uuid) => `${PREFIXES[kind] ?? ''}${uuid.replaceAll('-', '')}`),
      hostileText.map((text) => encodeURIComponent(text.toWellFormed())),
    )
    // These would make another path of it.
    .map((id) => (id === '' || /^\.{1,2}$/.test(id) || FIXED_STEPS.has(id) ? 'x' : id));
  return known.length === 0 ? other : fc.oneof(fc.constantFrom(...known), other);
}

const FIXED_STEPS = new Set(['batch', 'summary', 'export', 'pending', 'flagged']);

function queryOf(document: Document, operation: Operation): fc.Arbitrary<string> {
  const parameters = (operation.parameters ?? []).filter((each) => each.in === 'query');
  if (parameters.length === 0) return fc.constant('');
  const given = parameters.map(({ name, schema }) => {
    const good = goodValueOf(document, schema, 0).map((value) => pairsOf(name, value));
    const hostile = hostileText.map((value): readonly Pair[] => [[name, value]]);
    const pairs = fc.oneof({ arbitrary: good, weight: 20 }, { arbitrary: hostile, weight: 1 });
    return sometimes(name === 'cursor' ? 3 : 20, pairs);
  });
  const more = sometimes(3, fc.tuple(hostileText, hostileText));
  return fc.tuple(fc.tuple(...given), more).map(([known, surplus]) => {
    const query = new URLSearchParams();
    for (const [name, value] of [...known.flatMap((each) => each ?? []), surplus ?? []])
      if (name !== undefined && value !== undefined) query.append(name, value);
    return query.toString();
  });
}

type Pair = readonly [name: string, value: string];

/** An object is a parameter for each of its members, as `metadata[order]=1001`. */
const pairsOf = (name: string, value: unknown): readonly Pair[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).map(([member, each]) => [`${name}[${member}]`, String(each)])
    : [[name, String(value)]];

function headersOf(tokens: readonly string[], operation: Operation): fc.Arbitrary<Record<string, string>> {
  const visible = textOf(0x21, 0x7e, 1, 300);
  const latin = fc.oneof(textOf(0x20, 0x7e, 0, 40), textOf(0xa0, 0xff, 1, 10));
  const [good = '', ...others] = tokens;
  const mostly = (value: string, ...rest: fc.Arbitrary<string>[]) =>
    fc.oneof({ arbitrary: fc.constant(value), weight: 20 }, ...rest);
  const takesKey = (operation.parameters ?? []).some(({ name }) => name === 'Idempotency-Key');
  return fc
    .record({
      authorization: mostly(
        `Bearer ${good}`,
        fc.constantFrom(...others).map((token) => `Bearer ${token}`),
        latin,
      ),
      'content-type': mostly(
        'application/json',
        latin,
        fc.constantFrom('text/plain', 'application/json; charset=utf-16'),
      ),
      'content-encoding': mostly('', fc.constantFrom('gzip', 'br')),
      'idempotency-key': takesKey
        ? sometimes(
            85,
            fc.oneof({ arbitrary: fc.uuid(), weight: 20 }, fc.constantFrom('key-1', 'key-2'), visible, latin),
          )
        : fc.constant(undefined),
      'x-request-id': sometimes(5, latin),
      'user-agent': sometimes(5, latin),
    })
    .map((headers) =>
      Object.fromEntries(
        Object.entries(headers).filter(
          (entry): entry is [string, string] =>
            entry[1] !== undefined && !(entry[0] === 'content-encoding' && entry[1] === ''),
        ),
      ),
    );
}

function bodyOf(
  document: Document,
  operation: Operation,
): fc.Arbitrary<string | Uint8Array<ArrayBuffer> | undefined> {
  const schema = operation.requestBody?.content['application/json']?.schema;
  if (schema === undefined) return fc.constant(undefined);
  const good = fc.oneof(...SPOILT.map((spoilt) => goodValueOf(document, schema, spoilt))).map(printed);
  return fc.oneof(
    { arbitrary: good, weight: 30 },
    { arbitrary: good.map((text) => text.slice(0, text.length / 2)), weight: 1 },
    { arbitrary: fc.constantFrom(...HOSTILE_JSON), weight: 1 },
    { arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => Uint8Array.from(bytes)), weight: 1 },
    { arbitrary: fc.constant(undefined), weight: 1 },
  );
}
