import type { CompiledQuery } from 'kysely';

/** A name for each shape of a query that is built, so that the server plans each once a connection. */
const names = new Map<string, string>();

/** A query as `pg` takes it, for the server to prepare. */
export const prepared = ({ sql: text, parameters }: CompiledQuery) => ({
  name: nameOf(text),
  text,
  values: [...parameters],
});

function nameOf(sql: string): string {
  const name = names.get(sql) ?? `built_${names.size}`;
  names.set(sql, name);
  return name;
}
