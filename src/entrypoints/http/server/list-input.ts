import { err, ok, type Result } from 'neverthrow';
import type { z } from 'zod';
import { fromRfc3339, type Instant } from '../../../domain/kernel/instant.ts';
import { present } from '../../../domain/kernel/present.ts';
import { faultsOf, parsedBy } from './body-input.ts';
import type { Fault } from './problem.ts';
import type { MalformedRequest } from './request-problems.ts';
import type { paging } from './schemas.ts';

const DEFAULT_LIMIT = 20;

/** A query as its schema reads it. Unknown and repeated parameters are refused. `read` makes values of names that say more. */
export function parseQuery<Schema extends z.ZodType>(
  schema: Schema,
  query: URLSearchParams,
  read: (fields: Readonly<Record<string, string>>) => unknown = (fields) => fields,
): Result<z.output<Schema>, MalformedRequest> {
  const seen = new Set<string>();
  const repeated: string[] = [];
  for (const name of query.keys()) {
    if (seen.has(name)) repeated.push(name);
    seen.add(name);
  }
  const parsed = parsedBy(schema, read(Object.fromEntries(query)));
  const faults: readonly Fault[] = [
    ...repeated.map((name) => ({ path: [name], message: 'is given twice' })),
    ...(parsed.success ? [] : faultsOf(parsed.error)),
  ];
  return parsed.success && faults.length === 0 ? ok(parsed.data) : err({ kind: 'MalformedRequest', faults });
}

/** What a query of these fields reads as. */
export type Fields<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

/** How long a page is, and where it begins. */
export const pageOf = ({
  limit,
  cursor,
}: Fields<typeof paging>): Readonly<{ limit: number; cursor?: string }> => ({
  limit: limit === undefined ? DEFAULT_LIMIT : Number(limit),
  ...present({ cursor }),
});

/** Both ends are within the range. */
export type Range = Readonly<{ from?: Instant; to?: Instant }>;

/** A bare day reads as all of it, in UTC. */
export function periodOf({
  start_date,
  end_date,
}: Readonly<{ start_date?: string | undefined; end_date?: string | undefined }>): Result<
  Range,
  MalformedRequest
> {
  const from = start_date === undefined ? undefined : fromRfc3339(start_date);
  const to = end_date === undefined ? undefined : endOf(end_date);
  if (from !== undefined && to !== undefined && from > to)
    return malformed('start_date', 'must not be after end_date');
  return ok({ ...present({ from, to }) });
}

const DAY_LENGTH = 'YYYY-MM-DD'.length;
const DAY_MS = 86_400_000;

const endOf = (date: string): Instant =>
  date.length === DAY_LENGTH ? fromRfc3339(date) + DAY_MS - 1 : fromRfc3339(date);

/** One parameter that cannot be used beside the others. */
export const malformed = (name: string, message: string) =>
  err<never, MalformedRequest>({ kind: 'MalformedRequest', faults: [{ path: [name], message }] });
