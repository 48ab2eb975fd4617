import { okAsync, ResultAsync } from 'neverthrow';
import packageJson from '../../../package.json' with { type: 'json' };
import { readOpenJobs } from '../../application/files/open-jobs.ts';
import type { MovePorts } from '../../application/kernel/aggregate-change.ts';
import { releaseEvent } from '../../application/outbox/release-event.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ApprovalQueue, QueueDepth } from '../../ports/approvals/approval-queue.ts';
import { DELIVERY_SHARDS, type Deliveries } from '../../ports/deliveries.ts';
import type { Outbox, Outgoing } from '../../ports/outbox.ts';
import type { WakeUps } from '../../ports/wake-ups.ts';
import type { ServedSystem } from '../http/operation/served-system.ts';

type Parts = Readonly<{
  platform: MovePorts &
    Readonly<{ outbox: Outbox; wakeUps: WakeUps; deliveries: Pick<Deliveries, 'due' | 'backlog'> }>;
  approvals: Readonly<{ outbox: Pick<Outbox<Outgoing>, 'backlog' | 'parked' | 'unsent'> }>;
  queue: Pick<ApprovalQueue, 'depth' | 'deadLetters'>;
  circuit: () => string;
}>;

const EVERY_SHARD = Array.from({ length: DELIVERY_SHARDS }, (_, shard) => shard);

/** What this process shows operators, from now on. */
export function servedSystem({ platform, approvals, queue, circuit }: Parts): ServedSystem {
  const { clock, deliveries } = platform;
  const jobs = readOpenJobs(platform);
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
      ] as const).map(([ofPlatform, ofApprovals, messages, open, due]) => ({
        outboxes: { platform: ofPlatform, approvals: ofApprovals },
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
    dueDeliveries: (limit) =>
      deliveries.due(EVERY_SHARD, clock.now(), limit).map((found) => found.slice(0, limit)),
    deadLetters: (limit) => queue.deadLetters(limit, clock.now()),
    release: releaseEvent(platform),
  };
}
