import { ResultAsync } from 'neverthrow';
import packageJson from '../../../package.json' with { type: 'json' };
import type { MovePorts } from '../../application/kernel/aggregate-change.ts';
import { releaseEvent } from '../../application/outbox/release-event.ts';
import type { Outbox, Outgoing } from '../../ports/outbox.ts';
import type { WakeUps } from '../../ports/wake-ups.ts';
import type { ServedSystem } from '../http/operation/system.ts';

type Parts = Readonly<{
  platform: MovePorts & Readonly<{ outbox: Outbox; wakeUps: WakeUps }>;
  approvals: Readonly<{ outbox: Pick<Outbox<Outgoing>, 'backlog' | 'parked'> }>;
  circuit: () => string;
}>;

/** What this process shows operators, from now on. */
export const servedSystem = ({ platform, approvals, circuit }: Parts): ServedSystem => ({
  version: packageJson.version,
  node: process.versions.node,
  startedAt: platform.clock.now(),
  circuit,
  backlogs: () =>
    ResultAsync.combine([platform.outbox.backlog(), approvals.outbox.backlog()] as const).map(
      ([ofPlatform, ofApprovals]) => ({ platform: ofPlatform, approvals: ofApprovals }),
    ),
  parked: {
    platform: (limit) => platform.outbox.parked(limit),
    approvals: (limit) => approvals.outbox.parked(limit),
  },
  release: releaseEvent(platform),
});
