import { json, type Route, refusals, secured } from '../server/openapi.ts';
import {
  customer,
  customerChange,
  customerPage,
  customersQuery,
  newCustomer,
  newPaymentMethod,
  paymentMethod,
} from './customer-schemas.ts';

const idParameter = (name: string) =>
  ({ name, in: 'path', required: true, schema: { type: 'string' } }) as const;

const located = (what: string) => ({
  Location: { description: `Where the ${what} is.`, schema: { type: 'string' as const } },
});

const READ =
  'Every read is recorded before anything is decrypted: in `GET /audit` as `customer_access`, whose `entity_id` is the ' +
  'customer’s id with `cac_` for `cus_`.';

export const postCustomer = {
  method: 'post',
  path: '/customers',
  operationId: 'createCustomer',
  summary: 'Store a customer',
  description:
    'Email, name, phone, metadata and tokens are kept encrypted under a key of the customer’s own. One email is one customer.',
  tags: ['customers'],
  ...secured,
  request: { body: { required: true, content: json(newCustomer) } },
  responses: {
    201: { description: 'The customer.', content: json(customer), headers: located('customer') },
    ...refusals(400, 401, 403, 409, 413, 415, 422, 500, 503),
  },
} as const satisfies Route;

export const getCustomers = {
  method: 'get',
  path: '/customers',
  operationId: 'findCustomer',
  summary: 'Find a customer by email',
  description: `At most one customer. ${READ}`,
  tags: ['customers'],
  ...secured,
  request: { query: customersQuery },
  responses: {
    200: { description: 'The customer, or none.', content: json(customerPage) },
    ...refusals(400, 401, 403, 409, 422, 500, 503),
  },
} as const satisfies Route;

export const getCustomerById = {
  method: 'get',
  path: '/customers/{id}',
  operationId: 'getCustomer',
  summary: 'Read a customer',
  description: READ,
  tags: ['customers'],
  ...secured,
  parameters: [idParameter('id')],
  responses: {
    200: { description: 'The customer.', content: json(customer) },
    ...refusals(400, 401, 403, 404, 409, 500, 503),
  },
} as const satisfies Route;

export const patchCustomer = {
  method: 'patch',
  path: '/customers/{id}',
  operationId: 'changeCustomer',
  summary: 'Change a customer, or choose the default payment method',
  tags: ['customers'],
  ...secured,
  request: { body: { required: true, content: json(customerChange) } },
  parameters: [idParameter('id')],
  responses: {
    200: { description: 'The customer as it is now.', content: json(customer) },
    ...refusals(400, 401, 403, 404, 409, 413, 415, 422, 500, 503),
  },
} as const satisfies Route;

export const deleteCustomer = {
  method: 'delete',
  path: '/customers/{id}',
  operationId: 'eraseCustomer',
  summary: 'Erase a customer',
  description:
    'The key of the customer’s data is destroyed, so that what the audit trail keeps of it can never be read again. Payments stay.',
  tags: ['customers'],
  ...secured,
  parameters: [idParameter('id')],
  responses: {
    204: { description: 'Erased, for good.' },
    ...refusals(400, 401, 403, 404, 409, 500, 503),
  },
} as const satisfies Route;

export const postPaymentMethod = {
  method: 'post',
  path: '/customers/{id}/payment_methods',
  operationId: 'addPaymentMethod',
  summary: 'Store a payment method of a customer',
  description:
    'Its id can then be the `payment_method` of a payment that names the customer. The customer’s first is the default.',
  tags: ['customers'],
  ...secured,
  request: { body: { required: true, content: json(newPaymentMethod) } },
  parameters: [idParameter('id')],
  responses: {
    201: { description: 'The payment method.', content: json(paymentMethod), headers: located('customer') },
    ...refusals(400, 401, 403, 404, 409, 413, 415, 422, 500, 503),
  },
} as const satisfies Route;

export const deletePaymentMethod = {
  method: 'delete',
  path: '/customers/{id}/payment_methods/{pm}',
  operationId: 'removePaymentMethod',
  summary: 'Forget a payment method',
  description: 'Payments made with it stay. When it was the default, none is until another is chosen.',
  tags: ['customers'],
  ...secured,
  parameters: [idParameter('id'), idParameter('pm')],
  responses: {
    204: { description: 'Forgotten.' },
    ...refusals(400, 401, 403, 404, 409, 500, 503),
  },
} as const satisfies Route;
