import type { QueryClient } from '@tanstack/react-query';
import { statusOf } from '../api/problem.ts';
import { logIn, sessionQuery } from '../api/session.ts';

/** Why a link did not log in: of the server's own, its code was used or not taken; of the organisation's provider, it refused or did not answer. */
export type FailedLogin = 'used' | 'not taken' | 'refused' | 'unavailable';

let failure: FailedLogin | undefined;
const listeners = new Set<() => void>();

export const failedLogin = (): FailedLogin | undefined => failure;

export const subscribeToLogin = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

function fail(why: FailedLogin): void {
  failure = why;
  for (const listener of listeners) listener();
}

/** What the link has in its fragment, which leaves the address bar and the history at once. */
function takeFragment(): URLSearchParams {
  const fragment = new URLSearchParams(location.hash.slice(1));
  if (fragment.has('code') || fragment.has('login'))
    history.replaceState(null, '', location.pathname + location.search);
  return fragment;
}

/** Logs in by the code of the link, or learns how a login with the provider ended, before anything is asked for. */
export async function takeLink(queries: QueryClient): Promise<void> {
  const fragment = takeFragment();
  const ended = fragment.get('login');
  if (ended !== null) fail(ended === 'unavailable' ? 'unavailable' : 'refused');
  const code = fragment.get('code');
  if (code === null) return;
  try {
    queries.setQueryData(sessionQuery.queryKey, await logIn({ code }));
  } catch (error) {
    fail(statusOf(error) === 401 ? 'used' : 'not taken');
  }
}
