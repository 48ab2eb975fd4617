import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { paths } from '../../../client/src/api.ts';
import { dataOf } from '../../../client/src/client.ts';
import { api, type Schemas } from '../api/api.ts';
import type { CostSearch } from './cost-search.ts';

export type CostEstimate = Schemas['CostEstimate'];

type CostQuery = NonNullable<paths['/cost']['get']['parameters']['query']>;

/** The text of the address, which the API reads as it is. */
const asked = (search: CostSearch): CostQuery =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));

export const costQuery = (search: CostSearch) =>
  queryOptions({
    queryKey: ['cost', search],
    queryFn: ({ signal }) => dataOf(api.GET('/cost', { params: { query: asked(search) }, signal })),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
