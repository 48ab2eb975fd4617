import { err, ok, type Result, ResultAsync } from 'neverthrow';

type AnyAsync = ResultAsync<unknown, unknown>;
type AnyResult = Result<unknown, unknown>;

/**
 * Has what is asked of a `ResultAsync` most done by promises alone, for the whole process; what comes out is the same. The library is
 * compiled for engines without async functions, and makes a generator function for each `yield*`, `map`, `mapErr` and `orElse`: the
 * engine describes each of those anew, in memory that only a full collection frees, and with it all that the function could see
 * (docs/decisions/0063-results-by-promises.md).
 */
export function makeResultsPlain(): void {
  void Object.assign(ResultAsync.prototype, PLAIN);
}

const PLAIN = {
  /** For `yield*`: an Ok ends it with its value, and an Err is given out as it is, with which `safeTry` ends. */
  [Symbol.asyncIterator](this: AnyAsync) {
    return { next: () => this.then(turnOf) };
  },
  map(this: AnyAsync, made: (value: unknown) => unknown): AnyAsync {
    return chained(this, (result) => (result.isErr() ? result : wrapped(made(result.value), ok)));
  },
  mapErr(this: AnyAsync, made: (error: unknown) => unknown): AnyAsync {
    return chained(this, (result) => (result.isErr() ? wrapped(made(result.error), err) : result));
  },
  orElse(this: AnyAsync, made: (error: unknown) => AnyResult | AnyAsync): AnyAsync {
    return chained(this, (result) => (result.isErr() ? made(result.error) : result));
  },
};

const turnOf = (result: AnyResult): IteratorResult<AnyResult, unknown> =>
  result.isErr() ? { done: false, value: result } : { done: true, value: result.value };

const chained = (
  given: AnyAsync,
  made: (result: AnyResult) => AnyResult | PromiseLike<AnyResult>,
): AnyAsync => new ResultAsync(Promise.resolve(given.then<AnyResult, never>(made)));

const wrapped = (value: unknown, wrap: (value: unknown) => AnyResult): AnyResult | PromiseLike<AnyResult> =>
  value instanceof Promise || value instanceof ResultAsync ? Promise.resolve(value).then(wrap) : wrap(value);
