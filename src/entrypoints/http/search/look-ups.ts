import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import type { UseCases } from '../../../application/use-cases.ts';
import type { Origin } from '../../../domain/kernel/actor.ts';
import type { Claim } from '../../../domain/kernel/claim.ts';
import type { MerchantId } from '../../../domain/kernel/ids.ts';
import type { Instant } from '../../../domain/kernel/instant.ts';
import type { JsonObject } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { Payment } from '../../../domain/payments/payment.ts';
import type { PaymentFilter } from '../../../domain/payments/payment-filter.ts';
import { type AmountTerm, isMeantIn, type SearchTerms } from '../../../domain/payments/search-terms.ts';
import { email } from '../server/person-schemas.ts';
import { type FindFailure, type Finds, findById, foundRecord } from './finds.ts';

export type Lookups = Pick<UseCases, 'listPayments' | 'findCustomer' | 'readKey'>;

/** Who asks, and what they may see. */
export type Asker = Readonly<{
  merchantId: MerchantId;
  permissions: ReadonlySet<string>;
  origin: Origin;
}>;

type Failure<Case> = Case extends (...args: never) => ResultAsync<unknown, infer F> ? F : never;
export type LookupFailure = FindFailure | Exclude<Failure<Lookups[keyof Lookups]>, { kind: 'KeyNotFound' }>;
type Found = ResultAsync<readonly JsonObject[], LookupFailure>;

const OF_EACH = 10;
const OF_AN_AMOUNT = 100;
const nothing: Found = okAsync([]);

/**
 * What a text may name other than by id. An email costs what finding a customer does, and a page of their payments (Postgres: the index by customer;
 * DynamoDB: their finders). A key costs a read by key for each operation that it may be of, and those of what was done under it. A pair
 * costs the payments that have it (Postgres: the index of pairs; DynamoDB: finders), ten at most. An amount costs a page of those that are of so many minor
 * units (Postgres: the index by amount; DynamoDB: finders); one without a currency is so many for each number of decimal places that
 * currencies have. Memory walks what it has.
 */
export function lookUps(
  parts: Finds & Lookups,
  { email: address, key, pairs, amounts }: SearchTerms,
  { merchantId, permissions, origin }: Asker,
) {
  const seesPayments = permissions.has('payments');
  const payments = (filter: PaymentFilter, limit: number) =>
    parts.listPayments({ merchantId, filter, limit }).map(({ items }) => items);
  const listed = (filter: PaymentFilter): Found =>
    payments(filter, OF_EACH).map((found) => found.map((each) => foundRecord('payment', each)));
  return {
    others: [
      ...(address === undefined ? [] : [ofCustomer(address)]),
      ...(key === undefined || !seesPayments ? [] : [underKey(key)]),
      ...(seesPayments ? pairs.map((metadata) => listed({ metadata })) : []),
    ],
    amounts: ResultAsync.combine(seesPayments ? amounts.map(ofAmount) : []).map(newestFirst),
  };

  function ofCustomer(text: string): Found {
    const parsed = email.safeParse(text);
    const seesCustomers = permissions.has('customers');
    if (!parsed.success || !(seesCustomers || seesPayments)) return nothing;
    return parts.findCustomer({ merchantId, email: parsed.data, origin }).andThen((found) => {
      if (found === undefined) return nothing;
      const { customer } = found;
      const own = seesCustomers ? [foundRecord('customer', customer)] : [];
      return (seesPayments ? listed({ customerId: customer.id }) : nothing).map((paid) => [...own, ...paid]);
    });
  }

  function underKey(text: string): Found {
    return parts
      .readKey(merchantId, text)
      .map((claims) => [...new Set(claims.flatMap(namedBy))])
      .orElse((failure) => (failure.kind === 'KeyNotFound' ? okAsync([]) : errAsync(failure)))
      .andThen((ids) =>
        ResultAsync.combine(
          ids.map((id) => findById(parts, merchantId, { prefix: id.slice(0, 3), text: id }, permissions)),
        ),
      )
      .map((found) => found.flat());
  }

  /** The currency is judged here: asked of the storage, it would be looked for among all payments of so many minor units. */
  function ofAmount(term: AmountTerm): ResultAsync<FoundOfAmount, LookupFailure> {
    const { minorUnits } = term;
    return payments({ minAmount: minorUnits, maxAmount: minorUnits }, OF_AN_AMOUNT).map((found) => ({
      payments: found.filter(({ amount }) => isMeantIn(term, amount.currency)),
      ...present({ since: found.length < OF_AN_AMOUNT ? undefined : found.at(-1)?.createdAt }),
    }));
  }
}

/** Payments of an amount, newest first; those before `since` were not looked at. */
export type FoundOfAmount = Readonly<{ payments: readonly Payment[]; since?: Instant }>;

/** Of several amounts together. */
function newestFirst(each: readonly FoundOfAmount[]): FoundOfAmount {
  const times = each.flatMap(({ since }) => since ?? []);
  return {
    payments: each.flatMap(({ payments }) => payments).toSorted((a, b) => (a.id < b.id ? 1 : -1)),
    ...(times.length === 0 ? {} : { since: Math.max(...times) }),
  };
}

/** The ids of what was done under a key. */
const namedBy = ({ paymentId, transactionId, ...claim }: Claim): readonly string[] =>
  [paymentId, transactionId, claim.state === 'completed' ? claim.transferId : undefined].filter(
    (id) => id !== undefined,
  );
