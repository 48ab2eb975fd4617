import { z } from '@hono/zod-openapi';
import { decodeJwt } from 'jose';
import { err, ok, type Result, type ResultAsync } from 'neverthrow';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { StorageUnavailable } from '../../../ports/unavailable.ts';
import type { AuthenticationUnavailable, Principal, Unauthenticated } from '../server/authenticate.ts';
import { countFailedAuthentication, type GateParts } from '../server/authorization.ts';
import { parseBody } from '../server/body-input.ts';
import { problemTable } from '../server/problem-table.ts';
import { readJson } from '../server/read-json.ts';
import { answerJson, type HttpContext } from '../server/request-context.ts';
import type { ConsoleSession, ConsoleSessions } from './console-sessions.ts';
import type { OneTimeCodes } from './one-time-codes.ts';
import type { LoginRefused, ProviderUnavailable } from './provider-login.ts';
import { isSameOrigin } from './same-origin.ts';
import { cookieOf, FORGOTTEN_COOKIE, keptCookie, LONGEST_COOKIE } from './session-cookie.ts';

type ForeignPage = Readonly<{ kind: 'ForeignPage' }>;
type TokenTooLong = Readonly<{ kind: 'TokenTooLong' }>;
type ConsoleFailure =
  | ForeignPage
  | TokenTooLong
  | Unauthenticated
  | AuthenticationUnavailable
  | StorageUnavailable
  | LoginRefused
  | ProviderUnavailable;

const problems = problemTable<ConsoleFailure>({
  ForeignPage: {
    status: 403,
    code: 'foreign_page',
    title: 'The request does not come from the console',
    detail: 'Programs call the API itself, with a bearer token.',
  },
  TokenTooLong: {
    status: 422,
    code: 'token_too_long',
    title: 'The token does not fit a cookie',
    detail: 'A browser keeps a token of 2800 characters at the most.',
  },
  LoginRefused: {
    status: 401,
    code: 'login_refused',
    title: 'The login did not succeed',
    detail: 'The provider refused it, or it was begun elsewhere. Begin again at /console/.',
  },
  ProviderUnavailable: {
    status: 503,
    code: 'login_unavailable',
    title: 'People cannot be logged in just now',
    detail: 'The provider of logins does not answer. Try again in a moment.',
    retryAfterS: 5,
  },
});

export const { refuse } = problems;

export type SessionParts = GateParts &
  Readonly<{
    sessions: ConsoleSessions;
    codes: Pick<OneTimeCodes, 'take'>;
    /** Whether charges move money. */
    live: boolean;
  }>;

const login = z.union([
  z.strictObject({ code: z.string().min(1).max(128) }),
  z.strictObject({ token: z.string().min(1).max(8_192) }),
]);

/** Swaps a token, or the code of a link, for a cookie. */
export async function postSession(c: HttpContext, parts: SessionParts): Promise<Response> {
  if (!isSameOrigin(c.req.raw)) return refuse(c, { kind: 'ForeignPage' });
  return readJson(c.req.raw)
    .andThen((body) => parseBody(login, body))
    .andThen((given) => tokenOf(given, parts.codes))
    .andThen((token) => loggedIn(token, parts))
    .match(
      ({ principal, session }) => answerSession(c, principal, session, parts, keptCookie(session.cookie)),
      (failure) => refuse(c, failure),
    );
}

/** A session for a token that the API believes; one that it refuses is counted. */
export const loggedIn = (token: string, parts: SessionParts) =>
  parts
    .authenticate(`Bearer ${token}`)
    .orTee(({ kind }) => {
      if (kind === 'Unauthenticated') countFailedAuthentication(parts, `Bearer ${token}`);
    })
    .andThen((principal) => parts.sessions.open(token).map((session) => ({ principal, session })))
    .andThen((opened) =>
      opened.session.cookie.length > LONGEST_COOKIE
        ? err<never, TokenTooLong>({ kind: 'TokenTooLong' })
        : ok(opened),
    );

/** Who is logged in, and until when if the session is used; not before the API would believe it, too. */
export const getSession = (c: HttpContext, parts: SessionParts): Promise<Response> =>
  sessionOf(c.req.raw, cookieOf(c), parts)
    .andThen((session) =>
      parts
        .authenticate(`Bearer ${session.token}`)
        .map((principal) => answerSession(c, principal, session, parts)),
    )
    .match(
      (response) => response,
      (failure) => refuse(c, failure),
    );

/** Logs out: the cookie is worth nothing from then on, in whoever's hands it is. */
export async function deleteSession(c: HttpContext, { sessions }: SessionParts): Promise<Response> {
  if (!isSameOrigin(c.req.raw)) return refuse(c, { kind: 'ForeignPage' });
  return sessions.end(cookieOf(c)).match(
    () => new Response(null, { status: 204, headers: FORGOTTEN_COOKIE }),
    (failure) => refuse(c, failure),
  );
}

/** The session whose cookie a request of the console carries. */
export function sessionOf(
  request: Request,
  cookie: string,
  { sessions }: Pick<SessionParts, 'sessions'>,
): ResultAsync<ConsoleSession, ForeignPage | Unauthenticated | StorageUnavailable> {
  const origin: Result<void, ForeignPage> = isSameOrigin(request)
    ? ok(undefined)
    : err({ kind: 'ForeignPage' });
  return origin
    .asyncAndThen(() => sessions.find(cookie))
    .andThen((session) =>
      session === undefined ? err<never, Unauthenticated>({ kind: 'Unauthenticated' }) : ok(session),
    );
}

function tokenOf(
  given: z.output<typeof login>,
  codes: SessionParts['codes'],
): Result<string, Unauthenticated> {
  const token = 'token' in given ? given.token : codes.take(given.code);
  return token === undefined ? err({ kind: 'Unauthenticated' }) : ok(token);
}

function answerSession(
  c: HttpContext,
  principal: Principal,
  { token }: ConsoleSession,
  { live }: Pick<SessionParts, 'live'>,
  headers?: Readonly<Record<string, string>>,
): Response {
  const { subject, merchantId, permissions, roles, vendorId } = principal;
  c.set('principal', principal);
  const record = {
    subject,
    ...present({ merchant_id: merchantId, vendor_id: vendorId }),
    permissions: [...permissions],
    roles: [...roles],
    live,
    expires_at: new Date((decodeJwt(token).exp ?? 0) * 1_000).toISOString(),
  };
  return answerJson(200, jsonText(record), headers);
}
