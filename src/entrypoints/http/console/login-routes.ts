import { okAsync } from 'neverthrow';
import { jsonText } from '../../../domain/kernel/json.ts';
import { answerJson, type HttpContext } from '../server/request-context.ts';
import { consolePage, HOME } from './console-page.ts';
import type { ProviderLogin } from './provider-login.ts';
import { FORGOTTEN_LOGIN, keptCookie, keptLogin, loginOf } from './session-cookie.ts';
import { loggedIn, refuse, type SessionParts } from './session-routes.ts';

export type LoginParts = SessionParts & Readonly<{ provider?: ProviderLogin }>;

/** How people may log in here. */
export const getWays = (provider: ProviderLogin | undefined): Response =>
  answerJson(200, jsonText({ token: true, provider: provider === undefined ? null : '/console/login' }));

/**
 * Sends the browser to the provider, and leaves with it what ties the answer to this beginning, and the page in `return_to`. What is
 * no page of this console is the first one.
 */
export const getLogin =
  (provider: ProviderLogin) =>
  (c: HttpContext): Promise<Response> =>
    provider.begin().match(
      ({ url, kept }) => redirected(url.href, [keptLogin({ kept, page: pageOf(c) })]),
      (failure) => shown(c, pageOf(c), refuse(c, failure)),
    );

/**
 * Where the provider sends the browser back to: the code becomes a token, which is judged like every other, and the token a session. A
 * beginning is good for one end.
 */
export const getCallback =
  (provider: ProviderLogin, parts: SessionParts) =>
  (c: HttpContext): Promise<Response> => {
    const { kept, page } = loginOf(c);
    return provider
      .finish(new URL(c.req.url), kept)
      .andThen((token) => loggedIn(token, parts))
      .andThen(({ session }) => okAsync(redirected(page, [keptCookie(session.cookie), FORGOTTEN_LOGIN])))
      .match(
        (response) => response,
        (failure) => shown(c, page, refuse(c, failure, FORGOTTEN_LOGIN)),
      );
  };

/** A browser that shows a page is sent to where people log in, which says why they could not; a program has the problem. */
function shown(c: HttpContext, page: string, refusal: Response): Response {
  if (c.req.header('accept')?.includes('text/html') !== true) return refusal;
  const why = refusal.status < 500 ? 'refused' : 'unavailable';
  return redirected(
    `${page}#login=${why}`,
    refusal.headers.getSetCookie().map((cookie) => ({ 'Set-Cookie': cookie })),
  );
}

/** The one page that a request to log in names. */
function pageOf(c: HttpContext): string {
  const [named, ...others] = new URL(c.req.url).searchParams.getAll('return_to');
  return (named !== undefined && others.length === 0 && consolePage(named)) || HOME;
}

function redirected(to: string, cookies: readonly Readonly<{ 'Set-Cookie': string }>[]): Response {
  const headers = new Headers({ Location: to });
  for (const cookie of cookies) headers.append('Set-Cookie', cookie['Set-Cookie']);
  return new Response(null, { status: 303, headers });
}
