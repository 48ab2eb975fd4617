import { type Document, type Operation, operationsOf, type Schema } from './operations.ts';

/** A request in which one place holds what it should not, or lacks what it should hold. */
export type WrongRequest = Readonly<{ operation: string; method: string; url: string; body?: unknown }>;

const LONG = 'x'.repeat(5_000);
const WRONG_TEXTS = ['', ' ', 'x', '-1', '1.5', '2026-13-01', 'true', '9'.repeat(30), LONG] as const;
const WRONG_VALUES = [null, true, false, -1, 0, 1.5, 2 ** 40, [], {}, [null], ...WRONG_TEXTS] as const;
/** More than any list takes. */
const TOO_MANY = 1_001;
/** More properties than these are the names of a map, as of all currencies, of which the first stands for all. */
const MOST_FIELDS = 50;

/**
 * Each operation of the document with one wrong value after the other in each parameter of its query and at each place of its
 * body, at any depth; with each of them left out; and with one that is not known.
 */
export const wrongRequests = (document: Document): readonly WrongRequest[] =>
  operationsOf(document).flatMap(({ name, method, path, operation }) => {
    const url = filled(path);
    const request = { operation: name, method: method.toUpperCase() };
    const { query, wrong } = queriesOf(operation);
    const schema = operation.requestBody?.content['application/json']?.schema;
    const body = schema === undefined ? {} : { body: sampleOf(document, schema) };
    return [
      ...wrong.map((each) => ({ ...request, url: `${url}?${each}`, ...body })),
      ...(schema === undefined
        ? []
        : [undefined, ...spoiled(document, schema, body.body)].map((each) => ({
            ...request,
            // A route that takes a file in place of JSON has no query beside this.
            url: operation.requestBody?.content['text/csv'] === undefined ? `${url}?${query}` : url,
            body: each,
          }))),
    ];
  });

const PREFIXES: Readonly<Record<string, string>> = {
  payments: 'pay',
  customers: 'cus',
  transfers: 'trf',
  pm: 'pm',
  exports: 'exp',
  export_schedules: 'sch',
  reconciliations: 'rec',
  settlements: 'set',
  exceptions: 'exc',
  disputes: 'dsp',
  webhook_endpoints: 'we',
  webhook_deliveries: 'whd',
  outbox: 'evt',
};

/** An id that could be, in each place of a path. */
export const filled = (path: string): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, step: string) => {
    const kind = step === 'id' ? (path.split('/')[1] ?? '') : step;
    if (kind === 'approvals') return '01990000-0000-7000-8000-000000000001';
    return PREFIXES[kind] === undefined ? 'merchant-2' : `${PREFIXES[kind]}_01990000000070008000000000000001`;
  });

/** A query that has what is needed, and queries that are wrong in one parameter. */
function queriesOf({ parameters = [] }: Operation) {
  const asked = parameters.filter((each) => each.in === 'query');
  const needed = asked.filter((each) => 'required' in each && each.required === true);
  const good = needed.map((each) => [
    each.name,
    textIn(each.example ?? each.schema.example ?? each.schema.enum?.[0]),
  ]);
  const queryWith = (name: string, value: string | undefined) =>
    new URLSearchParams([
      ...good.filter(([known]) => known !== name),
      ...(value === undefined ? [] : [[name, value]]),
    ] as [string, string][]).toString();
  const wrong = asked.flatMap(({ name, schema }) => [
    queryWith(name, undefined),
    ...WRONG_TEXTS.map((value) => queryWith(schema.type === 'object' ? `${name}[x]` : name, value)),
    queryWith(schema.type === 'object' ? `${name}[${LONG}]` : `${name}[x]`, 'x'),
  ]);
  return { query: queryWith('', undefined), wrong: [...wrong, queryWith('unknown', 'x')] };
}

const textIn = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? 'x'));

const resolved = ({ components }: Document, schema: Schema): Schema =>
  schema.$ref === undefined
    ? schema
    : (components.schemas[schema.$ref.replace('#/components/schemas/', '')] ?? {});

/** A value that has something at every place that a value of the schema can have. */
function sampleOf(document: Document, given: Schema): unknown {
  const schema = resolved(document, given);
  const { properties, items, example, additionalProperties: more } = schema;
  const part = schema.allOf ?? schema.anyOf;
  if (part !== undefined) return Object.assign({}, ...part.map((each) => sampleOf(document, each)), example);
  if (properties !== undefined) {
    const all = Object.entries(properties).map(([name, each]) => [name, sampleOf(document, each)]);
    return { ...Object.fromEntries(all), ...(example as object | undefined) };
  }
  if (example !== undefined) return example;
  if (items !== undefined) return [sampleOf(document, items)];
  if (typeof more === 'object') return { x: sampleOf(document, more) };
  if (schema.enum !== undefined) return schema.enum[0];
  return schema.type === 'boolean' ? true : schema.type === 'integer' ? 1 : 'x';
}

/** The value with one place after the other spoiled. */
function spoiled(document: Document, given: Schema, value: unknown): readonly unknown[] {
  const { properties, items, additionalProperties, allOf = [], anyOf = [] } = resolved(document, given);
  const fields = typeof value === 'object' && value !== null ? ({ ...value } as Record<string, unknown>) : {};
  const listed = Object.entries(properties ?? {});
  const named = listed.length > MOST_FIELDS ? listed.slice(0, 1) : listed;
  const within = (name: string, schema: Schema): readonly unknown[] => {
    const { [name]: own = sampleOf(document, schema), ...others } = fields;
    return [others, ...spoiled(document, schema, own).map((each) => ({ ...fields, [name]: each }))];
  };
  const first = items === undefined ? undefined : Array.isArray(value) ? value[0] : sampleOf(document, items);
  return [
    ...WRONG_VALUES,
    ...(properties === undefined ? [] : [{ ...fields, unknown: 1 }]),
    ...named.flatMap(([name, schema]) => within(name, schema)),
    ...(items === undefined ? [] : [Array.from({ length: TOO_MANY }, () => first)]),
    ...(items === undefined ? [] : spoiled(document, items, first).map((each) => [each])),
    ...(typeof additionalProperties === 'object'
      ? [{ [LONG]: Object.values(fields)[0] ?? 'x' }, { '': 'x' }, ...within('x', additionalProperties)]
      : []),
    ...[...allOf, ...anyOf].flatMap((schema) => spoiled(document, schema, value)),
  ];
}
