import { z } from '@hono/zod-openapi';
import { MOST_PAYMENT_METHODS } from '../../../domain/customers/customer.ts';
import { email as mailbox, plainText } from '../server/person-schemas.ts';
import {
  customerId,
  fitsSealed,
  listPage,
  MUST_FIT_SEALED,
  metadata,
  openList,
  paging,
  period,
} from '../server/schemas.ts';

const email = mailbox.openapi({
  description:
    'Unique in any spelling of it: case does not count, nor does space around it. The host is kept in ASCII, in lower case ' +
    'and without a final dot, the local part without quotes that it does not need.',
  example: 'ada@example.com',
});

const name = plainText(200).openapi({ minLength: 1, example: 'Ada Lovelace' });

const phone = z
  .string()
  .regex(/^\+?[0-9][0-9 ().-]{2,31}$/, 'must be a telephone number')
  .openapi({
    description:
      'Digits that would pass for a card number are refused here too; a number of 13 digits or more is better written ' +
      'in groups with dots.',
    example: '+44 1632 960961',
  });

const sealedMetadata = metadata.refine(fitsSealed, MUST_FIT_SEALED);

const label = (most: number) => plainText(most).optional();

const method = {
  token: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
    .openapi({
      description: "The processor's own token. It is kept encrypted and never answered.",
      example: 'tok_visa_4242',
    }),
  last4: z
    .string()
    .regex(/^[0-9]{4}$/, 'must be four digits')
    .openapi({ example: '4242' }),
  is_default: z.boolean().optional().openapi({ default: false }),
};

const newCard = z.strictObject({
  type: z.literal('card'),
  ...method,
  brand: label(40).openapi({ example: 'visa' }),
  expiry_month: z.int().min(1).max(12).optional(),
  expiry_year: z.int().min(2000).max(2100).optional(),
});

const newBankAccount = z.strictObject({
  type: z.literal('bank_account'),
  ...method,
  bank_name: label(100).openapi({ example: 'First Bank' }),
  account_type: z.enum(['checking', 'savings']).optional(),
});

/** The body of `POST /customers/{id}/payment_methods`. */
export const newPaymentMethod = z
  .discriminatedUnion('type', [newCard, newBankAccount], { error: 'must be a card or a bank account' })
  .openapi('NewPaymentMethod', {
    example: {
      type: 'card',
      token: 'tok_visa_4242',
      last4: '4242',
      brand: 'visa',
      expiry_month: 12,
      expiry_year: 2030,
    },
  });

/** The body of `POST /customers`. */
export const newCustomer = z
  .strictObject({
    email,
    name,
    phone: phone.optional(),
    metadata: sealedMetadata.optional(),
    payment_methods: z
      .array(newPaymentMethod)
      .max(MOST_PAYMENT_METHODS)
      .optional()
      .openapi({ description: 'The first that asks for it is the default; when none does, the first.' }),
  })
  .openapi('NewCustomer', { example: { email: 'ada@example.com', name: 'Ada Lovelace' } });

const paymentMethodId = z.string().regex(/^pm_[0-9a-f]{32}$/, 'must be the id of a payment method');

/** The body of `PATCH /customers/{id}`. */
export const customerChange = z
  .strictObject({
    email: email.optional(),
    name: name.optional(),
    phone: phone.nullable().optional(),
    metadata: sealedMetadata.nullable().optional(),
    default_method: paymentMethodId.nullable().optional(),
    version: z
      .int()
      .min(1)
      .optional()
      .openapi({ description: 'The version the change was decided on; refused when it is not the newest.' }),
  })
  .refine((change) => Object.keys(change).some((field) => field !== 'version'), 'must change something')
  .openapi('CustomerChange', {
    minProperties: 1,
    description: 'What is not named stays as it is, null takes away; `metadata` is replaced as a whole.',
    example: { name: 'Ada King' },
  });

/** The query of `GET /customers`, as text. */
export const customersQuery = z
  .strictObject({ email: email.optional(), ...period, ...paging })
  .refine(({ email, ...rest }) => email === undefined || Object.keys(rest).length === 0, {
    path: ['email'],
    message: 'finds one customer, and stands alone',
  });

const time = z.string().openapi({ format: 'date-time' });

export const paymentMethod = z
  .strictObject({
    id: paymentMethodId,
    type: openList(['card', 'bank_account']),
    last4: z.string(),
    brand: z.string().optional(),
    expiry_month: z.int().optional(),
    expiry_year: z.int().optional(),
    bank_name: z.string().optional(),
    account_type: openList(['checking', 'savings']).optional(),
    is_default: z.boolean(),
    created_at: time,
  })
  .openapi('PaymentMethod');

/** A customer as it is answered. */
export const customer = z
  .strictObject({
    id: customerId,
    merchant_id: z.string(),
    email: z.string(),
    name: z.string(),
    phone: z.string().optional(),
    payment_methods: z.array(paymentMethod),
    default_method: paymentMethodId.optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    version: z.int(),
    created_at: time,
    updated_at: time,
  })
  .openapi('Customer');

/** What can be said of a customer without opening anything of theirs. */
const listedCustomer = z
  .strictObject({
    id: customerId,
    merchant_id: z.string(),
    status: openList(['active', 'erased']),
    version: z.int(),
    created_at: time,
    updated_at: time,
  })
  .openapi('ListedCustomer');

export const customerPage = listPage(z.union([customer, listedCustomer])).openapi('CustomerPage');
