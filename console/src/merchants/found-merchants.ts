import { infiniteQueryOptions } from '@tanstack/react-query';
import { dataOf } from '../../../client/src/client.ts';
import { api } from '../api/api.ts';
import { statusOf } from '../api/problem.ts';
import type { Merchant } from './merchant-queries.ts';

/** So many pages are read before the reader is asked whether to look further. */
const MOST_PAGES = 5;
const PAGE = 100;

type Found = Readonly<{ items: readonly Merchant[]; next: string | undefined }>;

const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether its id, its name or a word of its name begins with the text, in whichever case. */
function isCalled({ id, name }: Pick<Merchant, 'id' | 'name'>, text: string): boolean {
  const wanted = text.toLowerCase();
  return [id, name, ...name.split(/\s/)].some((each) => each.toLowerCase().startsWith(wanted));
}

/** The merchant of this very id, wherever in the list it stands. */
async function ofId(id: string, signal: AbortSignal): Promise<readonly Merchant[]> {
  if (!ID.test(id)) return [];
  try {
    return [await dataOf(api.GET('/merchants/{id}', { params: { path: { id } }, signal }))];
  } catch (error) {
    if (statusOf(error) === 404) return [];
    throw error;
  }
}

/** Looks through the list from a cursor on, until something is found or so much was read that it is to be asked for again. */
async function lookedThrough(text: string, from: string | undefined, signal: AbortSignal): Promise<Found> {
  let cursor = from;
  for (let read = 1; ; read += 1) {
    const query = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const page = await dataOf(api.GET('/merchants', { params: { query }, signal }));
    const items = page.items.filter((each) => isCalled(each, text));
    cursor = page.next_cursor ?? undefined;
    if (items.length > 0 || cursor === undefined || read === MOST_PAGES) return { items, next: cursor };
  }
}

/** Merchants that are called so, page by page; the one of that id first. The API lists them by id and searches none. */
export const foundMerchants = (text: string) =>
  infiniteQueryOptions({
    queryKey: ['merchants', 'found', text],
    queryFn: async ({ pageParam, signal }): Promise<Found> => {
      const exact = pageParam === undefined ? await ofId(text, signal) : [];
      const { items, next } = await lookedThrough(text, pageParam, signal);
      return { items: [...exact, ...items.filter(({ id }) => id !== text)], next };
    },
    enabled: text !== '',
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
  });
