import { APPROVALS_TOKENS } from '../../composition/approvals-tokens.ts';
import { bothNamed } from '../../composition/both-healthy.ts';
import { compose } from '../../composition/compose.ts';
import { composeApprovals } from '../../composition/compose-approvals.ts';
import { startEmbedded } from '../../composition/start-embedded.ts';
import { TOKENS } from '../../composition/tokens.ts';
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
  const services = [
    compose({ ...platform, storage: first.storage }),
    composeApprovals({ ...approvals, storage: second.storage }),
  ] as const;
  try {
    const applied: string[] = [];
    for (const [room, kind, prefix] of [
      [services[0].get(TOKENS.openStorage), platform.storage.kind, ''],
      [services[1].get(APPROVALS_TOKENS.openStorage), approvals.storage.kind, 'approvals/'],
    ] as const) {
      const migrated = await room.migrate();
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
    for (const service of services) await service.release();
    await second.stop();
    await first.stop();
  }
}
