import { err, ok, type Result } from 'neverthrow';
import type { z } from 'zod';
import type { ListPaymentsRequest } from '../../../application/payments/list-payments.ts';
import type { CustomerId } from '../../../domain/kernel/ids.ts';
import { fromRfc3339, type Instant } from '../../../domain/kernel/instant.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { PaymentFilter } from '../../../ports/payments.ts';
import { faultsOf } from './body-input.ts';
import type { Fault, MalformedRequest } from './failures.ts';
import { listQuery, type paging, type paymentFilter } from './schemas.ts';

const DEFAULT_LIMIT = 20;

/** A query as its schema reads it. Unknown and repeated parameters are refused. */
export function parseQuery<Schema extends z.ZodType>(
  schema: Schema,
  query: URLSearchParams,
): Result<z.output<Schema>, MalformedRequest> {
  const names = [...query.keys()];
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  const parsed = schema.safeParse(Object.fromEntries(query));
  const faults: readonly Fault[] = [
    ...repeated.map((name) => ({ path: [name], message: 'is given twice' })),
    ...(parsed.success ? [] : faultsOf(parsed.error)),
  ];
  return parsed.success && faults.length === 0 ? ok(parsed.data) : err({ kind: 'MalformedRequest', faults });
}

export type ListQuery = Omit<ListPaymentsRequest, 'merchantId'> & Readonly<{ withTotal: boolean }>;

/** What a list of payments is asked for; whose list it is comes from the token. */
export const parseListQuery = (query: URLSearchParams): Result<ListQuery, MalformedRequest> =>
  parseQuery(listQuery, query).andThen((parsed) =>
    filterOf(parsed).map((filter) => ({
      filter,
      ...pageOf(parsed),
      withTotal: parsed.include === 'total',
    })),
  );

type Fields<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

/** How long a page is, and where it begins. */
export const pageOf = ({
  limit,
  cursor,
}: Fields<typeof paging>): Readonly<{ limit: number; cursor?: string }> => ({
  limit: limit === undefined ? DEFAULT_LIMIT : Number(limit),
  ...present({ cursor }),
});

/** The payments that a query chooses. */
export function filterOf(query: Fields<typeof paymentFilter>): Result<PaymentFilter, MalformedRequest> {
  const { status, customer_id, currency, min_amount, max_amount } = query;
  const minAmount = min_amount === undefined ? undefined : BigInt(min_amount);
  const maxAmount = max_amount === undefined ? undefined : BigInt(max_amount);
  return periodOf(query).andThen((range) =>
    minAmount !== undefined && maxAmount !== undefined && minAmount > maxAmount
      ? malformed('min_amount', 'must not be over max_amount')
      : ok({
          ...present({ status, customerId: customer_id as CustomerId | undefined, currency }),
          ...range,
          ...present({ minAmount, maxAmount }),
        }),
  );
}

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
  return ok(present({ from, to }));
}

const DAY_LENGTH = 'YYYY-MM-DD'.length;
const DAY_MS = 86_400_000;

const endOf = (date: string): Instant =>
  date.length === DAY_LENGTH ? fromRfc3339(date) + DAY_MS - 1 : fromRfc3339(date);

const malformed = (name: string, message: string) =>
  err<never, MalformedRequest>({ kind: 'MalformedRequest', faults: [{ path: [name], message }] });
