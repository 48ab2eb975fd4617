import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './app.css';
import { whenSessionEnds } from './api/api.ts';
import { sessionQuery } from './api/session.ts';
import { ClockProvider } from './parts/clock.tsx';
import { consoleRouter } from './router.tsx';
import { takeLink } from './shell/followed-link.ts';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // The client of the API sends again what may succeed.
      retry: false,
      refetchOnWindowFocus: false,
      // A server that cannot be reached is answered for at once; the browser's guess is not asked.
      networkMode: 'always',
      staleTime: 5_000,
    },
    mutations: { networkMode: 'always' },
  },
});
whenSessionEnds(() => queries.setQueryData(sessionQuery.queryKey, null));

const element = document.getElementById('console');
if (element === null) throw new Error('The page has no place for the console.');
await takeLink(queries);
// On its way before the first frame is made, which waits for it.
void queries.prefetchQuery(sessionQuery);
const router = consoleRouter(queries);
createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <ClockProvider>
        <RouterProvider router={router} />
      </ClockProvider>
    </QueryClientProvider>
  </StrictMode>,
);
