import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { paths } from '../../../client/src/api.ts';
import { api, bodyOf, type Schemas } from '../api/api.ts';
import type { ExceptionSearch } from './exception-search.ts';

export type Exception = Schemas['Exception'];

type Query = NonNullable<paths['/exceptions']['get']['parameters']['query']>;

export const exceptionList = ({ status = 'open', ...filters }: ExceptionSearch) =>
  infiniteQueryOptions({
    queryKey: ['exceptions', 'list', status, filters],
    queryFn: ({ pageParam, signal }) =>
      bodyOf(
        api.GET('/exceptions', {
          params: {
            query: {
              ...(Object.fromEntries(
                Object.entries({ ...filters, cursor: pageParam }).filter(([, value]) => value !== undefined),
              ) as Query),
              limit: 50,
              ...(status === 'any' ? {} : { status }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    meta: { live: true },
  });

export const exceptionQuery = (id: string) =>
  queryOptions({
    queryKey: ['exceptions', 'one', id],
    queryFn: ({ signal }) => bodyOf(api.GET('/exceptions/{id}', { params: { path: { id } }, signal })),
    meta: { live: true },
  });
