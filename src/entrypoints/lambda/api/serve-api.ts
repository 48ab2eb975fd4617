import { noteApiRequest } from '../function/invocation.ts';
import { type ApiEvent, apiEvent } from './api-event.ts';
import { type ApiResult, apiResult, type TooLarge, tooLargeAnswer } from './api-result.ts';

type FetchApp = Readonly<{ fetch: (request: Request, env?: object) => Response | Promise<Response> }>;

/**
 * Answers an event of API Gateway by the app. Throws on any other event. An API of its own has the app's paths without
 * `mount`, and is answered with such. What Lambda would not send is never its answer: a page of a list is read again with as
 * many items as fit, and for anything else the answer is a problem.
 */
export async function serveApi(app: FetchApp, event: unknown, mount = ''): Promise<ApiResult> {
  const read = apiEvent(event);
  noteApiRequest(read.requestId);
  for (let request: Request | undefined = read.request; ; ) {
    // A request's body is read once: what is asked again is a GET.
    const result = await apiResult(await answered(app, { ...read, request }, mount), read.form);
    if (!('tooLargeFor' in result)) return result;
    request = shorter(request, result);
    if (request === undefined) return tooLargeAnswer(result);
  }
}

async function answered(
  { fetch }: FetchApp,
  { request, sourceIp }: ApiEvent,
  mount: string,
): Promise<Response> {
  const connection = { incoming: { socket: { remoteAddress: sourceIp } } };
  if (isBelow(mount, new URL(request.url).pathname)) return fetch(request, connection);
  const response = await fetch(mounted(request, mount), connection);
  const location = response.headers.get('location');
  if (location !== null && isBelow(mount, location))
    response.headers.set('location', location.slice(mount.length));
  return response;
}

const isBelow = (mount: string, path: string): boolean => path === mount || path.startsWith(`${mount}/`);

function mounted(request: Request, mount: string): Request {
  const { origin, pathname, search } = new URL(request.url);
  return new Request(`${origin}${mount}${pathname}${search}`, request);
}

/** The same request for half the page; undefined for what is no page, and for one item that is too large by itself. */
function shorter({ method, url, headers }: Request, { items = 0 }: TooLarge): Request | undefined {
  if (method !== 'GET' || items < 2) return undefined;
  const next = new URL(url);
  next.searchParams.set('limit', String(Math.floor(items / 2)));
  return new Request(next, { method, headers });
}
