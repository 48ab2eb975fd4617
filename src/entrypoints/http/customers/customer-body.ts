import type { OpenCustomer } from '../../../application/customers/customer-secrets.ts';
import type { ActiveCustomer, StoredPaymentMethod } from '../../../domain/customers/customer.ts';
import { faceRecord } from '../../../domain/customers/customer-record.ts';
import { rfc3339 } from '../../../domain/kernel/instant.ts';
import type { JsonObject } from '../../../domain/kernel/json.ts';

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
