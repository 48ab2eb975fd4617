import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { API, chosenMerchant } from './address.ts';
import { fetchAnswer, SESSION } from './api.ts';
import { EVENT_TYPES } from './event-types.ts';
import { statusOf } from './problem.ts';

/** How the page hears of changes: as they happen, by asking every ten seconds, or not at all. */
export type Connection = 'live' | 'polling' | 'offline';

const POLL_MS = 10_000;
/** A burst of events has what is on the page asked for once. */
const GATHER_MS = 300;
/** What asks for several things at once is asked for again this often at most. */
const SELDOM_MS = 10_000;
/** How long a server without a stream is polled before a stream is tried again. */
const RETRY_MS = 60_000;

/**
 * What keeps a query fresh, in its `meta`: events, or asking again where there is no stream of them (`true`); events alone (`seldom`);
 * or both, as what it shows also changes where no event tells of it (`always`).
 */
type Live = true | 'seldom' | 'always';

const refresh = (queries: QueryClient, ...kinds: readonly Live[]) =>
  queries.invalidateQueries({ predicate: ({ meta }) => kinds.some((kind) => kind === meta?.['live']) });

/** Keeps the page's queries fresh (`Live`), and says how. A tab that is not looked at holds no connection: browsers have six for all tabs of an origin. */
export function useLive(): Connection {
  const queries = useQueryClient();
  const [connection, setConnection] = useState<Connection>('polling');
  useEffect(() => {
    let gathering: ReturnType<typeof setTimeout> | undefined;
    let seldom: ReturnType<typeof setTimeout> | undefined;
    let seldomAt = 0;
    let source: EventSource | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    const isOpen = () => source?.readyState === EventSource.OPEN;
    const heard = () => {
      gathering ??= setTimeout(() => {
        gathering = undefined;
        void refresh(queries, true, 'always');
      }, GATHER_MS);
      seldom ??= setTimeout(
        () => {
          seldom = undefined;
          seldomAt = performance.now();
          void refresh(queries, 'seldom');
        },
        Math.max(GATHER_MS, seldomAt + SELDOM_MS - performance.now()),
      );
    };
    const open = () => {
      source = new EventSource(chosenMerchant === undefined ? '/console/events' : `${API}/events/stream`);
      source.addEventListener('open', () => {
        setConnection('live');
        heard();
      });
      source.addEventListener('error', () => {
        setConnection((was) => (was === 'live' ? 'polling' : was));
        if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, RETRY_MS);
      });
      // Named, because the browser hands on only events of a name that is listened for.
      for (const type of EVENT_TYPES) source.addEventListener(type, heard);
    };
    const poll = async () => {
      if (document.hidden) return;
      // A stream may outlast a moment without a network.
      if (isOpen() && navigator.onLine) {
        setConnection('live');
        await refresh(queries, 'always');
        return;
      }
      try {
        await fetchAnswer(SESSION);
        setConnection(isOpen() ? 'live' : 'polling');
        await refresh(queries, true, 'always');
      } catch (error) {
        if (statusOf(error) === 0) setConnection('offline');
      }
    };
    const shown = () => {
      clearTimeout(again);
      source?.close();
      if (document.hidden) return;
      open();
      void poll();
    };
    const lost = () => setConnection('offline');
    const back = () => void poll();
    open();
    const polling = setInterval(back, POLL_MS);
    document.addEventListener('visibilitychange', shown);
    addEventListener('offline', lost);
    addEventListener('online', back);
    return () => {
      source?.close();
      clearTimeout(gathering);
      clearTimeout(seldom);
      clearTimeout(again);
      clearInterval(polling);
      document.removeEventListener('visibilitychange', shown);
      removeEventListener('offline', lost);
      removeEventListener('online', back);
    };
  }, [queries]);
  return connection;
}
