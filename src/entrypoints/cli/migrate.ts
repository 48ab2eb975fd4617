import { compose } from '../../composition/compose.ts';
import { placeStorage } from '../../composition/place-storage.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** Brings the configured storage's schema up to date and prints what that took. */
export async function migrateCommand(
  { platform: settings, dataDir }: Config,
  { json = false }: Readonly<{ json?: boolean }>,
  { out, err }: Terminal,
): Promise<ExitCode> {
  const placed = await placeStorage(settings.storage, dataDir);
  const platform = compose({ ...settings, storage: placed.storage });
  try {
    const migrated = await platform.get(TOKENS.storageRoom).migrate();
    if (migrated.isErr()) {
      err(`paywright: ${settings.storage.kind} does not answer\n`);
      return EXIT.failed;
    }
    const applied = migrated.value;
    if (json) out(`${JSON.stringify({ storage: settings.storage.kind, applied })}\n`);
    else out(applied.length === 0 ? 'up to date\n' : applied.map((name) => `applied ${name}\n`).join(''));
    return EXIT.ok;
  } finally {
    await platform.release();
    await placed.stop();
  }
}
