import { z } from '@hono/zod-openapi';
import { ok, type Result } from 'neverthrow';
import type { ListPaymentsRequest } from '../../../application/payments/list-payments.ts';
import type { CustomerId } from '../../../domain/kernel/ids.ts';
import { present } from '../../../domain/kernel/present.ts';
import { PAYMENT_STATUSES } from '../../../domain/payments/payment.ts';
import type { PaymentFilter } from '../../../domain/payments/payment-filter.ts';
import { type Fields, malformed, pageOf, parseQuery, periodOf } from '../server/list-input.ts';
import type { MalformedRequest } from '../server/request-problems.ts';
import {
  customerId,
  idempotencyKey,
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

/** What payments can be chosen by, as text. */
export const paymentFilter = {
  status: z.enum(PAYMENT_STATUSES).optional(),
  customer_id: customerId.optional(),
  currency: storedCurrency.optional(),
  ...period,
  min_amount: minorUnits.optional(),
  max_amount: minorUnits.optional(),
};

/** The query of `GET /payments`, as text. */
export const listQuery = z.strictObject({
  ...paymentFilter,
  attention: z
    .enum(['true'], { error: 'must be `true`' })
    .optional()
    .openapi({ description: 'Only payments that need people.' }),
  idempotency_key: idempotencyKey
    .optional()
    .openapi({ description: 'Of the request that took the payment; one payment at most has it.' }),
  ...paging,
  include: z
    .enum(['total'], { error: 'must be `total`' })
    .optional()
    .openapi({ description: '`total` counts every payment that matches, on all pages.' }),
});

export type ListQuery = Omit<ListPaymentsRequest, 'merchantId'> & Readonly<{ withTotal: boolean }>;

/** What a list of payments is asked for; whose list it is comes from the token. */
export const parseListQuery = (query: URLSearchParams): Result<ListQuery, MalformedRequest> =>
  parseQuery(listQuery, query).andThen((parsed) =>
    filterOf(parsed).map((filter) => ({
      filter: { ...filter, ...(parsed.attention === undefined ? {} : { attention: true as const }) },
      ...present({ idempotencyKey: parsed.idempotency_key }),
      ...pageOf(parsed),
      withTotal: parsed.include === 'total',
    })),
  );

/** The payments that a query chooses. */
export function filterOf(query: Fields<typeof paymentFilter>): Result<PaymentFilter, MalformedRequest> {
  const { status, customer_id, currency, min_amount, max_amount } = query;
  const minAmount = min_amount === undefined ? undefined : BigInt(min_amount);
  const maxAmount = max_amount === undefined ? undefined : BigInt(max_amount);
  // 5000 is USD 50.00 and JPY 5000: without a currency an amount is no amount.
  if (currency === undefined && (minAmount !== undefined || maxAmount !== undefined))
    return malformed('currency', 'must be given beside min_amount and max_amount');
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
