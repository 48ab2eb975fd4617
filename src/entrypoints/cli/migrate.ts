import { bothNamed } from '../../composition/both-healthy.ts';
import { startEmbedded } from '../../composition/start-embedded.ts';
import { openApprovalsStorage, openPlatformStorage } from '../../composition/storages.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** Brings the schemas of both services up to date, each on its storage, and prints what that took. */
export async function migrateCommand(
  { platform, approvals, dataDir }: Config,
  { json = false }: Readonly<{ json?: boolean }>,
  { out, err }: Terminal,
): Promise<ExitCode> {
  const first = await startEmbedded(platform.storage, dataDir);
  const second = await startEmbedded(approvals.storage, dataDir);
  const opened = [openPlatformStorage(first.storage), openApprovalsStorage(second.storage)] as const;
  try {
    const applied: string[] = [];
    for (const [service, kind, prefix] of [
      [opened[0], platform.storage.kind, ''],
      [opened[1], approvals.storage.kind, 'approvals/'],
    ] as const) {
      const migrated = await service.migrate();
      if (migrated.isErr()) {
        err(`paywright: ${kind} does not answer\n`);
        return EXIT.failed;
      }
      applied.push(...migrated.value.map((name) => `${prefix}${name}`));
    }
    const storage = bothNamed(platform.storage.kind, approvals.storage.kind);
    if (json) out(`${JSON.stringify({ storage, applied })}\n`);
    else out(applied.length === 0 ? 'up to date\n' : applied.map((name) => `applied ${name}\n`).join(''));
    return EXIT.ok;
  } finally {
    for (const { storage } of opened) await storage.close();
    await second.stop();
    await first.stop();
  }
}
