import { z } from '@hono/zod-openapi';
import { okAsync, ResultAsync } from 'neverthrow';
import { rfc3339 } from '../../../domain/kernel/instant.ts';
import { type JsonObject, jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { searchTerms } from '../../../domain/payments/search-terms.ts';
import { STORE_PROBLEMS } from '../files/store-problems.ts';
import { PAYMENTS_TAG } from '../payments/payment-problems.ts';
import { forMembers, type TenantHandler } from '../server/authorization.ts';
import { cardFaults } from '../server/card-guard.ts';
import { parseQuery } from '../server/list-input.ts';
import { problemTable } from '../server/problem-table.ts';
import { answerJson, originOf } from '../server/request-context.ts';
import { answer, resource } from '../server/route.ts';
import { time } from '../server/schemas.ts';
import { type Finds, findById, foundRecord } from './finds.ts';
import { type LookupFailure, type Lookups, lookUps } from './look-ups.ts';

const problems = problemTable<LookupFailure>({
  ObjectStoreUnavailable: STORE_PROBLEMS.ObjectStoreUnavailable,
});
const { refuse } = problems;

const MOST_RESULTS = 20;
const MOST_OF_AMOUNT = MOST_RESULTS / 2;

/** The query of `GET /search`, as text. */
const searchQuery = z.strictObject({
  q: z
    .string()
    .trim()
    .min(1)
    .max(542)
    .refine((text) => !/\p{Cc}/u.test(text), 'must not hold control characters')
    .openapi({
      pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$',
      description: 'An id, an idempotency key, an email, an amount or a pair of metadata.',
      example: 'order=1001',
    }),
});

/** What is found, in a line. */
const result = z
  .strictObject({
    type: z.string().openapi({ example: 'payment' }),
    id: z.string(),
    status: z.string().optional(),
    event_type: z.string().optional(),
    payment_id: z.string().optional(),
    amount: z.int().optional(),
    currency: z.string().optional(),
    created_at: time,
  })
  .openapi('SearchResult');

export const searchResults = z
  .strictObject({
    results: z.array(result).max(MOST_RESULTS),
    amounts_since: time
      .optional()
      .openapi({ description: 'Of older payments there may be more of such an amount, or are.' }),
  })
  .openapi('SearchResults');

const getSearch =
  (parts: Finds & Lookups): TenantHandler =>
  async (c, merchantId) => {
    const query = parseQuery(searchQuery, new URL(c.req.url).searchParams);
    if (query.isErr()) return refuse(c, query.error);
    const faults = cardFaults(query.value);
    if (faults.length > 0) return refuse(c, { kind: 'PanNotAccepted', faults });
    const { permissions } = c.var.principal;
    return found(parts, query.value.q, { merchantId, permissions, origin: originOf(c) }).match(
      (all) => answerJson(200, jsonText(all)),
      (failure) => refuse(c, failure),
    );
  };

type Asker = Parameters<typeof lookUps>[2];

/**
 * Everything that the text may be is looked for at once; each thing is there once. Amounts come last, with room for half of the results,
 * and where they are cut it says since when they are all there.
 */
function found(parts: Finds & Lookups, q: string, asker: Asker): ResultAsync<JsonObject, LookupFailure> {
  const terms = searchTerms(q);
  const byId =
    terms.id === undefined
      ? okAsync<readonly JsonObject[], LookupFailure>([])
      : findById(parts, asker.merchantId, terms.id, asker.permissions);
  const { amounts, others } = lookUps(parts, terms, asker);
  return ResultAsync.combine([ResultAsync.combine([byId, ...others]), amounts] as const).map(
    ([lists, { payments, since }]) => {
      const known = new Map(lists.flat().map((each) => [each['id'], each]));
      const first = [...known.values()].slice(0, MOST_RESULTS - Math.min(payments.length, MOST_OF_AMOUNT));
      const more = payments.filter(({ id }) => !known.has(id));
      const shown = more.slice(0, MOST_RESULTS - first.length);
      const from = shown.length < more.length ? (shown.at(-1) ?? more[0])?.createdAt : since;
      return {
        results: [...first, ...shown.map((payment) => foundRecord('payment', payment))],
        ...present({ amounts_since: from === undefined ? undefined : rfc3339(from) }),
      };
    },
  );
}

/** One box for whatever a person has in hand. */
export const search = resource({
  tag: PAYMENTS_TAG,
  problems,
  routes: [
    forMembers(getSearch, {
      method: 'get',
      path: '/search',
      operationId: 'search',
      summary: 'Find by an id, a key, an email, an amount or metadata',
      description:
        'Exact, and at most 20 results, each of a kind that the token may read by the route of that kind; the others are not looked for. `q` is any id of this system, an erased customer’s too, whose status says so; the idempotency key of any request; the email that a customer has now, for the customer and their payments (on record as a read of ' +
        'the customer’s data); a pair of metadata as `order=1001`, of which the value alone does for the names `order` and `order_id`; or an amount: digits alone are minor units (`1999`), with a point or a currency it is as ' +
        'people write it (`19.99`, `19.99 USD`, `1999 JPY`). What is found comes without anything personal: read it by its id.',
      query: searchQuery,
      responses: { 200: answer('What was found.', searchResults) },
      refusals: [409, 422],
    }),
  ],
});
