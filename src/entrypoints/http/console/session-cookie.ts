import { generateCookie, getCookie } from 'hono/cookie';
import type { HttpContext } from '../server/request-context.ts';
import { consolePage, HOME } from './console-page.ts';

const NAME = 'paywright';

/** With the prefix `__Host-` a browser takes it over TLS or from this machine alone, for this host alone and all its paths. */
const TERMS = { prefix: 'host', path: '/', secure: true, httpOnly: true, sameSite: 'Strict' } as const;

/** What browsers keep of one cookie, its name and terms apart. */
export const LONGEST_COOKIE = 3_900;

export const cookieOf = (c: HttpContext): string => getCookie(c, NAME, 'host') ?? '';

/** The header that has the browser keep it until it ends itself: how long the session lasts, its use decides. */
export const keptCookie = (cookie: string) => ({ 'Set-Cookie': generateCookie(NAME, cookie, TERMS) });

export const FORGOTTEN_COOKIE = { 'Set-Cookie': generateCookie(NAME, '', { ...TERMS, maxAge: 0 }) };

const LOGIN = 'paywright-login';

/** A browser that a provider sends back comes from another site, so this one may come along with it. */
const LOGIN_TERMS = { ...TERMS, sameSite: 'Lax', maxAge: 600 } as const;

/** What a login that was begun is finished with, and the page that the browser goes back to then. */
export type KeptLogin = Readonly<{ kept: string; page: string }>;

/** Of a browser that holds none, or one of another version, there is nothing to finish; of a page that is none, the first. */
export function loginOf(c: HttpContext): KeptLogin {
  const [kept = '', page = ''] = (getCookie(c, LOGIN, 'host') ?? '').split('~');
  return { kept, page: consolePage(Buffer.from(page, 'base64url').toString()) ?? HOME };
}

/** For ten minutes. */
export const keptLogin = ({ kept, page }: KeptLogin) => ({
  'Set-Cookie': generateCookie(
    LOGIN,
    page === HOME ? kept : `${kept}~${Buffer.from(page).toString('base64url')}`,
    LOGIN_TERMS,
  ),
});

export const FORGOTTEN_LOGIN = { 'Set-Cookie': generateCookie(LOGIN, '', { ...LOGIN_TERMS, maxAge: 0 }) };
