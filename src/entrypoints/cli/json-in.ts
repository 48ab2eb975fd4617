import { z } from 'zod';

/** What a text of JSON says, for a schema to judge; undefined of any other text, which JSON never says. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An object whose names come from outside, read as a map of every name that it has: `z.record` leaves out `__proto__`. */
export const named = <Name extends z.ZodType<string>, Value extends z.ZodType>(name: Name, value: Value) =>
  z
    .custom<object>(
      (given) => typeof given === 'object' && given !== null && !Array.isArray(given),
      'must be an object',
    )
    .transform((given) => new Map(Object.entries(given)) as Map<z.input<Name>, z.input<Value>>)
    .pipe(z.map(name, value));
