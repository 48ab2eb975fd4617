import { err, ok, type Result } from 'neverthrow';
import type { z } from 'zod';
import type {
  ChangeCustomer,
  ChangeCustomerRequest,
} from '../../../application/customers/change-customer.ts';
import type { CreateCustomer } from '../../../application/customers/create-customer.ts';
import type { EraseCustomer } from '../../../application/customers/erase-customer.ts';
import type {
  AddPaymentMethod,
  RemovePaymentMethod,
} from '../../../application/customers/payment-methods.ts';
import type { FindCustomer, GetCustomer } from '../../../application/customers/read-customers.ts';
import type { NewPaymentMethod } from '../../../application/customers/seal-payment-method.ts';
import type { CustomerTarget } from '../../../application/customers/update-customer.ts';
import { faceIn } from '../../../domain/customers/customer-record.ts';
import { type MerchantId, type PaymentMethodId, parseId } from '../../../domain/kernel/ids.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { findsPan } from '../../../domain/kernel/pan.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { TenantHandler } from '../payments/payment-routes.ts';
import { parseBody } from '../server/body-input.ts';
import type { PanNotAccepted } from '../server/failures.ts';
import { parseQuery } from '../server/list-input.ts';
import { readJson } from '../server/read-json.ts';
import { answerJson, type HttpContext, originOf, refuse } from '../server/request-context.ts';
import { customerBody, methodBody } from './customer-body.ts';
import { customerChange, customersQuery, newCustomer, newPaymentMethod } from './customer-schemas.ts';

export const postCustomerHandler =
  ({ createCustomer }: Readonly<{ createCustomer: CreateCustomer }>): TenantHandler =>
  (c, merchantId) =>
    readJson(c.req.raw)
      .andThen((body) => parseBody(newCustomer, body))
      .andThen(({ email, name, phone, metadata, payment_methods = [] }) =>
        createCustomer({
          merchantId,
          details: {
            email,
            name,
            ...present({ phone, metadata }),
          },
          methods: payment_methods.map(methodOf),
          origin: originOf(c),
        }),
      )
      .match(
        (open) =>
          answerJson(201, jsonText(customerBody(open)), { Location: `/customers/${open.customer.id}` }),
        (failure) => refuse(c, failure),
      );

export const getCustomersHandler =
  ({ findCustomer }: Readonly<{ findCustomer: FindCustomer }>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(customersQuery, new URL(c.req.url).searchParams)
      .andThen(({ email }) => withoutPan(email))
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

const withoutPan = (text: string): Result<string, PanNotAccepted> =>
  findsPan(text) ? err({ kind: 'PanNotAccepted' }) : ok(text);

export const getCustomerHandler =
  ({ getCustomer }: Readonly<{ getCustomer: GetCustomer }>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      getCustomer(target).match(
        (open) => answerJson(200, jsonText(customerBody(open))),
        (failure) => refuse(c, failure),
      ),
    );

export const patchCustomerHandler =
  ({ changeCustomer }: Readonly<{ changeCustomer: ChangeCustomer }>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      readJson(c.req.raw)
        .andThen((body) => parseBody(customerChange, body))
        .andThen((body) => changeCustomer({ ...target, ...changesIn(body) }))
        .match(
          (open) => answerJson(200, jsonText(customerBody(open))),
          (failure) => refuse(c, failure),
        ),
    );

export const deleteCustomerHandler =
  ({ eraseCustomer }: Readonly<{ eraseCustomer: EraseCustomer }>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      eraseCustomer(target).match(
        () => new Response(null, { status: 204 }),
        (failure) => refuse(c, failure),
      ),
    );

export const postPaymentMethodHandler =
  ({ addPaymentMethod }: Readonly<{ addPaymentMethod: AddPaymentMethod }>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      readJson(c.req.raw)
        .andThen((body) => parseBody(newPaymentMethod, body))
        .andThen((body) => addPaymentMethod({ ...target, method: methodOf(body) }))
        .match(
          ({ customer, method }) =>
            answerJson(201, jsonText(methodBody(customer, method)), {
              Location: `/customers/${customer.id}`,
            }),
          (failure) => refuse(c, failure),
        ),
    );

export const deletePaymentMethodHandler =
  ({ removePaymentMethod }: Readonly<{ removePaymentMethod: RemovePaymentMethod }>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, async (target) => {
      const paymentMethodId = parseId('pm', c.req.param('pm') ?? '');
      if (paymentMethodId === undefined) return refuse(c, { kind: 'PaymentMethodNotFound' });
      return removePaymentMethod({ ...target, paymentMethodId }).match(
        () => new Response(null, { status: 204 }),
        (failure) => refuse(c, failure),
      );
    });

/** What cannot be the id of a customer at all is nobody's. */
async function withTarget(
  c: HttpContext,
  merchantId: MerchantId,
  handle: (target: CustomerTarget) => Promise<Response>,
): Promise<Response> {
  const id = parseId('cus', c.req.param('id') ?? '');
  return id === undefined
    ? refuse(c, { kind: 'CustomerNotFound' })
    : handle({ merchantId, id, origin: originOf(c) });
}

const methodOf = ({ token, is_default, ...face }: z.output<typeof newPaymentMethod>): NewPaymentMethod => ({
  face: faceIn(face),
  token,
  asDefault: is_default ?? false,
});

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
  ...(default_method === undefined ? {} : { defaultMethod: default_method as PaymentMethodId | null }),
  ...present({ version }),
});
