import type { CustomerId, PaymentMethodId } from '../kernel/ids.ts';
import { fromRfc3339, rfc3339 } from '../kernel/instant.ts';
import { present } from '../kernel/present.ts';
import { type RevisionRecord, restoreRevision, revisionRecord } from '../kernel/revision.ts';
import type { BlindIndex, Sealed } from '../kernel/sealed.ts';
import type {
  ActiveCustomer,
  Customer,
  CustomerSecrets,
  PaymentMethodFace,
  StoredPaymentMethod,
} from './customer.ts';

/** What may be shown of a payment method, under the names it is published with. */
export type PaymentMethodFaceRecord = Readonly<{
  type: PaymentMethodFace['type'];
  last4: string;
  brand?: string | undefined;
  expiry_month?: number | undefined;
  expiry_year?: number | undefined;
  bank_name?: string | undefined;
  account_type?: 'checking' | 'savings' | undefined;
}>;

type StoredMethodRecord = PaymentMethodFaceRecord &
  Readonly<{ id: PaymentMethodId; token: Sealed; created_at: string }>;

type KnownRecord = RevisionRecord<CustomerId>;

type ActiveRecord = KnownRecord &
  CustomerSecrets &
  Readonly<{
    status: 'active';
    payment_methods: readonly StoredMethodRecord[];
    default_method?: PaymentMethodId;
    data_key_id: string;
  }>;

type ErasedRecord = KnownRecord & Readonly<{ status: 'erased' }>;

/** What the audit trail holds of a customer: ciphertexts, and nothing that could open them or find them by email. */
export type CustomerSnapshot = ActiveRecord | ErasedRecord;

/** What is stored of a customer: the snapshot, and the keys that erasing takes away. */
export type CustomerRecord =
  | ErasedRecord
  | (ActiveRecord & Readonly<{ data_key: string; email_indexes: readonly BlindIndex[] }>);

export const customerRecord = (customer: Customer): CustomerRecord =>
  customer.status === 'erased'
    ? { ...revisionRecord(customer), status: 'erased' }
    : {
        ...activeRecord(customer),
        data_key: customer.dataKey.wrapped,
        email_indexes: customer.emailIndexes,
      };

export const customerSnapshot = (customer: Customer): CustomerSnapshot =>
  customer.status === 'erased' ? { ...revisionRecord(customer), status: 'erased' } : activeRecord(customer);

export function restoreCustomer(record: CustomerRecord, auditHash: string): Customer {
  const known = restoreRevision('customer', record, auditHash);
  if (record.status === 'erased') return { ...known, status: 'erased' };
  return {
    ...known,
    status: 'active',
    dataKey: { keyId: record.data_key_id, wrapped: record.data_key },
    emailIndexes: record.email_indexes,
    secrets: secretsIn(record),
    paymentMethods: record.payment_methods.map(restoreMethod),
    ...present({ defaultMethod: record.default_method }),
  };
}

const activeRecord = (customer: ActiveCustomer): ActiveRecord => ({
  ...revisionRecord(customer),
  status: 'active',
  ...secretsIn(customer.secrets),
  payment_methods: customer.paymentMethods.map((method) => ({
    id: method.id,
    ...faceRecord(method),
    token: method.token,
    created_at: rfc3339(method.createdAt),
  })),
  ...present({ default_method: customer.defaultMethod }),
  data_key_id: customer.dataKey.keyId,
});

/** Named one by one, so that nothing else of a wider value comes along. */
const secretsIn = ({ email, name, phone, metadata }: CustomerSecrets): CustomerSecrets => ({
  email,
  name,
  ...present({ phone, metadata }),
});

export function faceRecord(face: PaymentMethodFace): PaymentMethodFaceRecord {
  const { type, last4 } = face;
  if (face.type === 'card') {
    const { brand, expiryMonth, expiryYear } = face;
    return {
      type,
      last4,
      ...present({ brand, expiry_month: expiryMonth, expiry_year: expiryYear }),
    };
  }
  const { bankName, accountType } = face;
  return {
    type,
    last4,
    ...present({ bank_name: bankName, account_type: accountType }),
  };
}

/** Reads `faceRecord` back; what does not belong to the type is left out. */
export function faceIn(record: PaymentMethodFaceRecord): PaymentMethodFace {
  const { type, last4, brand, expiry_month, expiry_year, bank_name, account_type } = record;
  return type === 'card'
    ? {
        type,
        last4,
        ...present({ brand, expiryMonth: expiry_month, expiryYear: expiry_year }),
      }
    : {
        type,
        last4,
        ...present({ bankName: bank_name, accountType: account_type }),
      };
}

const restoreMethod = (record: StoredMethodRecord): StoredPaymentMethod => ({
  ...faceIn(record),
  id: record.id,
  token: record.token,
  createdAt: fromRfc3339(record.created_at),
});
