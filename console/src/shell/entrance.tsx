import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useSyncExternalStore } from 'react';
import { statusOf } from '../api/problem.ts';
import { sessionQuery } from '../api/session.ts';
import { Failure } from '../parts/answers.tsx';
import { failedLogin, subscribeToLogin } from './followed-link.ts';
import { useSameSession } from './same-session.ts';
import { Shell } from './shell.tsx';

const Login = lazy(() => import('./login.tsx').then((module) => ({ default: module.Login })));

/** The shell for those who are logged in, and the login in its place for all others: the address stays. */
export function Entrance() {
  const { data: session, error, refetch } = useQuery(sessionQuery);
  useSameSession(session);
  const failed = useSyncExternalStore(subscribeToLogin, failedLogin);
  if (session === undefined)
    return error === null ? (
      <main className="min-h-dvh" aria-busy="true" aria-label="Loading" />
    ) : (
      <main className="mx-auto max-w-lg px-4 py-16">
        <h1 className="mb-4 text-lg font-semibold">The console could not be opened</h1>
        <Failure error={error} {...(statusOf(error) === 404 ? {} : { retry: () => void refetch() })} />
      </main>
    );
  if (session === null)
    return (
      <Suspense fallback={null}>
        <Login failed={failed} />
      </Suspense>
    );
  return <Shell key={`${session.subject} ${session.merchant_id}`} session={session} />;
}
