import type { RegionStanding } from '../../application/kernel/region-standing.ts';
import { bothHealthy } from '../../composition/both-healthy.ts';
import type { Service } from '../../composition/compose-service.ts';
import { APPROVALS_TOKENS, TOKENS } from '../../composition/tokens.ts';
import { present } from '../../domain/kernel/present.ts';
import type { StorageHealth } from '../../ports/storage-health.ts';
import type { Config } from './config.ts';
import { openApprovals, openPlatform } from './open-platform.ts';
import type { NotReady } from './storage-fitness.ts';

/** Both services, each on its own storage; `health` is that of both. */
export type OpenSystem = Readonly<{
  platform: Service;
  approvals: Service;
  /** Of the region that this process is of. */
  standing?: RegionStanding;
  health: StorageHealth;
  close(): Promise<void>;
}>;

/** Opens the platform and then approvals, which join its embedded server when they are on the same kind. */
export async function openSystem(config: Config): Promise<OpenSystem | NotReady> {
  const first = await openPlatform(config);
  if ('says' in first) return first;
  try {
    const second = await openApprovals(config, first.standing);
    if ('says' in second) {
      await first.close();
      return second;
    }
    const { platform, standing } = first;
    const { approvals } = second;
    return {
      platform,
      approvals,
      ...present({ standing }),
      health: bothHealthy(
        platform.get(TOKENS.openStorage).storage.health,
        approvals.get(APPROVALS_TOKENS.openStorage).storage.health,
      ),
      async close() {
        await second.close();
        await first.close();
      },
    };
  } catch (fault) {
    await first.close();
    throw fault;
  }
}
