import { APPROVALS_TOKENS } from '../../composition/approvals-tokens.ts';
import { bothHealthy } from '../../composition/both-healthy.ts';
import type { Platform } from '../../composition/compose.ts';
import type { Approvals } from '../../composition/compose-approvals.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { StorageHealth } from '../../ports/storage-health.ts';
import type { Config } from './config.ts';
import { type NotReady, openApprovals, openPlatform } from './open-platform.ts';

/** Both services, each on its own storage; `health` is that of both. */
export type OpenSystem = Readonly<{
  platform: Platform;
  approvals: Approvals;
  health: StorageHealth;
  close(): Promise<void>;
}>;

/** Opens the platform and then approvals, which join its embedded server when they are on the same kind. */
export async function openSystem(config: Config): Promise<OpenSystem | NotReady> {
  const first = await openPlatform(config);
  if ('says' in first) return first;
  try {
    const second = await openApprovals(config);
    if ('says' in second) {
      await first.close();
      return second;
    }
    const { platform } = first;
    const { approvals } = second;
    return {
      platform,
      approvals,
      health: bothHealthy(
        platform.get(TOKENS.storageHealth),
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
