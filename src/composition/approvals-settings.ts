import type { ApprovalRules } from '../application/approvals/approval-rules.ts';
import type { RegionStanding } from '../application/kernel/region-standing.ts';
import type { ApprovalEvent } from '../domain/approvals/approval-events.ts';
import type { FraudRules } from '../domain/approvals/fraud-rules.ts';
import type { QueuedApproval } from '../ports/approvals/approval-queue.ts';
import type { FraudScorer } from '../ports/approvals/fraud-scorer.ts';
import type { PayoutAlarm } from '../ports/approvals/payout-alarm.ts';
import type { Payouts } from '../ports/approvals/payouts.ts';
import type { RefusalAlarm } from '../ports/approvals/refusal-alarm.ts';
import type { AroundPart } from './around-part.ts';
import type { BusSettings, QueueSettings } from './messaging-settings.ts';
import type { PlacedStorage, StorageSettings } from './storage-settings.ts';
import type { StripePayoutSettings } from './stripe-payouts.ts';

/** What approvals are made from. `Place` says whether embedded servers have been started yet. */
export type ApprovalsSettings<Place extends StorageSettings | PlacedStorage = StorageSettings> = Readonly<{
  storage: Place;
  /** The installation's own, at least 32 bytes; every process on one store must have the same. */
  secret: string;
  rules: ApprovalRules;
  fraudRules: FraudRules;
  processorTimeoutMs: number;
  /** Where simulated payouts are booked; ':memory:' forgets them with the process. */
  payoutsFile: string;
  /** Where Stripe pays vendors, in place of the simulator. */
  stripePayouts?: StripePayoutSettings;
  queue: QueueSettings;
  bus: BusSettings;
  /** Called with what the queue and the bus took from this process. */
  tellQueued?: (message: QueuedApproval) => void;
  tellPublished?: (event: ApprovalEvent) => void;
  /** Without one, as in commands that pay nothing, no alarm is raised. */
  payoutAlarm?: PayoutAlarm;
  /** The same for refused attempts that could not be kept. */
  refusalAlarm?: RefusalAlarm;
  /** Laid round the paying side, guard included: to measure it, or to break it in tests. */
  aroundPayouts?: (payouts: Payouts) => Payouts;
  /** The same for the scorer, within its guard. */
  aroundScorer?: (scorer: FraudScorer) => FraudScorer;
  /** Laid round the ports of the storage, the paying side, the queue and the bus, outside of everything else: to trace them. */
  aroundPart?: AroundPart;
  /** Of the region that this process is of, as the platform's storage has it. */
  standing?: RegionStanding | undefined;
}>;
