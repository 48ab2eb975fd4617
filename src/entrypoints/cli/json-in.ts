import { err, ok, Result } from 'neverthrow';
import { z } from 'zod';
import { type GuardTerms, inspectJson } from '../http/server/json-guard.ts';

/**
 * What a text of JSON says, for a schema to judge. It is held to the guard of HTTP bodies, but may have as many names as it will. An Err says what is
 * wrong with each place; of a text that is no JSON, nothing.
 */
export const jsonIn = (
  text: string,
  terms: Pick<GuardTerms, 'namesAreIds'> = {},
): Result<unknown, readonly string[]> =>
  parsed(text).andThen((value) => {
    const { faults } = inspectJson(text, { ...terms, mostKeys: Number.POSITIVE_INFINITY });
    return faults.length === 0
      ? ok(value)
      : err(faults.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')));
  });

const parsed = Result.fromThrowable(
  (text: string): unknown => JSON.parse(text),
  (): readonly string[] => [],
);

/** An object whose names come from outside, read as a map of every name that it has: `z.record` leaves out `__proto__`. */
export const named = <Name extends z.ZodType<string>, Value extends z.ZodType>(name: Name, value: Value) =>
  z
    .custom<object>(
      (given) => typeof given === 'object' && given !== null && !Array.isArray(given),
      'must be an object',
    )
    .transform((given) => new Map(Object.entries(given)) as Map<z.input<Name>, z.input<Value>>)
    .pipe(z.map(name, value));
