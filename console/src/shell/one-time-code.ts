import type { QueryClient } from '@tanstack/react-query';
import { logIn, sessionQuery } from '../api/session.ts';

let failure: unknown;
const listeners = new Set<() => void>();

export const codeFailure = (): unknown => failure;

export const subscribeToCode = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** The code of the link that was followed, which leaves the address bar and the history at once. */
function takeCode(): string | undefined {
  const code = new URLSearchParams(location.hash.slice(1)).get('code') ?? undefined;
  if (code !== undefined) history.replaceState(null, '', location.pathname + location.search);
  return code;
}

/** Logs in by the code of the link, where there is one, before anything is asked for. */
export async function redeemCode(queries: QueryClient): Promise<void> {
  const code = takeCode();
  if (code === undefined) return;
  try {
    queries.setQueryData(sessionQuery.queryKey, await logIn({ code }));
  } catch (error) {
    failure = error;
    for (const listener of listeners) listener();
  }
}
