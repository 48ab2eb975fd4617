import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

type Media = Readonly<Record<string, Readonly<{ schema: object }>>>;
type Described = Readonly<{
  operationId: string;
  security: readonly object[];
  parameters?: readonly Readonly<{ name: string; in: string; schema: Readonly<{ pattern?: string }> }>[];
  requestBody?: Readonly<{ content: Media }>;
  responses: Readonly<
    Record<string, Readonly<{ description: string; content?: Media; headers?: Record<string, object> }>>
  >;
}>;

export type OpenApiDocument = Readonly<{
  paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  components: Readonly<{ schemas: Readonly<Record<string, object>> }>;
}>;

/** Headers that a client acts on, so that they have to be described where they are sent. */
const TOLD = ['location', 'retry-after', 'idempotency-replayed', 'content-disposition', 'etag'];

/** A schema of the document with all that it refers to, in the dialect of OpenAPI 3.1. */
export function schemasOf({ components }: OpenApiDocument): (schema: object) => ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, strictTypes: false, strictTuples: false });
  formats.default(ajv);
  ajv.addVocabulary(['example', 'discriminator']);
  const moved = (value: unknown) =>
    JSON.parse(JSON.stringify(value).replaceAll('#/components/schemas/', 'document#/$defs/')) as object;
  ajv.addSchema({ $id: 'document', $defs: moved(components.schemas) });
  const known = new Map<object, ValidateFunction>();
  return (schema) => {
    const validate = known.get(schema) ?? ajv.compile(moved(schema));
    known.set(schema, validate);
    return validate;
  };
}

type Exchange = Readonly<{ method: string; path: string; sent?: string; response: Response }>;

/**
 * What the document does not say of an answer: its status, its type, its body, or a header that clients act on; and of
 * a request that succeeded, its body. No lines: everything is described. Bodies that are not JSON are left unread.
 */
export function undescribed(document: OpenApiDocument): (exchange: Exchange) => Promise<readonly string[]> {
  const validate = schemasOf(document);
  const patterns = Object.keys(document.paths)
    .toSorted((a, b) => a.split('{').length - b.split('{').length)
    .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }));
  const faults = (schema: object, value: unknown, place: string): readonly string[] => {
    const valid = validate(schema);
    if (valid(value)) return [];
    return (valid.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${place}${instancePath} ${message ?? ''} ${JSON.stringify(params)}`,
    );
  };

  return async ({ method, path, sent, response }) => {
    const route = patterns.find(({ pattern }) => pattern.test(path));
    const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
    const described = route === undefined ? undefined : document.paths[route.path]?.[verb];
    const { status, headers } = response;
    const type = headers.get('content-type')?.split(';')[0] ?? '';
    if (described === undefined) {
      if (type !== 'application/problem+json') return [];
      return faults(document.components.schemas['Problem'] ?? {}, await json(response), 'problem');
    }
    const place = `${method} ${route?.path} ${status}`;
    const answer = described.responses[status];
    if (answer === undefined) return [`${place} is not described`];
    const stray = TOLD.filter(
      (name) =>
        headers.has(name) && !Object.keys(answer.headers ?? {}).some((told) => told.toLowerCase() === name),
    ).map((name) => `${place} has the header ${name}, which is not described`);
    const content = answer.content?.[type];
    if (content === undefined)
      return type === '' && answer.content === undefined ? stray : [...stray, `${place} is not of ${type}`];
    const body =
      method === 'HEAD' || !/^application\/(problem\+)?json$/.test(type)
        ? []
        : faults(content.schema, await json(response), place);
    const request = described.requestBody?.content['application/json'];
    const accepted =
      status < 300 && request !== undefined && sent !== undefined && sent !== ''
        ? faults(request.schema, JSON.parse(sent), `${place}, request`)
        : [];
    return [...stray, ...body, ...accepted];
  };
}

const json = async (response: Response): Promise<unknown> => JSON.parse(await response.clone().text());
