import { approvalIdsFrom } from '../../src/adapters/system/approval-ids.ts';
import { DEFAULT_EVENT_SOURCES } from '../../src/application/approvals/approval-rules.ts';
import {
  type ApprovalsPorts,
  type ApprovalsUseCases,
  approvalsUseCases,
} from '../../src/application/approvals/approvals-use-cases.ts';
import { approvalQueueSink, eventBusSink } from '../../src/application/approvals/event-sinks.ts';
import { noteSentEvents } from '../../src/application/approvals/note-sent-events.ts';
import { rulesFraudScorer } from '../../src/application/approvals/score-by-rules.ts';
import { relayEvents } from '../../src/application/outbox/relay-events.ts';
import type { ShardAssignment } from '../../src/application/outbox/shard-assignment.ts';
import { DEFAULT_THRESHOLDS } from '../../src/domain/approvals/fraud.ts';
import { defaultFraudRules } from '../../src/domain/approvals/fraud-rules.ts';
import { DEFAULT_POLICY } from '../../src/domain/approvals/policy.ts';
import type { Round, WorkerLog } from '../../src/entrypoints/worker/loop.ts';
import { recoveryRound } from '../../src/entrypoints/worker/recovery.ts';
import { relayRound } from '../../src/entrypoints/worker/relay.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { payoutTerms } from '../fixtures/approvals.ts';
import { commonPorts } from './outside.ts';
import type { World } from './world.ts';

const RULES = {
  policy: DEFAULT_POLICY,
  thresholds: DEFAULT_THRESHOLDS,
  payouts: payoutTerms,
  claims: { keepResponsesMs: 86_400_000 },
  eventSources: DEFAULT_EVENT_SOURCES,
};

/** What a process has of approvals. */
export type ApprovalsPart = Readonly<{
  approvals: ApprovalsUseCases;
  rounds: Readonly<Record<'payouts' | 'approvals relay', Round>>;
}>;

/** `stored` is the storage as processes have it. */
export function approvalsPart(
  { ids, approvals: { payouts }, breaking, fault, approvalsStored: stored }: World,
  { clock, share, log }: Readonly<{ clock: Clock; share: ShardAssignment; log: WorkerLog }>,
): ApprovalsPart {
  const { digests, signedTokens } = commonPorts;
  const given: ApprovalsPorts = {
    ...stored,
    clock,
    approvalIds: approvalIdsFrom(ids),
    digests,
    signedTokens,
    fraudScorer: rulesFraudScorer(stored, defaultFraudRules([])),
    payouts,
    payoutAlarm: { raise: ({ id, reason }) => fault(`the payout of ${id} was withheld: ${reason}`) },
    refusalAlarm: { raise() {} },
  };
  const ports = breaking.approvals?.(given) ?? given;
  const approvals = approvalsUseCases(ports, RULES);
  const sinks = [
    approvalQueueSink(stored.approvalQueue, clock),
    eventBusSink(stored.eventBus),
    noteSentEvents({ ...stored, digests }),
  ];
  return {
    approvals,
    rounds: {
      payouts: recoveryRound({ name: 'payout recovery', recover: approvals.recoverPayouts, log }),
      'approvals relay': relayRound({
        relayEvents: relayEvents({ outbox: ports.outbox, sinks, clock }),
        share,
        log,
      }),
    },
  };
}
