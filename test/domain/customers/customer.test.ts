import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aggregateRecord,
  auditedRecord,
  restoreAggregate,
} from '../../../src/domain/aggregates/aggregate.ts';
import {
  type ActiveCustomer,
  addPaymentMethod,
  changeCustomer,
  eraseCustomer,
  MOST_PAYMENT_METHODS,
  normalEmail,
  removePaymentMethod,
  type StoredPaymentMethod,
} from '../../../src/domain/customers/customer.ts';
import { nextAccess } from '../../../src/domain/customers/customer-access.ts';
import { type CustomerId, idOf, type PaymentMethodId } from '../../../src/domain/kernel/ids.ts';
import { aMerchantId, NOON, plain } from '../../fixtures/changes.ts';

const hex = (digit: number) => digit.toString(16).padStart(32, '0');

const aCustomer = (parts: Partial<ActiveCustomer> = {}): ActiveCustomer => ({
  kind: 'customer',
  id: idOf('cus', hex(1)),
  merchantId: aMerchantId(),
  status: 'active',
  dataKey: { keyId: 'k1', wrapped: 'wrapped-data-key' },
  emailIndexes: ['k1:index'],
  secrets: { email: 'sealed-email', name: 'sealed-name' },
  paymentMethods: [],
  version: 1,
  createdAt: NOON,
  updatedAt: NOON,
  auditHash: 'a'.repeat(64),
  ...parts,
});

const aMethod = (digit: number): StoredPaymentMethod => ({
  id: idOf('pm', hex(digit)),
  type: 'card',
  last4: '4242',
  token: `sealed-${digit}`,
  createdAt: NOON,
});

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const present = (fields: object) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const methods = fc.uniqueArray(
  fc.oneof(
    fc.record({
      id: fc.nat(99).map((digit) => idOf('pm', hex(digit))),
      type: fc.constant('card' as const),
      last4: fc.constant('4242'),
      token: fc.string(),
      brand: optional(fc.string()),
      expiryMonth: optional(fc.integer({ min: 1, max: 12 })),
      expiryYear: optional(fc.integer({ min: 2000, max: 2100 })),
      createdAt: fc.constant(NOON),
    }),
    fc.record({
      id: fc.nat(99).map((digit) => idOf('pm', hex(digit))),
      type: fc.constant('bank_account' as const),
      last4: fc.constant('0001'),
      token: fc.string(),
      bankName: optional(fc.string()),
      accountType: optional(fc.constantFrom('checking' as const, 'savings' as const)),
      createdAt: fc.constant(NOON),
    }),
  ),
  { selector: ({ id }) => id, maxLength: 5 },
);

const customers = fc
  .record({
    secrets: fc
      .record({
        email: fc.string(),
        name: fc.string(),
        phone: optional(fc.string()),
        metadata: optional(fc.string()),
      })
      .map((secrets) => present(secrets) as ActiveCustomer['secrets']),
    emailIndexes: fc.array(fc.string(), { minLength: 1, maxLength: 3 }),
    paymentMethods: methods.map((all) => all.map((each) => present(each) as StoredPaymentMethod)),
    version: fc.integer({ min: 1 }),
  })
  .map(aCustomer);

describe('a customer', () => {
  it('comes back from its record, erased or not', () => {
    fc.assert(
      fc.property(customers, fc.boolean(), (customer, erased) => {
        const whole = erased ? eraseCustomer(customer, NOON + 1) : customer;
        const stored = plain(aggregateRecord(whole)) as ReturnType<typeof aggregateRecord>;
        expect(restoreAggregate('customer', stored, whole.auditHash)).toEqual(whole);
      }),
    );
  });

  it('leaves neither its data key nor its indexes in the audit trail', () => {
    fc.assert(
      fc.property(customers, (customer) => {
        const audited = auditedRecord(customer);
        expect(audited).not.toHaveProperty('data_key');
        expect(audited).not.toHaveProperty('email_indexes');
        expect(JSON.stringify(audited)).not.toContain('wrapped-data-key');
        expect({ ...aggregateRecord(customer), ...audited }).toEqual(aggregateRecord(customer));
      }),
    );
  });

  it('keeps nothing but its id and times once erased', () => {
    const erased = eraseCustomer(aCustomer({ paymentMethods: [aMethod(1)] }), NOON + 5);
    expect(Object.keys(aggregateRecord(erased)).toSorted()).toEqual(
      ['id', 'merchant_id', 'version', 'created_at', 'updated_at', 'status'].toSorted(),
    );
    expect(erased.version).toBe(2);
  });

  it('has one default at most, which is one of its methods', () => {
    const step = fc.oneof(
      fc.record({ add: fc.nat(30), asDefault: fc.boolean() }),
      fc.record({ remove: fc.nat(30) }),
      fc.record({ choose: fc.option(fc.nat(30)) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let customer = aCustomer();
        for (const each of steps) {
          const next =
            'add' in each
              ? customer.paymentMethods.some(({ id }) => id === aMethod(each.add).id)
                ? undefined
                : addPaymentMethod(customer, aMethod(each.add), each.asDefault, NOON).unwrapOr(undefined)
              : 'remove' in each
                ? removePaymentMethod(customer, idOf('pm', hex(each.remove)), NOON).unwrapOr(undefined)
                : changeCustomer(
                    customer,
                    { defaultMethod: each.choose === null ? null : idOf('pm', hex(each.choose)) },
                    NOON,
                  ).unwrapOr(undefined);
          if (next === undefined) continue;
          expect(next.version).toBe(customer.version + 1);
          if (customer.paymentMethods.length === 0 && next.paymentMethods.length === 1)
            expect(next.defaultMethod).toBe(next.paymentMethods[0]?.id);
          customer = next;
          const ids: readonly (PaymentMethodId | undefined)[] = customer.paymentMethods.map(({ id }) => id);
          expect(ids.length).toBeLessThanOrEqual(MOST_PAYMENT_METHODS);
          if (customer.defaultMethod !== undefined) expect(ids).toContain(customer.defaultMethod);
        }
      }),
    );
  });
});

describe('the spelling of an email', () => {
  it('is one whatever its case, composition and margins', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(text, (email) => {
        const normal = normalEmail(email);
        expect(normalEmail(normal)).toBe(normal);
        expect(normalEmail(` \t${email.normalize('NFD')}\n`)).toBe(normal);
        expect(normalEmail(email.normalize('NFC'))).toBe(normal);
      }),
    );
    expect(normalEmail(' Ren\u0065\u0301@EXAMPLE.com')).toBe('ren\u00e9@example.com');
    expect(normalEmail('a@example.com')).not.toBe(normalEmail('b@example.com'));
  });
});

describe('the chain of reads', () => {
  it('counts them', () => {
    const target = { merchantId: aMerchantId(), customerId: idOf('cus', hex(1)) as CustomerId };
    const first = nextAccess(undefined, target, NOON);
    const second = nextAccess({ ...first, auditHash: 'b'.repeat(64) }, target, NOON + 1);
    expect([first.version, second.version]).toEqual([1, 2]);
    expect(first.id).toBe(`cac_${hex(1)}`);
    const stored = plain(aggregateRecord(second)) as ReturnType<typeof aggregateRecord>;
    expect(restoreAggregate('customer_access', stored, second.auditHash)).toEqual(second);
  });
});
