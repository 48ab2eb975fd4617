import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { paths } from '../../../client/src/api.ts';
import { dataOf } from '../../../client/src/client.ts';
import { api, type Schemas } from '../api/api.ts';
import { PAGED, pageFrom } from '../api/paged.ts';
import type { ExceptionSearch } from './exception-search.ts';

export type Exception = Schemas['Exception'];

type Query = NonNullable<paths['/exceptions']['get']['parameters']['query']>;

export const exceptionList = ({ status = 'open', ...filters }: ExceptionSearch) =>
  infiniteQueryOptions({
    ...PAGED,
    meta: { live: 'always' },
    queryKey: ['exceptions', 'list', status, filters],
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET('/exceptions', {
          params: {
            query: {
              ...(Object.fromEntries(
                Object.entries(filters).filter(([, value]) => value !== undefined),
              ) as Query),
              ...pageFrom(pageParam),
              ...(status === 'any' ? {} : { status }),
            },
          },
          signal,
        }),
      ),
  });

export const exceptionQuery = (id: string) =>
  queryOptions({
    queryKey: ['exceptions', 'one', id],
    queryFn: ({ signal }) => dataOf(api.GET('/exceptions/{id}', { params: { path: { id } }, signal })),
    meta: { live: 'always' },
  });
