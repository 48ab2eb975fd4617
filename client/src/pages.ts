import type { Client, FetchOptions } from 'openapi-fetch';
import type { paths } from './api.ts';

type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;

/** How the platform's lists and those of approvals go on. */
type PlatformPage = Readonly<{ items: readonly unknown[]; next_cursor: string | null }>;
type ApprovalsPage = Readonly<{
  payments: readonly unknown[];
  pagination: Readonly<{ nextCursor: string | null }>;
}>;

/** Every path whose answer is one page of a list. */
export type ListPath = {
  [Path in keyof paths]: Answer<Path> extends never
    ? never
    : Answer<Path> extends PlatformPage | ApprovalsPage
      ? Path
      : never;
}[keyof paths];

export type PageOf<Path extends ListPath> = Answer<Path>;

export type ItemOf<Path extends ListPath> =
  Answer<Path> extends Readonly<{ items: readonly (infer Item)[] }>
    ? Item
    : Answer<Path> extends Readonly<{ payments: readonly (infer Item)[] }>
      ? Item
      : never;

/** The filters of a list, `limit` being that of one page; `cursor` is where to begin. */
export type ListInit<Path extends ListPath> = paths[Path] extends { get: infer Get }
  ? FetchOptions<Get>
  : never;

export async function* pages<Path extends ListPath>(
  client: Client<paths>,
  path: Path,
  init?: ListInit<Path>,
): AsyncGenerator<PageOf<Path>> {
  // Which filters fit a path is settled by `ListInit`; behind it all lists are asked alike.
  const get = client.GET as unknown as Get;
  const { params, ...rest } = (init ?? {}) as Init;
  const seen = new Set<string>();
  for (let query = params?.query ?? {}; ; ) {
    const { data } = await get(path, { ...rest, params: { ...params, query } });
    if (data === undefined) return;
    yield data as PageOf<Path>;
    const cursor = 'items' in data ? data.next_cursor : data.pagination.nextCursor;
    if (cursor === null || cursor === undefined) return;
    if (seen.has(cursor)) throw new Error(`${path} leads back to a page that was read already`);
    seen.add(cursor);
    query = { ...query, cursor };
  }
}

export async function* items<Path extends ListPath>(
  client: Client<paths>,
  path: Path,
  init?: ListInit<Path>,
): AsyncGenerator<ItemOf<Path>> {
  for await (const page of pages(client, path, init)) {
    const { items: own, payments } = page as Readonly<{ items?: unknown; payments?: unknown }>;
    yield* (own ?? payments) as readonly ItemOf<Path>[];
  }
}

type Init = Readonly<{ params?: Readonly<{ query?: Readonly<Record<string, unknown>> }> }>;
type Get = (path: string, init: Init) => Promise<Readonly<{ data?: PlatformPage | ApprovalsPage }>>;
