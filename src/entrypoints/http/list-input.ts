import { err, ok, type Result } from 'neverthrow';
import type { z } from 'zod';
import type { ListPaymentsRequest } from '../../application/list-payments.ts';
import type { CustomerId } from '../../domain/ids.ts';
import { fromRfc3339, type Instant } from '../../domain/instant.ts';
import type { PaymentFilter } from '../../ports/payments.ts';
import type { Fault, MalformedRequest } from './failures.ts';
import { faultsOf } from './payment-input.ts';
import { listQuery } from './schemas.ts';

const DEFAULT_LIMIT = 20;

/** What a list is asked for; whose list it is comes from the token. Unknown and repeated parameters are refused. */
export function parseListQuery(
  query: URLSearchParams,
): Result<Omit<ListPaymentsRequest, 'merchantId'>, MalformedRequest> {
  const names = [...query.keys()];
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  const parsed = listQuery.safeParse(Object.fromEntries(query));
  const faults: readonly Fault[] = [
    ...repeated.map((name) => ({ path: [name], message: 'is given twice' })),
    ...(parsed.success ? [] : faultsOf(parsed.error)),
  ];
  if (faults.length > 0 || !parsed.success) return err({ kind: 'MalformedRequest', faults });
  const { limit, cursor } = parsed.data;
  return filterOf(parsed.data).map((filter) => ({
    filter,
    limit: limit === undefined ? DEFAULT_LIMIT : Number(limit),
    ...(cursor === undefined ? {} : { cursor }),
  }));
}

function filterOf(query: z.output<typeof listQuery>): Result<PaymentFilter, MalformedRequest> {
  const { status, customer_id, currency, start_date, end_date, min_amount, max_amount } = query;
  const filter: PaymentFilter = {
    ...(status === undefined ? {} : { status }),
    ...(customer_id === undefined ? {} : { customerId: customer_id as CustomerId }),
    ...(currency === undefined ? {} : { currency }),
    ...(start_date === undefined ? {} : { from: startOf(start_date) }),
    ...(end_date === undefined ? {} : { to: endOf(end_date) }),
    ...(min_amount === undefined ? {} : { minAmount: BigInt(min_amount) }),
    ...(max_amount === undefined ? {} : { maxAmount: BigInt(max_amount) }),
  };
  const { from, to, minAmount, maxAmount } = filter;
  if (from !== undefined && to !== undefined && from > to)
    return malformed('start_date', 'must not be after end_date');
  if (minAmount !== undefined && maxAmount !== undefined && minAmount > maxAmount)
    return malformed('min_amount', 'must not be over max_amount');
  return ok(filter);
}

const DAY_LENGTH = 'YYYY-MM-DD'.length;
const DAY_MS = 86_400_000;

/** A bare day reads as its midnight in UTC. */
const startOf = (date: string): Instant => fromRfc3339(date);

const endOf = (date: string): Instant =>
  date.length === DAY_LENGTH ? fromRfc3339(date) + DAY_MS - 1 : fromRfc3339(date);

const malformed = (name: string, message: string) =>
  err<never, MalformedRequest>({ kind: 'MalformedRequest', faults: [{ path: [name], message }] });
