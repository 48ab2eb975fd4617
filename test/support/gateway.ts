/** The address that every request comes from. */
export const SOURCE_IP = '203.0.113.7';

async function bodyOf(request: Request) {
  const bytes = Buffer.from(await request.arrayBuffer());
  if (bytes.length === 0) return {};
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes)
    ? { body: text, isBase64Encoded: false }
    : { body: bytes.toString('base64'), isBase64Encoded: true };
}

/** The event that an HTTP API of API Gateway makes of a request (payload format 2.0). */
export async function httpEvent(request: Request) {
  const { pathname, search, hostname } = new URL(request.url);
  const { cookie, ...headers } = Object.fromEntries(request.headers);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: pathname,
    rawQueryString: search.slice(1),
    ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
    headers,
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: hostname,
      stage: '$default',
      requestId: 'JKJaXmPLvHcESHA=',
      http: { method: request.method, path: pathname, protocol: 'HTTP/1.1', sourceIp: SOURCE_IP },
    },
    ...(await bodyOf(request)),
  };
}

/** The event that a REST API of API Gateway makes of a request (payload format 1.0), its query decoded. */
export async function restEvent(request: Request) {
  const { pathname, searchParams, hostname } = new URL(request.url);
  const query = Object.groupBy([...searchParams], ([name]) => name);
  return {
    resource: '/{proxy+}',
    path: pathname,
    httpMethod: request.method,
    headers: Object.fromEntries(request.headers),
    multiValueHeaders: Object.fromEntries([...request.headers].map(([name, value]) => [name, [value]])),
    queryStringParameters: Object.fromEntries(searchParams),
    multiValueQueryStringParameters: Object.fromEntries(
      Object.entries(query).map(([name, pairs = []]) => [name, pairs.map(([, value]) => value)]),
    ),
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: hostname,
      stage: 'prod',
      requestId: '3b1f6c0e-0d5e-4b52-8d7b-6d1f2f1f3a10',
      identity: { sourceIp: SOURCE_IP },
    },
    ...(await bodyOf(request)),
  };
}
