import { errAsync } from 'neverthrow';
import { memoryApprovalsStorage } from '../../src/adapters/memory/approvals/storage.ts';
import { type ApprovalsStore, approvalsStore } from '../../src/adapters/memory/approvals/store.ts';
import type { PayoutLedger } from '../../src/adapters/processor/payout-ledger.ts';
import { simulatedPayouts } from '../../src/adapters/processor/payout-simulator.ts';
import type { ApprovalEvent } from '../../src/domain/approvals/approval-events.ts';
import type { VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import type { ApprovalChange } from '../../src/ports/approvals/approval-commits.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import type { Payouts } from '../../src/ports/approvals/payouts.ts';
import { payoutBooks } from './books.ts';
import type { Outage } from './outside.ts';
import type { Steps } from './steps.ts';

/** All of approvals that outlives processes. */
export type ApprovalsWorld = Readonly<{
  store: ApprovalsStore;
  /** As it is, for the checks. */
  storage: ApprovalsStorage;
  payouts: Payouts;
  /** The bank's. */
  books: PayoutLedger;
  /** All events that were ever committed. */
  events: readonly ApprovalEvent[];
  /** What each commit left of its payment, in their order, and when. */
  commits: readonly Readonly<{ at: Instant; payment: VendorPayment }>[];
}>;

const away = { kind: 'PayoutsUnavailable' } as const;
const outcomeUnknown = { kind: 'PayoutOutcomeUnknown' } as const;

export function approvalsWorld(
  steps: Steps,
  now: () => Instant,
  isOut: (part: Outage) => boolean,
): ApprovalsWorld {
  const store = approvalsStore();
  const events: ApprovalEvent[] = [];
  const commits: ApprovalsWorld['commits'][number][] = [];
  const books = payoutBooks();
  const bank = simulatedPayouts(books, { now });
  return {
    store,
    storage: noting(memoryApprovalsStorage(store), ({ events: made, payment: { next } }) => {
      events.push(...made);
      commits.push({ at: now(), payment: next });
    }),
    books,
    events,
    commits,
    payouts: {
      pay: (order) =>
        steps.call('pay', () => (isOut('payouts') ? errAsync(away) : bank.pay(order)), {
          lost: outcomeUnknown,
          refused: away,
        }),
      lookup: (reference) =>
        steps.call('look up payout', () => (isOut('payouts') ? errAsync(away) : bank.lookup(reference)), {
          lost: away,
          refused: away,
        }),
    },
  };
}

/** The same storage; each change that it commits is noted, once. */
function noting(storage: ApprovalsStorage, note: (change: ApprovalChange) => void): ApprovalsStorage {
  const committed = new Set<string>();
  return {
    ...storage,
    approvalCommits: {
      commit: (change) =>
        storage.approvalCommits.commit(change).map(() => {
          if (!committed.has(change.id)) note(change);
          committed.add(change.id);
        }),
    },
  };
}
