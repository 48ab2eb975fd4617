import { Result, ResultAsync } from 'neverthrow';
import { inParallel } from '../kernel/in-parallel.ts';

const WIDTH = 16;

/** Checks many side by side, so many at once; of several failures, the first in order counts. */
export const checkAll = <Item, Seen, Failure>(
  items: readonly Item[],
  check: (item: Item) => ResultAsync<Seen, Failure>,
): ResultAsync<readonly Seen[], Failure> =>
  inParallel(items, WIDTH, (item) =>
    ResultAsync.fromSafePromise<Result<Seen, Failure>>(Promise.resolve(check(item))),
  ).andThen((results) => Result.combine([...results]));
