import { dataOf } from '../../../client/src/client.ts';
import { apiOnce, type Schemas } from '../api/api.ts';
import { inWords } from '../parts/badge.tsx';
import { money } from '../parts/money.ts';
import { typedAmount } from '../payments/typed-amount.ts';
import type { Destination } from './destinations.ts';
import { placeOf } from './search-places.ts';

type Result = Schemas['SearchResult'];
export type Found = Readonly<{ destinations: readonly Destination[]; amountsSince?: string }>;

const lineOf = ({ type, id, status, event_type, amount, currency }: Result): string =>
  [
    amount === undefined || currency === undefined ? undefined : money(amount, currency),
    event_type,
    status === undefined ? undefined : inWords(status).toLowerCase(),
    amount === undefined && event_type === undefined ? inWords(type) : undefined,
    id,
  ]
    .filter((part) => part !== undefined)
    .join(' · ');

const destinationOf = (result: Result): Destination => ({
  label: lineOf(result),
  hint: inWords(result.type),
  ...placeOf(result),
});

/** The list of all payments of an amount, where the text says its currency. */
function ofAmount(q: string): Destination | undefined {
  const amount = typedAmount(q);
  if (amount === undefined || 'fault' in amount) return undefined;
  const { currency, minor } = amount;
  return {
    label: `All payments of ${money(minor, currency)}`,
    hint: 'Payments',
    to: '/payments',
    search: { currency, min_amount: `${minor}`, max_amount: `${minor}` },
  };
}

/** Asks once: that a customer was looked up by email is on record each time. */
export async function find(q: string): Promise<Found> {
  const { results, amounts_since } = await dataOf(apiOnce.GET('/search', { params: { query: { q } } }));
  const all = amounts_since === undefined ? undefined : ofAmount(q);
  return {
    destinations: [...results.map(destinationOf), ...(all === undefined ? [] : [all])],
    ...(amounts_since === undefined ? {} : { amountsSince: amounts_since }),
  };
}
