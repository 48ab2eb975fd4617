import { type Document, operationsOf, type Schema } from './operations.ts';

/** A place of a request that takes text from outside: in a body, a query, a path or a header. */
export type HostilePlace = Readonly<{
  name: string;
  /** The longest text that fits, in UTF-8; a longer request is refused before anything reads it. */
  mostBytes: number;
  request: (text: string) => Readonly<{ path: string; init: RequestInit }>;
}>;

const MOST_BODY = 250 * 1_024;
const MOST_HEADER = 12 * 1_024;

/** Headers that something behind the server reads, whether or not a route is named for them. */
const HEADERS = [
  'authorization',
  'accept',
  'accept-encoding',
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'forwarded',
  'host',
  'idempotency-key',
  'if-match',
  'origin',
  'user-agent',
  'x-forwarded-for',
  'x-request-id',
];

/**
 * Every text field, text parameter and header of the document, the rest of the request valid. `authorizationOf` gives the
 * token that the operation lets through.
 */
export function hostilePlaces(
  document: Document,
  authorizationOf: (path: string) => string,
): readonly HostilePlace[] {
  return operationsOf(document).flatMap(({ name, method, path, operation }) => {
    const url = path.replaceAll(/\{\w+\}/g, 'x');
    const init = { method: method.toUpperCase(), headers: { authorization: authorizationOf(path) } };
    const withBody = (body: unknown) => ({
      ...init,
      headers: { ...init.headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const schema = operation.requestBody?.content['application/json']?.schema;
    const valid = schema === undefined ? undefined : exampleOf(document, schema);
    const fields = schema === undefined ? [] : textFields(document, schema);
    const parameters = operation.parameters ?? [];
    return [
      ...fields.map((field) => ({
        name: `${name} ${field.join('.')}`,
        mostBytes: MOST_BODY,
        request: (text: string) => ({ path: url, init: withBody(placed(valid, field, text)) }),
      })),
      ...parameters
        .filter((parameter) => parameter.in === 'query')
        .map((parameter) => ({
          name: `${name} ?${parameter.name}`,
          mostBytes: MOST_HEADER / 6,
          request: (text: string) => ({
            path: `${url}?${new URLSearchParams({ [parameter.name]: text }).toString()}`,
            init,
          }),
        })),
      ...(path.includes('{')
        ? [
            {
              name: `${name} path`,
              mostBytes: MOST_HEADER / 6,
              request: (text: string) => ({
                path: path.replaceAll(/\{\w+\}/g, encodeURIComponent(text.toWellFormed())),
                init,
              }),
            },
          ]
        : []),
    ];
  });
}

/** Each header that is read, on a request that is otherwise valid. */
export const hostileHeaders = (
  path: string,
  init: Readonly<{ method: string; headers: Readonly<Record<string, string>>; body: string }>,
): readonly HostilePlace[] =>
  HEADERS.map((header) => ({
    name: `header ${header}`,
    mostBytes: MOST_HEADER,
    request: (text) => ({
      path,
      // A header holds Latin-1 and no line end; other characters arrive as several of these.
      init: {
        ...init,
        headers: {
          ...init.headers,
          [header]: Buffer.from(text)
            .toString('latin1')
            .replace(/[^ -~\u00a1-\u00ff]/g, '~'),
        },
      },
    }),
  }));

type Path = readonly (string | number)[];

/** Where a value of the schema has text, its names included; `#name` stands for a name of the client's own. */
function textFields(document: Document, schema: Schema, at: Path = []): readonly Path[] {
  const known = resolved(document, schema);
  if (known.properties !== undefined)
    return Object.entries(known.properties).flatMap(([name, field]) =>
      textFields(document, field, [...at, name]),
    );
  if (known.anyOf !== undefined) return known.anyOf.flatMap((each) => textFields(document, each, at));
  if (isOf(known, 'object'))
    return [
      [...at, '#name'],
      [...at, 'k'],
    ];
  if (isOf(known, 'array')) return textFields(document, known.items ?? {}, [...at, 0]);
  return isOf(known, 'string') ? [at] : [];
}

const isOf = ({ type }: Schema, wanted: string): boolean =>
  type === wanted || (Array.isArray(type) && type.includes(wanted));

function resolved(document: Document, schema: Schema): Schema {
  const name = schema.$ref?.replace('#/components/schemas/', '');
  if (name !== undefined) return resolved(document, document.components.schemas[name] ?? {});
  if (schema.allOf === undefined) return schema;
  const parts = schema.allOf.map((part) => resolved(document, part));
  return Object.assign({}, schema, ...parts, {
    properties: Object.assign({}, schema.properties, ...parts.map(({ properties }) => properties)),
  }) as Schema;
}

/** The schema's own example, or the least that it asks for. */
function exampleOf(document: Document, schema: Schema): unknown {
  const known = resolved(document, schema);
  if (known.example !== undefined) return known.example;
  if (known.enum !== undefined) return known.enum[0];
  if (known.anyOf !== undefined) return exampleOf(document, known.anyOf[0] ?? {});
  if (isOf(known, 'integer') || isOf(known, 'number')) return known.minimum ?? 1;
  if (isOf(known, 'boolean')) return true;
  if (isOf(known, 'array')) return [exampleOf(document, known.items ?? {})];
  if (known.properties !== undefined)
    return Object.fromEntries(
      (known.required ?? []).map((name) => [name, exampleOf(document, known.properties?.[name] ?? {})]),
    );
  return isOf(known, 'object') ? {} : 'x';
}

/** A copy of the value with the text at that place. */
function placed(value: unknown, [step, ...rest]: Path, text: string): unknown {
  if (step === undefined) return text;
  if (typeof step === 'number') {
    const items = Array.isArray(value) ? (value as unknown[]) : [];
    return [placed(items[0], rest, text), ...items.slice(1)];
  }
  const fields =
    typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  return step === '#name'
    ? { ...fields, [text]: 'x' }
    : { ...fields, [step]: placed(fields[step], rest, text) };
}

/** Texts of a kind that some scan could take more than one look at, each about as long as is asked, in UTF-8. */
export const HOSTILE_TEXTS: Readonly<Record<string, (bytes: number) => string>> = {
  'alternating combining marks': (bytes) => `a${'\u0300\u0316'.repeat(bytes / 4)}`,
  'digits with spaces': (bytes) => '4 '.repeat(bytes / 2),
  'groups of digits with dashes': (bytes) => '4111-'.repeat(bytes / 5),
  'digits without end': (bytes) => '4'.repeat(bytes),
  'digits of another script': (bytes) => '\u0664\u200b'.repeat(bytes / 5),
  'invisible characters': (bytes) => '\u200b'.repeat(bytes / 3),
  'ligatures that unfold': (bytes) => '\ufdfa'.repeat(bytes / 3),
  spaces: (bytes) => `x${' '.repeat(bytes - 2)}x`,
  'signs of an address': (bytes) => 'a@b.'.repeat(bytes / 4),
  dots: (bytes) => `${'.'.repeat(bytes - 1)}x`,
  'upper and lower case': (bytes) => 'aA'.repeat(bytes / 2),
  'the beginnings of UUIDs': (bytes) => '01234567-89ab-cdef-'.repeat(bytes / 19),
  'the beginnings of IBANs': (bytes) => 'DE89 3704 '.repeat(bytes / 10),
  'what begins a formula': (bytes) => ';=\t'.repeat(bytes / 3),
};

/** Whole bodies that some reader could go wrong on, each about as long as is asked. */
export const HOSTILE_BODIES: Readonly<Record<string, (bytes: number) => string>> = {
  'nested lists': (bytes) => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2),
  'nested objects': (bytes) => `${'{"a":'.repeat(bytes / 6)}1${'}'.repeat(bytes / 6)}`,
  'many names': (bytes) => `{${Array.from({ length: bytes / 12 }, (_, n) => `"n${n}":1`).join()}}`,
  'one name over and over': (bytes) => `{${'"a":1,'.repeat(bytes / 6)}"a":1}`,
  'names with a meaning': (bytes) => `[${'{"__proto__":1},'.repeat(bytes / 16)}1]`,
  'numbers that nothing holds': (bytes) => `[${'-0,'.repeat(bytes / 3)}-0]`,
  'halves of surrogate pairs': (bytes) => `[${'"\\ud800",'.repeat(bytes / 9)}1]`,
  'a number without end': (bytes) => `[${'9'.repeat(bytes)}]`,
  'a fraction without end': (bytes) => `[0.${'9'.repeat(bytes)}]`,
  'numbers with exponents': (bytes) => `[${'1e3,'.repeat(bytes / 4)}1]`,
  'escapes without end': (bytes) => `["${'\\u0041'.repeat(bytes / 6)}"]`,
  'one wrong line after another': (bytes) => `{"payments":[${'1,'.repeat(bytes / 2)}1],"lineItems":[1]}`,
  'lines that are none': (bytes) => `{"lineItems":[${'1,'.repeat(bytes / 2)}1],"payment_methods":[1]}`,
  'white space': (bytes) => `{${' '.repeat(bytes)}}`,
  'what is not JSON': (bytes) => '{'.repeat(bytes),
};
