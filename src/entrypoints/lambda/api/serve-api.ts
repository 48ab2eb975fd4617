import { apiEvent } from './api-event.ts';
import { type ApiResult, apiResult } from './api-result.ts';

type FetchApp = Readonly<{ fetch: (request: Request, env?: object) => Response | Promise<Response> }>;

/**
 * Answers an event of API Gateway by the app. Throws on any other event. An API of its own has the app's paths without
 * `mount`, and is answered with such.
 */
export async function serveApi({ fetch }: FetchApp, event: unknown, mount = ''): Promise<ApiResult> {
  const { request, sourceIp, form } = apiEvent(event);
  const connection = { incoming: { socket: { remoteAddress: sourceIp } } };
  if (isBelow(mount, new URL(request.url).pathname)) return apiResult(await fetch(request, connection), form);
  const response = await fetch(mounted(request, mount), connection);
  const location = response.headers.get('location');
  if (location !== null && isBelow(mount, location))
    response.headers.set('location', location.slice(mount.length));
  return apiResult(response, form);
}

const isBelow = (mount: string, path: string): boolean => path === mount || path.startsWith(`${mount}/`);

function mounted(request: Request, mount: string): Request {
  const { origin, pathname, search } = new URL(request.url);
  return new Request(`${origin}${mount}${pathname}${search}`, request);
}
