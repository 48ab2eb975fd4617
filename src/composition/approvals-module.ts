import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { ContainerModule } from 'inversify';
import { DEFAULT_SCORER_TERMS, guardedFraudScorer } from '../adapters/fraud/guarded.ts';
import { guardedPayouts } from '../adapters/processor/guarded-payouts.ts';
import { type PayoutLedger, payoutLedger } from '../adapters/processor/payout-ledger.ts';
import { simulatedPayouts } from '../adapters/processor/payout-simulator.ts';
import { systemApprovalIds } from '../adapters/system/approval-ids.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { systemDigests } from '../adapters/system/digests.ts';
import { systemSignedTokens } from '../adapters/system/signed-tokens.ts';
import { type ApprovalsPorts, approvalsUseCases } from '../application/approvals/approvals-use-cases.ts';
import { approvalQueueSink, eventBusSink } from '../application/approvals/event-sinks.ts';
import { noteSentEvents } from '../application/approvals/note-sent-events.ts';
import { rulesFraudScorer } from '../application/approvals/score-by-rules.ts';
import type { ApprovalsStorage } from '../ports/approvals/approvals-storage.ts';
import type { FraudScorer } from '../ports/approvals/fraud-scorer.ts';
import type { Payouts } from '../ports/approvals/payouts.ts';
import type { ApprovalsSettings } from './approvals-settings.ts';
import { aroundStorage, bare } from './around-part.ts';
import { fencedCommits, fencedLeases } from './fenced-storage.ts';
import { type Messaging, openMessaging } from './messaging.ts';
import type { OpenStorage } from './open-storage.ts';
import { leftOpenByPayouts } from './recovery.ts';
import { relayTo } from './relay.ts';
import { signallingApprovalCommits } from './signalling-commits.ts';
import type { PlacedStorage } from './storage-settings.ts';
import { openApprovalsStorage } from './storages.ts';
import { bankPayoutsOnStripe, payoutsOnStripe } from './stripe-payouts.ts';
import { APPROVALS_TOKENS as TOKENS } from './tokens.ts';

/** All of approvals: the storage, the outside and the use cases between them. */
export const approvalsModule = (settings: ApprovalsSettings<PlacedStorage>): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(TOKENS.openStorage)
      .toResolvedValue(() => openApprovalsStorage(settings.storage))
      .onDeactivation(({ storage }) => storage.close());
    bind(TOKENS.payoutLedger)
      .toResolvedValue(() => openLedger(settings.payoutsFile))
      .onDeactivation((ledger) => ledger.close());
    const { stripePayouts, processorTimeoutMs } = settings;
    if (stripePayouts === undefined)
      bind(TOKENS.payouts).toResolvedValue(
        (ledger: PayoutLedger) => simulatedPayouts(ledger, systemClock),
        [TOKENS.payoutLedger],
      );
    else bind(TOKENS.payouts).toResolvedValue(() => payoutsOnStripe(stripePayouts, processorTimeoutMs));
    const { tellQueued, tellPublished, aroundPart = bare } = settings;
    bind(TOKENS.messaging)
      .toResolvedValue(
        ({ storage }: OpenStorage<ApprovalsStorage>) => openMessaging(settings, storage),
        [TOKENS.openStorage],
      )
      .onDeactivation((messaging) => messaging.close());
    bind(TOKENS.ports).toResolvedValue(
      ({ storage }: OpenStorage<ApprovalsStorage>, payouts: Payouts) =>
        portsOf(aroundStorage(storage, aroundPart), payouts, settings),
      [TOKENS.openStorage, TOKENS.payouts],
    );
    bind(TOKENS.useCases).toResolvedValue(
      (ports: ApprovalsPorts) => approvalsUseCases(ports, settings.rules),
      [TOKENS.ports],
    );
    bind(TOKENS.leftOpen).toResolvedValue(leftOpenByPayouts, [TOKENS.ports]);
    bind(TOKENS.relay).toResolvedValue(
      (opened: OpenStorage<ApprovalsStorage>, { queue, bus }: Messaging) => {
        const storage = aroundStorage(opened.storage, aroundPart);
        return relayTo(
          [
            approvalQueueSink(aroundPart('queue', 'approvalQueue', queue), systemClock, tellQueued),
            eventBusSink(aroundPart('bus', 'eventBus', bus), tellPublished),
            noteSentEvents({ ...storage, digests: systemDigests(settings.secret) }),
          ],
          { ...storage, leases: fencedLeases(storage.leases, settings.standing) },
        );
      },
      [TOKENS.openStorage, TOKENS.messaging],
    );
  });

function portsOf(
  storage: ApprovalsStorage,
  payouts: Payouts,
  settings: ApprovalsSettings<PlacedStorage>,
): ApprovalsPorts {
  const {
    secret,
    processorTimeoutMs: timeoutMs,
    stripePayouts,
    aroundPayouts = same,
    aroundPart = bare,
    payoutAlarm = { raise: () => {} },
    refusalAlarm = { raise: () => {} },
  } = settings;
  return {
    ...storage,
    approvalCommits: signallingApprovalCommits(
      fencedCommits(storage.approvalCommits, settings.standing),
      storage.wakeUps,
    ),
    leases: fencedLeases(storage.leases, settings.standing),
    clock: systemClock,
    approvalIds: systemApprovalIds,
    digests: systemDigests(secret),
    signedTokens: systemSignedTokens(secret),
    fraudScorer: guardedFraudScorer(scorerOf(storage, settings), DEFAULT_SCORER_TERMS),
    payouts: aroundPart(
      'processor',
      'payouts',
      aroundPayouts(guardedPayouts(payouts, { timeoutMs, opensAfter: 5, staysOpenMs: timeoutMs })),
    ),
    ...(stripePayouts === undefined
      ? {}
      : {
          bankPayouts: aroundPart('processor', 'bankPayouts', bankPayoutsOnStripe(stripePayouts, timeoutMs)),
        }),
    payoutAlarm,
    refusalAlarm,
  };
}

function scorerOf(
  { vendorPayments }: ApprovalsStorage,
  { fraudRules, aroundScorer = same }: ApprovalsSettings<PlacedStorage>,
): FraudScorer {
  return aroundScorer(rulesFraudScorer({ vendorPayments }, fraudRules));
}

const same = <T>(part: T): T => part;

function openLedger(file: string): PayoutLedger {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return payoutLedger(file);
}
