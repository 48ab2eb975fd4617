import { err, ok, type Result } from 'neverthrow';
import type { z } from 'zod';
import type { ChangeCustomerRequest } from '../../../application/customers/change-customer.ts';
import type { CreateCustomerRequest } from '../../../application/customers/create-customer.ts';
import type { OpenCustomer } from '../../../application/customers/customer-secrets.ts';
import type { CustomerTarget } from '../../../application/customers/update-customer.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import type { Origin } from '../../../domain/kernel/actor.ts';
import type { MerchantId, PaymentMethodId } from '../../../domain/kernel/ids.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { revisionRecord } from '../../../domain/kernel/revision.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { parseBody } from '../server/body-input.ts';
import { cardFaults } from '../server/card-guard.ts';
import { answerVersion, expectedIn } from '../server/entity-tag.ts';
import { type CommittingParts, committedOnce } from '../server/keyed-post.ts';
import { pageOf, parseQuery, periodOf } from '../server/list-input.ts';
import { readJson } from '../server/read-json.ts';
import { answerJson, answerPage, type HttpContext, originOf } from '../server/request-context.ts';
import type { PanNotAccepted } from '../server/request-problems.ts';
import { answer, created, resource, versioned } from '../server/route.ts';
import { customerBody, methodIn, withCustomer } from './customer-body.ts';
import { CUSTOMERS_TAG, customerProblems } from './customer-problems.ts';
import { customer, customerChange, customerPage, customersQuery, newCustomer } from './customer-schemas.ts';

const { refuse } = customerProblems;

const postCustomer =
  (parts: Pick<UseCases, 'createCustomer'> & CommittingParts): TenantHandler =>
  (c, merchantId) =>
    readJson(c.req.raw)
      .andThen((body) => parseBody(newCustomer, body))
      .andThen((body) =>
        committedOnce(c, parts, {
          merchantId,
          operation: 'create_customer',
          payload: body,
          respond: (open: OpenCustomer) => ({
            status: 201,
            location: `/customers/${open.customer.id}`,
            version: open.customer.version,
            body: jsonText(customerBody(open)),
          }),
          sealedFor: ({ customer }) => customer,
          work: (claimWith) => parts.createCustomer(customerIn(body, merchantId, originOf(c)), claimWith),
        }),
      )
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );

const customerIn = (
  { email, name, phone, metadata, payment_methods = [] }: z.output<typeof newCustomer>,
  merchantId: MerchantId,
  origin: Origin,
): CreateCustomerRequest => ({
  merchantId,
  details: { email, name, ...present({ phone, metadata }) },
  methods: payment_methods.map(methodIn),
  origin,
});

