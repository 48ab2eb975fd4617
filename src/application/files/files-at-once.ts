import { errAsync, ResultAsync } from 'neverthrow';

/** As many files are being sent as one process takes at once. Nothing of this one was read. */
export type TooManyFiles = Readonly<{ kind: 'TooManyFiles' }>;

/** Takes a file that is being sent, which holds a part of it in memory until it ends, however slowly it comes. */
export type FilesAtOnce = <Value, Failure>(
  take: () => ResultAsync<Value, Failure>,
) => ResultAsync<Value, Failure | TooManyFiles>;

/** With a part of 8 MiB each, 128 MiB. */
const MOST_FILES = 16;

export function filesAtOnce(most = MOST_FILES): FilesAtOnce {
  let underWay = 0;
  return <Value, Failure>(take: () => ResultAsync<Value, Failure>) => {
    if (underWay >= most) return errAsync<Value, TooManyFiles>({ kind: 'TooManyFiles' });
    underWay += 1;
    const taken = Promise.resolve(take()).finally(() => {
      underWay -= 1;
    });
    return new ResultAsync<Value, Failure | TooManyFiles>(taken);
  };
}
