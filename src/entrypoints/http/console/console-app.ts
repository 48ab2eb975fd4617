import { Hono } from 'hono';
import { answerFile } from '../operation/public-file.ts';
import { MERCHANT_HEADER } from '../server/chosen-merchant.ts';
import { type HttpContext, type HttpEnv, observed } from '../server/request-context.ts';
import { refuseOtherMethods, refuseRoute, type ServiceAppParts } from '../server/service-app.ts';
import type { ConsoleFiles } from './console-files.ts';
import { getCallback, getLogin, getWays, type LoginParts } from './login-routes.ts';
import { CALLBACK } from './provider-login.ts';
import { cookieOf } from './session-cookie.ts';
import { deleteSession, getSession, postSession, refuse, sessionOf } from './session-routes.ts';
import { untilEnded } from './until-ended.ts';

type FetchApp = Readonly<{ fetch: (request: Request, env?: object) => Response | Promise<Response> }>;

export type ConsoleParts = Omit<ServiceAppParts, 'corsOrigins'> &
  LoginParts &
  Readonly<{
    /** Both services, which the console reaches below `/console/api`. */
    api: FetchApp;
    /** Absent where the console was not built. */
    files?: ConsoleFiles;
    /** What links to files begin with, to which pages send large ones; absent where those are paths of this origin. */
    filesAt?: string;
  }>;

/**
 * Nothing is loaded from elsewhere, nothing is asked of others than of the store of files, no markup becomes script or style, and no
 * other page may frame it.
 */
const policyOf = (filesAt: string | undefined): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${filesAt === undefined ? '' : ` ${filesAt}`}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');

/**
 * A path below `/console/api` is the API's of that name, with the session's token in place of its cookie. One below
 * `/console/api/@merchant-123` is for that merchant: streams and links to files send no headers, so the address says it.
 */
const API = '/console/api';
/** The stream of events, of ids alone. */
const EVENTS = '/console/events';

/**
 * The console at `/console/`: its files, its sessions, and the API for pages of this origin. A call of the API costs one read
 * of the session more than with a token, and is logged and counted as the API's route.
 */
export function consoleApp({ api, files, filesAt, ...parts }: ConsoleParts): FetchApp {
  const headers = {
    'Content-Security-Policy': policyOf(filesAt),
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
  };
  const app = new Hono<HttpEnv>();
  const observe = observed(parts);
  // What is forwarded is observed where it is served.
  app.all(`${API}/*`, forwarded);
  app.get(EVENTS, forwarded);
  app.use(observe);
  app.onError((fault, c) => {
    c.set('defect', fault);
    return refuse(c, { kind: 'Defect' });
  });
  app.notFound(refuseRoute);
  const session = '/console/session';
  for (const route of ['/console/*', session])
    app.use(route, (c, next) => {
      c.set('route', route);
      return next();
    });
  app.get(session, (c) => getSession(c, parts));
  app.post(session, (c) => postSession(c, parts));
  app.delete(session, (c) => deleteSession(c, parts));
  refuseOtherMethods(app, session, ['GET', 'POST', 'DELETE']);
  app.get('/console/session/ways', () => getWays(parts.provider));
  if (parts.provider !== undefined) {
    app.get('/console/login', getLogin(parts.provider));
    app.get(CALLBACK, getCallback(parts.provider, parts));
  }
  refuseOtherMethods(app, EVENTS, ['GET']);
  app.get('/console', (c) => c.redirect('/console/', 308));
  app.get('/console/*', (c) => served(c, files, headers));
  refuseOtherMethods(app, '/console/*', ['GET']);
  return app;

  async function forwarded(c: HttpContext): Promise<Response> {
    const cookie = cookieOf(c);
    const found = await sessionOf(c.req.raw, cookie, parts);
    if (found.isErr()) {
      const failure = found.error;
      await observe(c, async () => {
        c.set('route', `${API}/*`);
        c.res = refuse(c, failure);
      });
      return c.res;
    }
    const response = await api.fetch(asProgram(c.req.raw, found.value.token), c.env);
    return isStream(response) ? untilEnded(response, () => parts.sessions.find(cookie)) : response;
  }
}

/** The same request as a program sends it: to the API's path, with a bearer token and without what a browser adds. */
function asProgram(given: Request, token: string): Request {
  const url = new URL(given.url);
  const headers = new Headers(given.headers);
  const path = url.pathname === EVENTS ? '/events/stream' : url.pathname.slice(API.length) || '/';
  const [named, merchant, rest = '/'] = /^\/@([^/]*)(\/.*)?$/.exec(path) ?? [];
  url.pathname = named === undefined ? path : rest;
  if (merchant !== undefined) headers.set(MERCHANT_HEADER.name, merchant);
  for (const name of ['cookie', 'origin', 'referer']) headers.delete(name);
  headers.set('authorization', `Bearer ${token}`);
  const { method, body, signal } = given;
  return new Request(url, {
    method,
    headers,
    signal,
    ...(body === null ? {} : { body, duplex: 'half' }),
  });
}

const isStream = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('text/event-stream') === true;

function served(
  c: HttpContext,
  files: ConsoleFiles | undefined,
  headers: Readonly<Record<string, string>>,
): Response {
  if (files === undefined) return c.html(NOT_BUILT, 503, headers);
  const path = c.req.path.slice('/console/'.length);
  const file = files.find(path);
  if (file !== undefined) return answerFile(c, file, headers);
  // What has an ending was meant to be a file; every other path is a page that the script shows.
  return path.startsWith('assets/') || /\.\w+$/.test(path)
    ? refuseRoute(c)
    : answerFile(c, files.page, headers);
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>paywright</title></head>
<body><p>The console was not built here: <code>npm run console</code> builds it. The API runs.</p></body>
</html>
`;
