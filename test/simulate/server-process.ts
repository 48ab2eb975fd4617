import type { ResultAsync } from 'neverthrow';
import type { ApprovalsUseCases } from '../../src/application/approvals/approvals-use-cases.ts';
import type { RunJobs } from '../../src/application/files/run-jobs.ts';
import { enforceRetention } from '../../src/application/kernel/enforce-retention.ts';
import { relayEvents } from '../../src/application/outbox/relay-events.ts';
import { shardAssignment } from '../../src/application/outbox/shard-assignment.ts';
import { type Ports, type UseCases, useCases } from '../../src/application/use-cases.ts';
import { deliverWebhooks } from '../../src/application/webhooks/deliver-webhooks.ts';
import { eventSinks } from '../../src/composition/event-sinks.ts';
import { jobsOf } from '../../src/composition/jobs.ts';
import { ANOMALY_RULES } from '../../src/domain/audit/anomalies.ts';
import { deliveriesRound } from '../../src/entrypoints/worker/deliveries.ts';
import { jobsRound } from '../../src/entrypoints/worker/jobs.ts';
import type { Round as RunRound, WorkerLog } from '../../src/entrypoints/worker/loop.ts';
import { recoveryRound } from '../../src/entrypoints/worker/recovery.ts';
import { relayRound } from '../../src/entrypoints/worker/relay.ts';
import { retentionRound } from '../../src/entrypoints/worker/retention.ts';
import { DELIVERY_SHARDS } from '../../src/ports/deliveries.ts';
import type { Leases } from '../../src/ports/leases.ts';
import { OUTBOX_SHARDS } from '../../src/ports/outbox.ts';
import { fileTerms, terms } from '../fixtures/changes.ts';
import { approvalsPart } from './approvals-process.ts';
import { commonPorts } from './outside.ts';
import type { Round } from './plan.ts';
import type { ProcessIndex } from './sends-plan.ts';
import type { Hurt, Life } from './steps.ts';
import type { World } from './world.ts';

/** What a process does for its clients, and its workers; all of it within one life. */
export type ServerProcess = Readonly<{
  useCases: UseCases;
  approvals: ApprovalsUseCases;
  /** Work that a client or a worker asks for, as a task; its end is not heard when the process dies. */
  task<T>(name: string, hurts: readonly Hurt[], work: () => PromiseLike<T>, ended?: (value: T) => void): void;
  /** One round of a worker, unless the one before is under way. */
  round(round: Round, hurts: readonly Hurt[]): void;
  /** What it holds in memory is gone. */
  die(): void;
}>;

/** A file of a few rows has parts then, and rows that are no part yet. */
const FEW_ROWS = { pageRows: 1, partBytes: 700, stepPages: 2 };

const DISABLE_AFTER_MS = 3 * 86_400_000;
const MARGIN_MS = 3_600_000;

/** `died` is called once. `number` counts the lives of all processes. */
export function serverProcess(
  world: World,
  {
    index,
    skewMs,
    number,
    died,
  }: Readonly<{ index: ProcessIndex; skewMs: number; number: number; died: () => void }>,
): ServerProcess {
  let isOver = false;
  const life: Life = {
    isOver: () => isOver,
    end() {
      if (isOver) return;
      isOver = true;
      died();
    },
  };
  const { loop, stored, processor, processorDisputes, sender, ids, draws, steps, fault, breaking } = world;
  const clock = { now: () => loop.now() + skewMs };
  const given: Ports = {
    ...stored,
    ...commonPorts,
    clock,
    ids,
    processor,
    processorDisputes,
    webhookSender: sender,
    ...world.files,
  };
  const ports = breaking.ports?.(given) ?? given;
  const all = useCases(ports, {
    claims: terms,
    anomalies: ANOMALY_RULES,
    files: fileTerms,
    authorizationMarginMs: MARGIN_MS,
  });
  const holder = `holder-${number}`;
  const log: WorkerLog = {
    info() {},
    warn() {},
    error: (facts, message) => fault(`${message}: ${textOf(facts)}`),
  };
  const shareOf = (leases: Leases, work: string, shards: number) =>
    shardAssignment({ leases, clock }, { work, shards, holder });
  const share = shareOf(world.approvalsStored.leases, 'outbox', OUTBOX_SHARDS);
  const approvalsHere = approvalsPart(world, { clock, share, log });
  const rounds: Readonly<Record<Round, RunRound>> = { ...platformRounds(), ...approvalsHere.rounds };
  let jobs: RunJobs | undefined;
  const underWay = new Set<Round>();
  const name = `${'ab'[index]}${number}`;

  function platformRounds() {
    const random = () => draws.below(1_000) / 1_000;
    const deliver = deliverWebhooks(
      { ...ports, random },
      { disableAfterMs: DISABLE_AFTER_MS, onFault: noteDefect },
    );
    return {
      recovery: recoveryRound({ name: 'recovery', recover: all.recoverPayments, log }),
      expiry: recoveryRound({ name: 'expiry', recover: all.expireAuthorizations, log }),
      relay: relayRound({
        relayEvents: relayEvents({ outbox: ports.outbox, sinks: eventSinks(ports), clock }),
        share: shareOf(stored.leases, 'outbox', OUTBOX_SHARDS),
        log,
      }),
      jobs: jobsRound({ run: (...given) => runJobs()(...given), log }, () => false),
      deliveries: deliveriesRound({
        deliver,
        share: shareOf(stored.leases, 'webhooks', DELIVERY_SHARDS),
        log,
      }),
      retention: retentionRound({
        name: 'retention',
        enforce: enforceRetention({ retention: ports.retention, clock }),
        log,
      }),
    };
  }

  /** Made when it is first asked for: most histories have no jobs. The name of their holder is of chance, and nothing follows from it. */
  function runJobs(): RunJobs {
    jobs ??= jobsOf(ports, FEW_ROWS).run;
    return jobs;
  }

  function noteDefect(cause: unknown): void {
    if ((cause as Readonly<{ kind?: string }>).kind !== 'StorageUnavailable')
      fault(`a delivery broke: ${textOf(cause)}`);
  }

  function task<T>(
    what: string,
    hurts: readonly Hurt[],
    work: () => PromiseLike<T>,
    ended: (value: T) => void = () => {},
  ): void {
    if (isOver) return;
    steps.within({ name: `${name} ${what}`, life, hurts }, () => {
      Promise.try(work).then(
        (value) => (isOver ? undefined : ended(value)),
        (defect: unknown) => fault(`${what} broke: ${textOf(defect)}`),
      );
    });
  }

  return {
    useCases: all,
    approvals: approvalsHere.approvals,
    task,
    round(round, hurts) {
      if (underWay.has(round)) return;
      underWay.add(round);
      const run = (): ResultAsync<unknown, unknown> => rounds[round]();
      task(round, hurts, run, () => void underWay.delete(round));
    },
    die: life.end,
  };
}

/** Of what broke, enough to find it. */
const textOf = (value: unknown): string => {
  if (value instanceof Error) return value.stack ?? value.message;
  const defect = (value as Readonly<{ defect?: unknown }>)?.defect;
  return defect instanceof Error ? (defect.stack ?? defect.message) : JSON.stringify(value);
};