const getCustomers =
  (parts: Pick<UseCases, 'findCustomer' | 'listCustomers'>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(customersQuery, new URL(c.req.url).searchParams).match(
      ({ email, ...query }) =>
        email === undefined ? listed(c, merchantId, query, parts) : found(c, merchantId, email, parts),
      (failure) => Promise.resolve(refuse(c, failure)),
    );

const listed = (
  c: HttpContext,
  merchantId: MerchantId,
  query: Omit<z.output<typeof customersQuery>, 'email'>,
  { listCustomers }: Pick<UseCases, 'listCustomers'>,
): Promise<Response> =>
  periodOf(query)
    .map((filter) => ({ merchantId, filter, ...pageOf(query) }))
    .asyncAndThen(listCustomers)
    .match(
      (page) => answerPage(page, (customer) => ({ ...revisionRecord(customer), status: customer.status })),
      (failure) => refuse(c, failure),
    );

const found = (
  c: HttpContext,
  merchantId: MerchantId,
  email: string,
  { findCustomer }: Pick<UseCases, 'findCustomer'>,
): Promise<Response> =>
  withoutPan(email)
    .asyncAndThen((email) => findCustomer({ merchantId, email, origin: originOf(c) }))
    .match(
      (found) =>
        answerJson(
          200,
          jsonText({
            items: found === undefined ? [] : [customerBody(found)],
            next_cursor: null,
            has_more: false,
          }),
        ),
      (failure) => refuse(c, failure),
    );

function withoutPan(email: string): Result<string, PanNotAccepted> {
  const faults = cardFaults({ email });
  return faults.length === 0 ? ok(email) : err({ kind: 'PanNotAccepted', faults });
}

const getCustomer =
  ({ getCustomer }: Pick<UseCases, 'getCustomer'>): TenantHandler =>
  (c, merchantId) =>
    withCustomer(c, merchantId, (target) =>
      getCustomer(target).match(
        (open) => answerCustomer(c, open),
        (failure) => refuse(c, failure),
      ),
    );

const answerCustomer = (c: HttpContext, open: OpenCustomer): Response =>
  answerVersion(c, { version: open.customer.version, body: jsonText(customerBody(open)) });

const patchCustomer =
  ({ changeCustomer }: Pick<UseCases, 'changeCustomer'>): TenantHandler =>
  (c, merchantId) =>
    withCustomer(c, merchantId, (target) =>
      readJson(c.req.raw)
        .andThen((body) => parseBody(customerChange, body))
        .andThen((body) =>
          expectedIn(c).map((expecting) => ({ ...target, ...changesIn(body), ...expecting })),
        )
        .andThen(changeCustomer)
        .match(
          (open) => answerCustomer(c, open),
          (failure) => refuse(c, failure),
        ),
    );

const deleteCustomer =
  ({ eraseCustomer }: Pick<UseCases, 'eraseCustomer'>): TenantHandler =>
  (c, merchantId) =>
    withCustomer(c, merchantId, (target) =>
      expectedIn(c)
        .asyncAndThen((expecting) => eraseCustomer({ ...target, ...expecting }))
        .match(
          () => new Response(null, { status: 204 }),
          (failure) => refuse(c, failure),
        ),
    );

const changesIn = ({
  email,
  name,
  phone,
  metadata,
  default_method,
  version,
}: z.output<typeof customerChange>): Omit<ChangeCustomerRequest, keyof CustomerTarget> => ({
  ...present({ email, name, phone, metadata }),
  // The schema let only ids of payment methods through.
  ...present({ defaultMethod: default_method as PaymentMethodId | null | undefined, version }),
});

const READ =
  'Every read is recorded before anything is decrypted: in `GET /audit` as `customer_access`, whose `entity_id` is the ' +
  'customer’s id with `cac_` for `cus_`.';

export const customers = resource({
  tag: CUSTOMERS_TAG,
  problems: customerProblems,
  routes: [
    forTenants('customers', postCustomer, {
      method: 'post',
      path: '/customers',
      operationId: 'createCustomer',
      summary: 'Store a customer',
      description:
        'Email, name, phone, metadata and tokens are kept encrypted under a key of the customer’s own. One email is one customer.',
      body: newCustomer,
      responses: { 201: created('customer', customer) },
      refusals: [410],
    }),
    forTenants('customers', getCustomers, {
      method: 'get',
      path: '/customers',
      operationId: 'findCustomer',
      summary: 'Find a customer by email, or list customers, newest first',
      description:
        `With \`email\`, at most one customer, with all of its details. ${READ} Without, a page of all, erased ones too, with nothing ` +
        'that is kept encrypted, so that no look goes on record.',
      query: customersQuery,
      responses: { 200: answer('The customer or none; or a page.', customerPage) },
      refusals: [409, 422],
    }),
    forTenants('customers', getCustomer, {
      method: 'get',
      path: '/customers/{id}',
      operationId: 'getCustomer',
      summary: 'Read a customer',
      description: READ,
      responses: { 200: versioned('The customer.', customer) },
      refusals: [404, 409],
    }),
    forTenants('customers', patchCustomer, {
      method: 'patch',
      path: '/customers/{id}',
      operationId: 'changeCustomer',
      summary: 'Change a customer, or choose the default payment method',
      body: customerChange,
      ifMatch: 'customer',
      responses: { 200: versioned('The customer as it is now.', customer) },
      refusals: [404, 409],
    }),
    forTenants('customers', deleteCustomer, {
      method: 'delete',
      path: '/customers/{id}',
      operationId: 'eraseCustomer',
      summary: 'Erase a customer',
      description:
        'The key of the customer’s data is destroyed, so that what the audit trail keeps of it can never be read again. Payments stay.',
      ifMatch: 'customer',
      responses: { 204: { description: 'Erased, for good.' } },
      refusals: [404, 409],
    }),
  ],
});
