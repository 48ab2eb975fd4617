import { z } from '@hono/zod-openapi';
import { ok, type Result } from 'neverthrow';
import type { PaymentChoice } from '../../../application/payments/chosen-payments.ts';
import type { ListPaymentsRequest } from '../../../application/payments/list-payments.ts';
import type { CustomerId } from '../../../domain/kernel/ids.ts';
import { present } from '../../../domain/kernel/present.ts';
import { PAYMENT_STATUSES } from '../../../domain/payments/payment.ts';
import type { MetadataPair, PaymentFilter } from '../../../domain/payments/payment-filter.ts';
import { type Fields, malformed, pageOf, parseQuery, periodOf } from '../server/list-input.ts';
import { email } from '../server/person-schemas.ts';
import type { MalformedRequest } from '../server/request-problems.ts';
import {
  customerId,
  idempotencyKey,
  metadata,
  paging,
  period,
  storedCurrency,
  wholeNumber,
} from '../server/schemas.ts';

const minorUnits = wholeNumber(Number.MAX_SAFE_INTEGER).openapi({
  type: 'integer',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'In minor units of `currency`, which must be given beside it.',
});

/** The code of a decline, as a processor or this service gave it. */
export const declineCode = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, 'must be the code of a failure')
  .openapi({
    description:
      'Only payments that failed with this `failure.code`: those that `GET /reports/payments?group_by=decline_code` counts. Beside a ' +
      '`status` other than `failed` it is refused. As by amount, every payment of the time is read until a page is full: name a time.',
    example: 'insufficient_funds',
  });

/** What payments can be chosen by, as text. */
const paymentFilter = {
  status: z.enum(PAYMENT_STATUSES).optional(),
  customer_id: customerId.optional(),
  currency: storedCurrency.optional(),
  ...period,
  min_amount: minorUnits.optional(),
  max_amount: minorUnits.optional(),
  decline_code: declineCode.optional(),
};

/** One pair of metadata. */
export const onePair = metadata
  .refine((pairs) => Object.keys(pairs).length === 1, 'must be one pair, as `metadata[order]=1001`')
  .openapi({
    maxProperties: 1,
    minProperties: 1,
    description: 'One pair: both its name and its value as they are, exactly.',
    example: { order: '1001' },
  });

/** The same where a payment is named by what only lists and files of it are chosen by. */
export const paymentChoice = {
  ...paymentFilter,
  attention: z
    .enum(['true'], { error: 'must be `true`' })
    .optional()
    .openapi({ description: 'Only payments that need people.' }),
  metadata: onePair.optional().openapi({
    param: { name: 'metadata', in: 'query', style: 'deepObject', explode: true },
    description: 'One pair, as `metadata[order]=1001`: both its name and its value as they are, exactly.',
  }),
  idempotency_key: idempotencyKey
    .optional()
    .openapi({ description: 'Of the request that took the payment; one payment at most has it.' }),
};

/** The query of `GET /payments`, as text. */
export const listQuery = z.strictObject({
  ...paymentChoice,
  customer_email: email.optional().openapi({
    description:
      'Payments of the customer who has this email now. To find one by email is on record as a read of the customer’s data.',
  }),
  ...paging,
  include: z
    .enum(['total'], { error: 'must be `total`' })
    .optional()
    .openapi({ description: '`total` counts and adds up every payment that matches, on all pages.' }),
});

export type ListQuery = Omit<ListPaymentsRequest, 'merchantId'> &
  Readonly<{ customerEmail?: string; withTotal: boolean }>;

const PAIR = /^metadata\[(.*)\]$/su;

/** `metadata[order]=1001` as what it says. A `metadata` that names nothing is read as no pair, whatever stands beside it. */
export const metadataIn = (fields: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> => {
  const given = Object.entries(fields);
  const pairs = given.flatMap(([name, value]) => {
    const key = PAIR.exec(name)?.[1];
    return key === undefined ? [] : [[key, value] as const];
  });
  const others = given.filter(([name]) => !PAIR.test(name));
  return {
    ...Object.fromEntries(others),
    ...(pairs.length === 0 ? {} : { metadata: Object.fromEntries(pairs) }),
    ...(fields['metadata'] === undefined ? {} : { metadata: {} }),
  };
};

const pairOf = (pairs: Readonly<Record<string, string>> | undefined): MetadataPair | undefined => {
  const [pair] = Object.entries(pairs ?? {});
  return pair && { name: pair[0], value: pair[1] };
};

/** What a list of payments is asked for; whose list it is comes from the token. */
export const parseListQuery = (query: URLSearchParams): Result<ListQuery, MalformedRequest> =>
  parseQuery(listQuery, query, metadataIn).andThen((parsed) =>
    choiceOf(parsed).map(({ idempotencyKey, ...filter }) => ({
      filter,
      ...present({ idempotencyKey, customerEmail: parsed.customer_email }),
      ...pageOf(parsed),
      withTotal: parsed.include === 'total',
    })),
  );

/** The payments that a query chooses, by all that `paymentChoice` has. */
export const choiceOf = ({
  attention,
  metadata: pairs,
  idempotency_key,
  ...query
}: Fields<typeof paymentChoice>): Result<PaymentChoice, MalformedRequest> =>
  filterOf(query).map((filter) => ({
    ...filter,
    ...(attention === undefined ? {} : { attention: true as const }),
    ...present({ metadata: pairOf(pairs), idempotencyKey: idempotency_key }),
  }));

/** The payments that a query chooses. */
function filterOf(query: Fields<typeof paymentFilter>): Result<PaymentFilter, MalformedRequest> {
  const { status, customer_id, currency, min_amount, max_amount, decline_code: code } = query;
  const minAmount = min_amount === undefined ? undefined : BigInt(min_amount);
  const maxAmount = max_amount === undefined ? undefined : BigInt(max_amount);
  // 5000 is USD 50.00 and JPY 5000: without a currency an amount is no amount.
  if (currency === undefined && (minAmount !== undefined || maxAmount !== undefined))
    return malformed('currency', 'must be given beside min_amount and max_amount');
  if (code !== undefined && status !== undefined && status !== 'failed')
    return malformed('decline_code', 'is of payments that failed, not of another `status`');
  return periodOf(query).andThen((range) =>
    minAmount !== undefined && maxAmount !== undefined && minAmount > maxAmount
      ? malformed('min_amount', 'must not be over max_amount')
      : ok({
          ...present({ customerId: customer_id as CustomerId | undefined, currency }),
          ...present({ status: code === undefined ? status : ('failed' as const), declineCode: code }),
          ...range,
          ...present({ minAmount, maxAmount }),
        }),
  );
}
