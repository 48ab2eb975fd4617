import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import packageJson from '../../../package.json' with { type: 'json' };
import { type ReleasePorts, releaseApprovalEvent } from '../../application/approvals/release-event.ts';
import { readOpenJobs } from '../../application/files/open-jobs.ts';
import type { MovePorts } from '../../application/kernel/aggregate-change.ts';
import { releaseEvent } from '../../application/outbox/release-event.ts';
import { readDueDeliveries } from '../../application/webhooks/due-deliveries.ts';
import type { ApprovalEvent } from '../../domain/approvals/approval-events.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ApprovalQueue, QueueDepth } from '../../ports/approvals/approval-queue.ts';
import type { Deliveries } from '../../ports/deliveries.ts';
import type { Outbox } from '../../ports/outbox.ts';
import type { WakeUps } from '../../ports/wake-ups.ts';
import type { ServedSystem } from '../http/operation/served-system.ts';

type Parts = Readonly<{
  platform: MovePorts &
    Readonly<{ outbox: Outbox; wakeUps: WakeUps; deliveries: Pick<Deliveries, 'due' | 'backlog'> }>;
  approvals: ReleasePorts & Readonly<{ outbox: Pick<Outbox<ApprovalEvent>, 'backlog' | 'unsent'> }>;
  queue: Pick<ApprovalQueue, 'depth' | 'deadLetters'>;
  circuit: () => string;
}>;

/** What this process shows operators, from now on. */
export function servedSystem({ platform, approvals, queue, circuit }: Parts): ServedSystem {
  const { clock, deliveries } = platform;
  const jobs = readOpenJobs(platform);
  const [ofPlatform, ofApprovals] = [releaseEvent(platform), releaseApprovalEvent(approvals)];
  /** The rest is to be seen also while a queue elsewhere is away. */
  const depth = (): ResultAsync<QueueDepth | undefined, never> =>
    queue.depth(clock.now()).orElse(() => okAsync(undefined));
  return {
    version: packageJson.version,
    node: process.versions.node,
    startedAt: clock.now(),
    circuit,
    now: () => clock.now(),
    backlogs: () =>
      ResultAsync.combine([
        platform.outbox.backlog(),
        approvals.outbox.backlog(),
        depth(),
        jobs(),
        deliveries.backlog(clock.now()),
      ] as const).map(([own, others, messages, open, due]) => ({
        outboxes: { platform: own, approvals: others },
        ...present({ queue: messages }),
        jobs: open,
        deliveries: due,
      })),
    unsent: {
      platform: (limit) => platform.outbox.unsent(limit),
      approvals: (limit) => approvals.outbox.unsent(limit),
    },
    parked: {
      platform: (limit) => platform.outbox.parked(limit),
      approvals: (limit) => approvals.outbox.parked(limit),
    },
    jobs,
    dueDeliveries: readDueDeliveries(platform),
    deadLetters: (limit) => queue.deadLetters(limit, clock.now()),
    release: (asked) =>
      ofPlatform(asked).orElse((failure) =>
        failure.kind === 'EventNotParked' ? ofApprovals(asked) : errAsync(failure),
      ),
  };
}
