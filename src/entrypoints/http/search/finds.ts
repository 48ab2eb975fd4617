import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { UseCases } from '../../../application/use-cases.ts';
import { instantInId, type MerchantId, parseId } from '../../../domain/kernel/ids.ts';
import { type Instant, rfc3339 } from '../../../domain/kernel/instant.ts';
import { type JsonObject, whole } from '../../../domain/kernel/json.ts';
import type { Money } from '../../../domain/kernel/money.ts';
import { present } from '../../../domain/kernel/present.ts';

/** What a find is asked with, and what the one who asks may see. */
export type Finds = Pick<
  UseCases,
  | 'getPayment'
  | 'listAudit'
  | 'locateCustomer'
  | 'getTransfer'
  | 'listEvents'
  | 'getEndpoint'
  | 'getDelivery'
  | 'getExport'
  | 'getSchedule'
  | 'getReconciliation'
  | 'getSettlement'
  | 'getException'
  | 'getDispute'
>;

type Failure<Case> = Case extends (...args: never) => ResultAsync<unknown, infer F> ? F : never;
export type FindFailure = Exclude<Failure<Finds[keyof Finds]>, Readonly<{ kind: `${string}NotFound` }>>;

/** What things of every kind have, as far as they have it. */
type Thing = Readonly<{
  id: string;
  createdAt: Instant;
  status?: string;
  amount?: Money;
  paymentId?: string;
  eventType?: string;
}>;

/** What is found, in a line; who wants more reads it. Without anything personal. */
export const foundRecord = (
  type: string,
  { id, createdAt, status, amount, paymentId, eventType }: Thing,
): JsonObject => ({
  type,
  id,
  ...present({
    status,
    event_type: eventType,
    payment_id: paymentId,
    amount: amount && whole(amount.minorUnits),
    currency: amount?.currency,
  }),
  created_at: rfc3339(createdAt),
});

/** How the one thing is read that an id names, and the permission that reading it takes by its own route. */
type Find = Readonly<{
  permission: string;
  find: (
    finds: Finds,
    merchantId: MerchantId,
    id: never,
  ) => ResultAsync<JsonObject | undefined, Readonly<{ kind: string }>>;
}>;

const as = (type: string) => (thing: Thing) => foundRecord(type, thing);

/**
 * By the prefix of the id. Each is a read by key, on every storage: two of a payment; of a transaction those of its chain in the audit trail, which its id
 * says the moment of, and of its payment; of an event the events of its very millisecond.
 */
const BY_PREFIX = {
  pay: {
    permission: 'payments',
    find: ({ getPayment }, merchantId, id) =>
      getPayment(merchantId, id).map(({ payment }) => foundRecord('payment', payment)),
  },
  txn: {
    permission: 'payments',
    find: ({ listAudit, getPayment }, merchantId, id: string) =>
      listAudit({ merchantId, filter: { entityType: 'transaction', entityId: id }, limit: 100 }).andThen(
        ({ items: chain }) => {
          // Later links say what changed, and a transaction stays with its payment.
          const named = chain.map(({ after }) => after?.['payment_id']).find((id) => typeof id === 'string');
          const paymentId = named === undefined ? undefined : parseId('pay', named);
          if (paymentId === undefined) return okAsync(undefined);
          return getPayment(merchantId, paymentId).map(({ transactions }) => {
            const found = transactions.find((each) => each.id === id);
            return found && foundRecord('transaction', found);
          });
        },
      ),
  },
  cus: {
    permission: 'customers',
    find: ({ locateCustomer }, merchantId, id) => locateCustomer(merchantId, id).map(as('customer')),
  },
  trf: {
    permission: 'transfers',
    find: ({ getTransfer }, merchantId, id) => getTransfer(merchantId, id).map(as('transfer')),
  },
  evt: {
    permission: 'webhooks',
    find: ({ listEvents }, merchantId, id: string) => {
      const at = instantInId(id);
      return listEvents({ merchantId, filter: { from: at, to: at }, limit: 100 }).map(({ items }) => {
        const found = items.find((each) => each.id === id);
        return found && foundRecord('event', { ...found, createdAt: found.created, eventType: found.type });
      });
    },
  },
  we: {
    permission: 'webhooks',
    find: ({ getEndpoint }, merchantId, id) => getEndpoint({ merchantId, id }).map(as('webhook_endpoint')),
  },
  whd: {
    permission: 'webhooks',
    find: ({ getDelivery }, merchantId, id) => getDelivery({ merchantId, id }).map(as('webhook_delivery')),
  },
  exp: {
    permission: 'exports',
    find: ({ getExport }, merchantId, id) =>
      getExport({ merchantId, id }).map(({ export: { createdAt }, status }) =>
        foundRecord('export', { id, createdAt, status }),
      ),
  },
  sch: {
    permission: 'exports',
    find: ({ getSchedule }, merchantId, id) => getSchedule({ merchantId, id }).map(as('export_schedule')),
  },
  rec: {
    permission: 'settlements',
    find: ({ getReconciliation }, merchantId, id) =>
      getReconciliation(merchantId, id).map(as('reconciliation')),
  },
  set: {
    permission: 'settlements',
    find: ({ getSettlement }, merchantId, id) => getSettlement(merchantId, id).map(as('settlement')),
  },
  exc: {
    permission: 'settlements',
    find: ({ getException }, merchantId, id) =>
      getException(merchantId, id).map(({ exception }) => foundRecord('exception', exception)),
  },
  dsp: {
    permission: 'payments',
    find: ({ getDispute }, merchantId, id) => getDispute(merchantId, id).map(as('dispute')),
  },
} satisfies Readonly<Record<string, Find>>;

/** What an id names, if the merchant has it and the permissions suffice; nothing is read where they do not. */
export function findById(
  finds: Finds,
  merchantId: MerchantId,
  { prefix, text }: Readonly<{ prefix: string; text: string }>,
  permissions: ReadonlySet<string>,
): ResultAsync<readonly JsonObject[], FindFailure> {
  const known: Find | undefined = Object.hasOwn(BY_PREFIX, prefix)
    ? BY_PREFIX[prefix as keyof typeof BY_PREFIX]
    : undefined;
  if (known === undefined || !permissions.has(known.permission)) return okAsync([]);
  return known
    .find(finds, merchantId, text as never)
    .map((found): readonly JsonObject[] => (found === undefined ? [] : [found]))
    .orElse((failure) =>
      failure.kind.endsWith('NotFound') ? okAsync([]) : errAsync(failure as FindFailure),
    );
}
