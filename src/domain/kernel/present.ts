/**
 * The fields that have a value, to be spread into an object: `{ limit, ...present({ before }) }` has no key `before`
 * where it is undefined. Keys keep their order, which hashed and signed texts follow; null is a value.
 */
export function present<T extends object>(fields: T): Present<T> {
  const kept: Present<T> = {};
  for (const name in fields)
    if (fields[name] !== undefined) kept[name] = fields[name] as Exclude<T[typeof name], undefined>;
  return kept;
}

type Present<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };
