import * as z from 'zod/mini';
import { catch as fallback } from 'zod/mini';
import type { paths } from '../../../client/src/api.ts';

export const STATUSES = [
  'pending',
  'processing',
  'requires_action',
  'authorized',
  'succeeded',
  'failed',
  'canceled',
] as const;

/** A pair of metadata as one text, `order=1001`. */
export const PAIR = /^[^=]{1,40}=.{0,500}$/;

export function pairOf(text: string): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  return { [text.slice(0, at)]: text.slice(at + 1) };
}

/** A parameter that is no filter is left out, as if the address had not named it. */
const filter = <Of extends z.core.$ZodType>(of: Of) => fallback(z.optional(of), undefined as never);
const wholeNumber = z.string().check(z.regex(/^(0|[1-9]\d{0,15})$/));
const day = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}(T.+)?$/));

/** The filters of the list, as the address of the page has them. */
export const paymentSearch = z.object({
  status: filter(z.enum(STATUSES)),
  customer_email: filter(z.string().check(z.regex(/^[^\s@]+@[^\s@]+$/))),
  customer_id: filter(z.string().check(z.regex(/^cus_[0-9a-f]{32}$/))),
  idempotency_key: filter(z.string().check(z.regex(/^[\x21-\x7e]{1,255}$/))),
  metadata: filter(z.string().check(z.regex(PAIR))),
  currency: filter(z.string().check(z.regex(/^[A-Z]{3}$/))),
  min_amount: filter(wholeNumber),
  max_amount: filter(wholeNumber),
  start_date: filter(day),
  end_date: filter(day),
  attention: filter(z.literal('true')),
  decline_code: filter(z.string().check(z.regex(/^[\x21-\x7e]{1,128}$/))),
});

export type PaymentSearch = z.infer<typeof paymentSearch>;

/**
 * The same filters with the customer's id in place of an email, each look-up of which is on record; undefined while no payment says
 * the id.
 */
export function withoutEmail(
  search: PaymentSearch,
  listed: readonly Readonly<{ customer_id?: string }>[],
): PaymentSearch | undefined {
  const { customer_email, ...others } = search;
  if (customer_email === undefined) return search;
  const customer_id = listed[0]?.customer_id;
  return customer_id === undefined ? undefined : { ...others, customer_id };
}

type ListQuery = NonNullable<paths['/payments']['get']['parameters']['query']>;

/** The same filters as the API takes them. An amount without its currency is no filter. */
export function listQueryOf(search: PaymentSearch): ListQuery {
  const { metadata, min_amount, max_amount, ...plain } = search;
  const amounts =
    plain.currency === undefined
      ? {}
      : {
          ...(min_amount === undefined ? {} : { min_amount: Number(min_amount) }),
          ...(max_amount === undefined ? {} : { max_amount: Number(max_amount) }),
        };
  const pair = metadata === undefined ? {} : { metadata: pairOf(metadata) };
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  return { ...given, ...amounts, ...pair } as ListQuery;
}
