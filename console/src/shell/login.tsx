import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { type FormEvent, useId } from 'react';
import { statusOf } from '../api/problem.ts';
import { changeSession, logIn, loginFrom, waysQuery } from '../api/session.ts';
import { Failure } from '../parts/answers.tsx';
import { textOf } from '../parts/form-text.ts';
import type { FailedLogin } from './followed-link.ts';
import { Wordmark } from './wordmark.tsx';

const WHY: Readonly<Record<FailedLogin, string>> = {
  used: 'This link was used or is older than five minutes. Start the server again for another, or paste a token.',
  'not taken': 'The link could not be used. Paste a token.',
  refused: 'Your organisation did not log you in, or the login was begun elsewhere. Begin it again.',
  unavailable: 'Your organisation’s login cannot be reached just now. Try again in a moment.',
};

/** Asks for a token; the page that was asked for is shown then. */
export function Login({ failed }: Readonly<{ failed: FailedLogin | undefined }>) {
  const queries = useQueryClient();
  const { data: ways } = useQuery(waysQuery);
  const provider = ways?.provider ?? undefined;
  const page = useLocation({ select: ({ publicHref }) => publicHref });
  const field = useId();
  const hint = useId();
  const login = useMutation({
    mutationFn: (token: string) => logIn({ token }),
    onSuccess: (session) => changeSession(queries, session),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const token = textOf(new FormData(event.currentTarget), 'token');
    if (token !== undefined) login.mutate(token);
  };
  const refused = statusOf(login.error) === 401;
  return (
    <main className="grid min-h-dvh place-items-center bg-rail px-4">
      <div className="flex w-full max-w-sm flex-col gap-6">
        <Wordmark />
        <form onSubmit={submit} className="card flex flex-col gap-4 p-6 shadow-sm">
          <h1 className="text-lg font-semibold">Log in</h1>
          {failed !== undefined && login.isIdle && (
            <p role="alert" className="rounded-md bg-warn-wash px-3 py-2 text-warn">
              {WHY[failed]}
            </p>
          )}
          {provider !== undefined && (
            <>
              <a href={loginFrom(page, provider)} className="button button-main h-9">
                Log in with your organisation
              </a>
              <p className="text-center text-quiet">or</p>
            </>
          )}
          <div className="flex flex-col gap-1.5">
            <label htmlFor={field} className="font-medium">
              Token
            </label>
            <input
              id={field}
              name="token"
              type="password"
              autoComplete="off"
              spellCheck={false}
              autoFocus
              required
              aria-describedby={hint}
              aria-invalid={refused}
              className="field font-mono"
            />
            <p id={hint} className="text-xs text-quiet">
              A bearer token of the API. It is swapped for a session of this browser and not kept.
            </p>
          </div>
          {refused ? (
            <p role="alert" className="text-bad">
              The server does not take this token.
            </p>
          ) : (
            login.error !== null && <Failure error={login.error} />
          )}
          <button
            type="submit"
            className={`button h-9 ${provider === undefined ? 'button-main' : ''}`}
            disabled={login.isPending}
          >
            {login.isPending ? 'Logging in…' : 'Log in'}
          </button>
        </form>
        <p className="text-center text-xs text-quiet">
          In development: <code className="font-mono">npx paywright token --merchant merchant-123</code>
        </p>
      </div>
    </main>
  );
}
