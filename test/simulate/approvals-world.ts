import { errAsync } from 'neverthrow';
import { memoryApprovalsStorage } from '../../src/adapters/memory/approvals/storage.ts';
import { type ApprovalsStore, approvalsStore } from '../../src/adapters/memory/approvals/store.ts';
import type { PayoutLedger } from '../../src/adapters/processor/payout-ledger.ts';
import { simulatedPayouts } from '../../src/adapters/processor/payout-simulator.ts';
import type { ApprovalEvent } from '../../src/domain/approvals/approval-events.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
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
  const books = payoutBooks();
  const bank = simulatedPayouts(books, { now });
  return {
    store,
    storage: noting(memoryApprovalsStorage(store), events),
    books,
    events,
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

/** The same storage, which notes what is committed. */
function noting(storage: ApprovalsStorage, events: ApprovalEvent[]): ApprovalsStorage {
  const committed = new Set<string>();
  return {
    ...storage,
    approvalCommits: {
      commit: (change) =>
        storage.approvalCommits.commit(change).map(() => {
          if (!committed.has(change.id)) events.push(...change.events);
          committed.add(change.id);
        }),
    },
  };
}
