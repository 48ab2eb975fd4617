import type { ResultAsync } from 'neverthrow';
import { present } from '../../src/domain/kernel/present.ts';
import type { StorageUnavailable } from '../../src/ports/unavailable.ts';

const LANES = 16;

/** Does all tasks, some of them at once; what they gave, in the order of the items. */
export async function inLanes<Item, Done>(
  items: readonly Item[],
  task: (item: Item) => Promise<Done>,
): Promise<readonly Done[]> {
  const left = [...items.entries()];
  const done: Done[] = [];
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift())
      done[next[0]] = await task(next[1]);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return done;
}

/** Reads a list to its end, page by page. */
export async function walk<Row extends Readonly<{ id: Id }>, Id extends string>(
  limit: number,
  read: (page: Readonly<{ limit: number; before?: Id }>) => ResultAsync<readonly Row[], StorageUnavailable>,
): Promise<readonly Row[]> {
  const all: Row[] = [];
  for (let before: Id | undefined; ; before = all.at(-1)?.id) {
    const found = (await read({ limit, ...present({ before }) }))._unsafeUnwrap();
    all.push(...found);
    if (found.length < limit) return all;
  }
}
