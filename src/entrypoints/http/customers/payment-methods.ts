import type { AddedPaymentMethod } from '../../../application/customers/payment-methods.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import { parseId } from '../../../domain/kernel/ids.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { parseBody } from '../server/body-input.ts';
import { expectedIn } from '../server/entity-tag.ts';
import { type CommittingParts, committedOnce } from '../server/keyed-post.ts';
import { readJson } from '../server/read-json.ts';
import { answer, location, resource } from '../server/route.ts';
import { methodBody, methodIn, withCustomer } from './customer-body.ts';
import { CUSTOMERS_TAG, customerProblems } from './customer-problems.ts';
import { newPaymentMethod, paymentMethod } from './customer-schemas.ts';

const { refuse } = customerProblems;

const postPaymentMethod =
  (parts: Pick<UseCases, 'addPaymentMethod'> & CommittingParts): TenantHandler =>
  (c, merchantId) =>
    withCustomer(c, merchantId, (target) =>
      readJson(c.req.raw)
        .andThen((body) => parseBody(newPaymentMethod, body))
        .andThen((body) => expectedIn(c).map((expecting) => ({ body, expecting })))
        .andThen(({ body, expecting }) =>
          committedOnce(c, parts, {
            merchantId,
            operation: 'add_payment_method',
            payload: { ...body, customer_id: target.id },
            respond: ({ customer, method }: AddedPaymentMethod) => ({
              status: 201,
              location: `/customers/${customer.id}`,
              body: jsonText(methodBody(customer, method)),
            }),
            sealedFor: ({ customer }) => customer,
            work: (claimWith) =>
              parts.addPaymentMethod({ ...target, ...expecting, method: methodIn(body) }, claimWith),
          }),
        )
        .match(
          (response) => response,
          (failure) => refuse(c, failure),
        ),
    );

const deletePaymentMethod =
  ({ removePaymentMethod }: Pick<UseCases, 'removePaymentMethod'>): TenantHandler =>
  (c, merchantId) =>
    withCustomer(c, merchantId, async (target) => {
      const paymentMethodId = parseId('pm', c.req.param('pm') ?? '');
      if (paymentMethodId === undefined) return refuse(c, { kind: 'PaymentMethodNotFound' });
      return expectedIn(c)
        .asyncAndThen((expecting) => removePaymentMethod({ ...target, ...expecting, paymentMethodId }))
        .match(
          () => new Response(null, { status: 204 }),
          (failure) => refuse(c, failure),
        );
    });

export const paymentMethods = resource({
  tag: CUSTOMERS_TAG,
  problems: customerProblems,
  routes: [
    forTenants('customers', postPaymentMethod, {
      method: 'post',
      path: '/customers/{id}/payment_methods',
      operationId: 'addPaymentMethod',
      summary: 'Store a payment method of a customer',
      description:
        'Its id can then be the `payment_method` of a payment that names the customer. The customer’s first is the default.',
      body: newPaymentMethod,
      ifMatch: 'customer',
      responses: {
        201: {
          ...answer('The payment method.', paymentMethod),
          headers: { Location: location('customer') },
        },
      },
      refusals: [404, 410],
    }),
    forTenants('customers', deletePaymentMethod, {
      method: 'delete',
      path: '/customers/{id}/payment_methods/{pm}',
      operationId: 'removePaymentMethod',
      summary: 'Forget a payment method',
      description: 'Payments made with it stay. When it was the default, none is until another is chosen.',
      ifMatch: 'customer',
      responses: { 204: { description: 'Forgotten.' } },
      refusals: [404, 409],
    }),
  ],
});
