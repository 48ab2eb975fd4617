import { errAsync, okAsync } from 'neverthrow';
import type { ApprovalsStore } from '../../src/adapters/memory/approvals/store.ts';
import { aggregateKeyText, claimKeyText, type MemoryStore } from '../../src/adapters/memory/store.ts';
import { rulesFraudScorer } from '../../src/application/approvals/score-by-rules.ts';
import { defaultFraudRules } from '../../src/domain/approvals/fraud-rules.ts';
import type { VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import type { DeliveryId } from '../../src/domain/kernel/ids.ts';
import type { Payment } from '../../src/domain/payments/payment.ts';
import type { Transaction } from '../../src/domain/payments/transaction.ts';
import type { ApprovalChange } from '../../src/ports/approvals/approval-commits.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import type { Change } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import type { Breaking } from './world.ts';

/** A fault that was there once, or could be, put back at the seam where it was. */
export type Mutation = Readonly<{ name: string; breaking: Breaking }>;

const committing = (storage: Storage, change: (change: Change) => Change): Storage => ({
  ...storage,
  commits: { commit: (given) => storage.commits.commit(change(given)) },
});

/** The fence that is stored is the one that is expected, whichever it was. */
function withoutFence(store: MemoryStore, change: Change): Change {
  const { claim } = change;
  const stored = claim && store.claims.get(claimKeyText(claim.next));
  if (claim === undefined || stored === undefined || claim.expected === 0) return change;
  return { ...change, claim: { ...claim, expected: stored.fence } };
}

function withoutVersion(store: MemoryStore, change: Change): Change {
  const stored = change.payment && store.payments.get(change.payment.next.id);
  if (change.payment === undefined || stored === undefined) return change;
  return { ...change, payment: { ...change.payment, expected: stored.version } };
}

function withoutResponse(change: Change): Change {
  const { claim } = change;
  if (claim === undefined || claim.next.state !== 'completed' || claim.expected === 0) return change;
  const { kept: _kept, ...next } = claim.next;
  return { ...change, claim: { ...claim, next } };
}

function withoutReservation(payment: Payment): Payment {
  if (payment.status !== 'authorized') return payment;
  return { ...payment, reserved: { ...payment.reserved, minorUnits: 0n } };
}

/** A line of a statement takes only those of its keys that no line before it has. */
const withFreeKeys = (store: MemoryStore, change: Change): Change => ({
  ...change,
  aggregates: change.aggregates.map((each) => {
    const { kind, merchantId } = each.next;
    const isHeld = (key: string) => store.uniqueKeys.has(aggregateKeyText(merchantId, kind, key));
    return kind === 'statement_line' ? { ...each, takes: each.takes.filter((key) => !isHeld(key)) } : each;
  }),
});

/** Whichever version of an aggregate is stored, the next is taken. */
const withoutVersions = (store: MemoryStore, change: Change): Change => ({
  ...change,
  aggregates: change.aggregates.map((each) => {
    const { kind, merchantId, id } = each.next;
    const stored = store.aggregates.get(aggregateKeyText(merchantId, kind, id))?.aggregate.version;
    return each.expected === 0 ? each : { ...each, expected: stored ?? each.expected };
  }),
});

/** Where reading goes on behind the parts of a file is not in the checkpoint of its job. */
const withoutCursors = (change: Change): Change => ({
  ...change,
  aggregates: change.aggregates.map((each) => {
    const { next } = each;
    if (next.kind !== 'job' || next.work !== 'export' || next.checkpoint === undefined) return each;
    const { cursor: _, ...checkpoint } = next.checkpoint;
    return { ...each, next: { ...next, checkpoint } };
  }),
});

/** An export that ends keeps its place among those that are under way. */
const withoutReleases = (change: Change): Change => ({
  ...change,
  aggregates: change.aggregates.map((each) =>
    each.next.kind === 'export' ? { ...each, releases: [] } : each,
  ),
});

const asUnsettled = (transaction: Transaction): Transaction =>
  transaction.status === 'settled' ? { ...transaction, status: 'succeeded' } : transaction;

/** Whichever version of a payment is stored, these take the next. */
const withoutVersionsOf = (
  storage: ApprovalsStorage,
  store: ApprovalsStore,
  isBroken: (change: ApprovalChange) => boolean,
): ApprovalsStorage => ({
  ...storage,
  approvalCommits: {
    commit(change) {
      const { expected, next } = change.payment;
      const stored = store.payments.get(next.id)?.payment.version ?? expected;
      const payment = { next, expected: expected === 0 || !isBroken(change) ? expected : stored };
      return storage.approvalCommits.commit({ ...change, payment });
    },
  },
});

function withoutReview(payment: VendorPayment): VendorPayment {
  const { review: _, ...rest } = payment;
  return rest as VendorPayment;
}

let deliveries = 0;
let payouts = 0;

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'commits do not check the fence',
    breaking: { storage: (storage, store) => committing(storage, (change) => withoutFence(store, change)) },
  },
  {
    name: 'commits check neither the fence nor the version of the payment',
    breaking: {
      storage: (storage, store) =>
        committing(storage, (change) => withoutVersion(store, withoutFence(store, change))),
    },
  },
  {
    name: 'the answer is not committed with the outcome',
    breaking: { storage: (storage) => committing(storage, withoutResponse) },
  },
  {
    name: 'the amount under way is not held against a capture',
    breaking: {
      storage: (storage) => ({
        ...storage,
        payments: {
          ...storage.payments,
          find: (...given) => storage.payments.find(...given).map(withoutReservation),
        },
      }),
    },
  },
  {
    name: 'the relay removes events before the sinks took them',
    breaking: {
      storage: (storage) => ({
        ...storage,
        outbox: {
          ...storage.outbox,
          next: (...given) =>
            storage.outbox.next(...given).andThen((events) => storage.outbox.sent(events).map(() => events)),
        },
      }),
    },
  },
  {
    name: 'the payload of a key is not looked at',
    breaking: { ports: (ports) => ({ ...ports, digests: { ...ports.digests, fingerprint: () => 'same' } }) },
  },
  {
    name: 'the id of a delivery does not follow from its event',
    breaking: {
      storage: (storage) => ({
        ...storage,
        deliveries: {
          ...storage.deliveries,
          addAll: (added) =>
            storage.deliveries.addAll(
              added.map((each) => ({
                ...each,
                id: `${each.id.slice(0, -8)}${(++deliveries).toString(16).padStart(8, '0')}` as DeliveryId,
              })),
            ),
        },
      }),
    },
  },
  {
    name: 'the processor is not asked for its record',
    breaking: {
      ports: (ports) => ({
        ...ports,
        processor: { ...ports.processor, lookup: () => errAsync({ kind: 'ProcessorHasNoRecord' }) },
      }),
    },
  },
  {
    name: 'two may spend one balance at once',
    breaking: {
      storage: (storage, store) =>
        committing(storage, (change) => {
          const { spending } = change;
          if (spending === undefined) return change;
          const expected = store.spendings.get(`${spending.merchantId} ${spending.currency}`) ?? 0;
          return { ...change, spending: { ...spending, expected } };
        }),
    },
  },
  {
    name: 'a payout is tried again under another reference',
    breaking: {
      approvals: (ports) => ({
        ...ports,
        payouts: {
          ...ports.payouts,
          pay: (order) => ports.payouts.pay({ ...order, reference: `${order.reference}/${++payouts}` }),
        },
      }),
    },
  },
  {
    name: 'commits of approvals do not check the version',
    breaking: { approvalsStorage: (storage, store) => withoutVersionsOf(storage, store, () => true) },
  },
  {
    name: 'commits of reviews do not check the version',
    breaking: {
      approvalsStorage: (storage, store) =>
        withoutVersionsOf(storage, store, ({ entry }) => entry.action === 'payment.reviewed'),
    },
  },
  {
    name: 'what reviews found does not count for the vendor',
    breaking: {
      approvals: (ports) => ({
        ...ports,
        fraudScorer: rulesFraudScorer(
          {
            vendorPayments: {
              list: (...given) =>
                ports.vendorPayments.list(...given).map((payments) => payments.map(withoutReview)),
            },
          },
          defaultFraudRules([]),
        ),
      }),
    },
  },
  {
    name: 'the relay of approvals removes events before queue and bus took them',
    breaking: {
      approvals: (ports) => ({
        ...ports,
        outbox: {
          ...ports.outbox,
          next: (...given) =>
            ports.outbox.next(...given).andThen((events) => ports.outbox.sent(events).map(() => events)),
        },
      }),
    },
  },
  {
    name: 'a dispute that is read again posts its money again',
    breaking: {
      storage: (storage, store) => ({
        ...committing(storage, (change) => withFreeKeys(store, change)),
        aggregates: {
          ...storage.aggregates,
          findByKey: (merchantId, kind, key) =>
            kind === 'statement_line'
              ? okAsync(undefined)
              : storage.aggregates.findByKey(merchantId, kind, key),
        },
      }),
    },
  },
  {
    name: 'commits do not check the versions of disputes and of jobs',
    breaking: {
      storage: (storage, store) => committing(storage, (change) => withoutVersions(store, change)),
    },
  },
  {
    name: 'a row settles what another file has settled',
    breaking: {
      storage: (storage) => ({
        ...storage,
        payments: {
          ...storage.payments,
          transactionsOfEach: (...given) =>
            storage.payments
              .transactionsOfEach(...given)
              .map((found) => new Map([...found].map(([id, own]) => [id, own.map(asUnsettled)]))),
        },
      }),
    },
  },
  {
    name: 'the checkpoint of an export does not say where reading goes on',
    breaking: { storage: (storage) => committing(storage, withoutCursors) },
  },
  {
    name: 'an export that has ended keeps its place',
    breaking: { storage: (storage) => committing(storage, withoutReleases) },
  },
];
