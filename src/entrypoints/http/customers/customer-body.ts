import type { z } from 'zod';
import type { OpenCustomer } from '../../../application/customers/customer-secrets.ts';
import type { NewPaymentMethod } from '../../../application/customers/seal-payment-method.ts';
import type { CustomerTarget } from '../../../application/customers/update-customer.ts';
import type { ActiveCustomer, StoredPaymentMethod } from '../../../domain/customers/customer.ts';
import { faceIn, faceRecord } from '../../../domain/customers/customer-record.ts';
import { type MerchantId, parseId } from '../../../domain/kernel/ids.ts';
import { rfc3339 } from '../../../domain/kernel/instant.ts';
import type { JsonObject } from '../../../domain/kernel/json.ts';
import { type HttpContext, originOf } from '../server/request-context.ts';
import { customerProblems } from './customer-problems.ts';
import type { newPaymentMethod } from './customer-schemas.ts';

/** A customer as its merchant reads it. Tokens are not among it. */
export const customerBody = ({ customer, details }: OpenCustomer): JsonObject => ({
  id: customer.id,
  merchant_id: customer.merchantId,
  email: details.email,
  name: details.name,
  phone: details.phone,
  payment_methods: customer.paymentMethods.map((method) => methodBody(customer, method)),
  default_method: customer.defaultMethod,
  metadata: details.metadata,
  version: customer.version,
  created_at: rfc3339(customer.createdAt),
  updated_at: rfc3339(customer.updatedAt),
});

export const methodBody = (
  { defaultMethod }: Pick<ActiveCustomer, 'defaultMethod'>,
  method: StoredPaymentMethod,
): JsonObject => ({
  id: method.id,
  ...faceRecord(method),
  is_default: method.id === defaultMethod,
  created_at: rfc3339(method.createdAt),
});

/** What cannot be the id of a customer is answered as an id that no customer has. */
export async function withCustomer(
  c: HttpContext,
  merchantId: MerchantId,
  handle: (target: CustomerTarget) => Promise<Response>,
): Promise<Response> {
  const id = parseId('cus', c.req.param('id') ?? '');
  return id === undefined
    ? customerProblems.refuse(c, { kind: 'CustomerNotFound' })
    : handle({ merchantId, id, origin: originOf(c) });
}

/** A payment method as it comes in, its token apart from what is shown of it. */
export const methodIn = ({
  token,
  is_default,
  ...face
}: z.output<typeof newPaymentMethod>): NewPaymentMethod => ({
  face: faceIn(face),
  token,
  asDefault: is_default ?? false,
});
