import { present } from '../../../domain/kernel/present.ts';

/** A request as API Gateway hands it over, and the form that it wants the answer in. */
export type ApiEvent = Readonly<{
  request: Request;
  /** Of the connection to the gateway. */
  sourceIp?: string;
  /** The gateway's own id of the request. */
  requestId?: string;
  form: 'http-v2' | 'rest-v1';
}>;

type Texts = Readonly<Record<string, string | undefined>>;

type HttpV2 = Readonly<{
  version: '2.0';
  rawPath: string;
  rawQueryString?: string;
  headers?: Texts;
  cookies?: readonly string[];
  body?: string;
  isBase64Encoded?: boolean;
  requestContext: Readonly<{
    stage?: string;
    domainName?: string;
    requestId?: string;
    http: Readonly<{ method: string; sourceIp?: string }>;
  }>;
}>;

type RestV1 = Readonly<{
  httpMethod: string;
  path: string;
  headers?: Texts | null;
  multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  queryStringParameters?: Texts | null;
  multiValueQueryStringParameters?: Readonly<Record<string, readonly string[] | undefined>> | null;
  body?: string | null;
  isBase64Encoded?: boolean;
  requestContext: Readonly<{
    domainName?: string;
    requestId?: string;
    identity?: Readonly<{ sourceIp?: string }>;
  }>;
}>;

/**
 * Reads an event of an HTTP API (payload 2.0, function URLs among them) or of a REST API (payload 1.0). Throws on any
 * other: a load balancer's has no client address that could be believed, and what is no request has no answer.
 */
export function apiEvent(event: unknown): ApiEvent {
  const { version, httpMethod, requestContext } = (event ?? {}) as Readonly<Record<string, unknown>>;
  const { elb, http } = (requestContext ?? {}) as Readonly<Record<string, unknown>>;
  if (elb !== undefined)
    throw new Error('events of an Application Load Balancer are not served: call through API Gateway');
  if (version === '2.0' && http !== undefined) return fromHttp(event as HttpV2);
  if (typeof httpMethod === 'string' && requestContext !== undefined) return fromRest(event as RestV1);
  throw new Error('the event is no request of API Gateway');
}

function fromHttp(event: HttpV2): ApiEvent {
  const { stage, domainName, requestId, http } = event.requestContext;
  const { headers = {}, cookies = [] } = event;
  const sent = headersOf(
    Object.entries(headers).map(([name, value]) => [name, value === undefined ? [] : [value]]),
  );
  if (cookies.length > 0) sent.set('cookie', cookies.join('; '));
  return {
    request: requestOf({
      method: http.method,
      domainName,
      path: withoutStage(event.rawPath, stage),
      query: event.rawQueryString ?? '',
      headers: sent,
      body: bytesOf(event),
    }),
    form: 'http-v2',
    ...present({ sourceIp: http.sourceIp, requestId }),
  };
}

function fromRest(event: RestV1): ApiEvent {
  const { domainName, requestId, identity } = event.requestContext;
  return {
    request: requestOf({
      method: event.httpMethod,
      domainName,
      path: event.path,
      query: queryOf(listed(event.multiValueQueryStringParameters, event.queryStringParameters)),
      headers: headersOf(listed(event.multiValueHeaders, event.headers)),
      body: bytesOf(event),
    }),
    form: 'rest-v1',
    ...present({ sourceIp: identity?.sourceIp, requestId }),
  };
}

type Listed = readonly (readonly [name: string, values: readonly string[]])[];

/** All values of each name; an event that lists none has one of each. */
const listed = (all: RestV1['multiValueHeaders'], single: RestV1['headers']): Listed =>
  all === undefined || all === null
    ? Object.entries(single ?? {}).map(([name, value]) => [name, value === undefined ? [] : [value]])
    : Object.entries(all).map(([name, values]) => [name, values ?? []]);

/** REST APIs decode what was in the query. */
const queryOf = (parameters: Listed): string =>
  parameters
    .flatMap(([name, values]) =>
      values.map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
    )
    .join('&');

function headersOf(entries: Listed): Headers {
  const headers = new Headers();
  for (const [name, values] of entries) for (const value of values) headers.append(name, inLatin1(value));
  return headers;
}

/** A header's bytes, one character each, as an HTTP server reads them. */
const inLatin1 = (value: string): string =>
  /[\u0100-\uffff]/.test(value) ? Buffer.from(value).toString('latin1') : value;

/** HTTP APIs put a stage that has a name before the path. */
const withoutStage = (path: string, stage: string | undefined): string =>
  stage !== undefined && stage !== '$default' && path.startsWith(`/${stage}/`)
    ? path.slice(stage.length + 1)
    : path;

type Bytes = Uint8Array<ArrayBuffer>;

function bytesOf({ body, isBase64Encoded }: Pick<RestV1, 'body' | 'isBase64Encoded'>): Bytes | undefined {
  if (body === undefined || body === null) return undefined;
  return Uint8Array.from(Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8'));
}

type Parts = Readonly<{
  method: string;
  domainName: string | undefined;
  path: string;
  query: string;
  headers: Headers;
  body: Bytes | undefined;
}>;

/** A body that comes with GET or HEAD means nothing, and is left out. */
function requestOf({ method, domainName = 'localhost', path, query, headers, body }: Parts): Request {
  const url = `https://${domainName}${encoded(path)}${query === '' ? '' : `?${query}`}`;
  return new Request(url, {
    method,
    headers,
    ...(body === undefined || method === 'GET' || method === 'HEAD' ? {} : { body }),
  });
}

/** Gateways decode some of the path; what would end it has been part of it. */
const encoded = (path: string): string => path.replaceAll('?', '%3F').replaceAll('#', '%23');
