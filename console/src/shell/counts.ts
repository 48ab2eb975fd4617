import { type QueryFunctionContext, type UseQueryOptions, useQueries } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { dataOf } from '../../../client/src/client.ts';
import { apiOnce } from '../api/api.ts';
import { mayApprove, mayUse, type Session } from '../api/session.ts';
import { pendingApprovals } from '../approvals/approval-queries.ts';
import { isFailing } from '../webhooks/failing.ts';

/** How many wait, as far as one page of the API says: there are more where it ends with a cursor. */
type Counted = Readonly<{ count: number; more: boolean }>;

type Counter = Readonly<{
  /** Of the page that lists them. */
  path: string;
  /** What the number counts, after it. */
  what: string;
  /** What shows on that page what the number counts, and nothing else. */
  search: Readonly<Record<string, string>>;
  isFor: (session: Session) => boolean;
  ask: (context: Pick<QueryFunctionContext, 'signal' | 'client'>) => Promise<Counted>;
  /** Whether no event tells of a change, so that only asking again does. */
  isSilent?: boolean;
}>;

const LIMIT = 100;
/** How often a window that is looked at asks again, whatever it hears: four requests. */
const AGAIN_MS = 60_000;
/** A page that shows what is counted asks for it as often at least. */
const SHARED_MS = 12_000;
const SHOWN = 99;

const COUNTERS: readonly Counter[] = [
  {
    path: '/payments',
    what: 'need attention',
    search: { attention: 'true' },
    isFor: (session) => mayUse(session, 'payments'),
    ask: async ({ signal }) => {
      const query = { attention: 'true', limit: 1, include: 'total' } as const;
      const { total = 0 } = await dataOf(apiOnce.GET('/payments', { params: { query }, signal }));
      return { count: total, more: false };
    },
  },
  {
    path: '/exceptions',
    what: 'are open',
    search: { status: 'open' },
    isFor: (session) => mayUse(session, 'settlements'),
    ask: async ({ signal }) => {
      const query = { status: 'open', limit: LIMIT } as const;
      const { items, next_cursor } = await dataOf(apiOnce.GET('/exceptions', { params: { query }, signal }));
      return { count: items.length, more: next_cursor !== null };
    },
  },
  {
    path: '/approvals',
    what: 'wait for approval',
    search: {},
    isFor: mayApprove,
    isSilent: true,
    ask: async ({ client }) => {
      // Of a page that shows them, it is as new as the page.
      const { payments, pagination } = await client.fetchQuery({ ...pendingApprovals, staleTime: SHARED_MS });
      return { count: payments.length, more: pagination.nextCursor !== null };
    },
  },
  {
    path: '/webhooks',
    what: 'are failing or disabled',
    search: { endpoints: 'failing' },
    isFor: (session) => mayUse(session, 'webhooks'),
    ask: async ({ signal }) => {
      const { items } = await dataOf(apiOnce.GET('/webhook_endpoints', { signal }));
      return { count: items.filter(isFailing).length, more: false };
    },
  },
];

export type ShownCount = Readonly<{ text: string }> & Pick<Counter, 'what' | 'search'>;

const shown = ({ count, more }: Counted): string =>
  more || count > SHOWN ? `${Math.min(count, SHOWN)}+` : `${count}`;

/**
 * What waits for people, by the path of the page that lists it; nothing where nothing does or the token may not see it. One
 * request each when the shell is open and the page has been asked for, one a minute, and one when events tell of a change, at most every ten seconds.
 */
export function useCounts(session: Session): ReadonlyMap<string, ShownCount> {
  const isIdle = useIdle();
  const counters = COUNTERS.filter(({ isFor }) => isFor(session));
  return useQueries({
    queries: counters.map(
      ({ path, ask, isSilent = false }): UseQueryOptions<Counted> => ({
        queryKey: ['counts', path],
        queryFn: ask,
        enabled: isIdle,
        refetchInterval: AGAIN_MS,
        ...(isSilent ? {} : { meta: { live: 'seldom' } }),
      }),
    ),
    combine: (answers) =>
      new Map(
        answers.flatMap(({ data }, at) => {
          const counter = counters[at];
          if (data === undefined || data.count === 0 || counter === undefined) return [];
          const { path, what, search } = counter;
          return [[path, { text: shown(data), what, search }] as const];
        }),
      ),
  });
}

const LATEST_MS = 500;

/** False until the browser first had nothing to do: what the page itself needs is asked for before. */
function useIdle(): boolean {
  const [isIdle, setIdle] = useState(false);
  useEffect(() => {
    // Safari has no idle callbacks.
    if (!('requestIdleCallback' in window)) {
      const timer = setTimeout(() => setIdle(true), LATEST_MS);
      return () => clearTimeout(timer);
    }
    const callback = requestIdleCallback(() => setIdle(true), { timeout: LATEST_MS });
    return () => cancelIdleCallback(callback);
  }, []);
  return isIdle;
}
